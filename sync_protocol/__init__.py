"""Liuhen's sync protocol, pure: bytes in, decisions out. SPEC.md is its text, tables/ its rules.

No Flask, no SQL, no clock, no network. Tables are read once, when `rules` is imported.
"""
