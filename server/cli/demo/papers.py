"""The papers of the demo as HTML, as a phone would show them for signing: 检查记录 and 责令整改.

A signing op binds the digest of exactly these bytes. All values are escaped; there is no script.
"""

from collections.abc import Sequence
from html import escape

STYLE = "body{font:18px/1.7 sans-serif;margin:1em;max-width:42em}h1{font-size:1.3em}td{padding:4px}"


def _page(
    title: str, facts: Sequence[tuple[str, str]], heading: str, lines: Sequence[str]
) -> bytes:
    rows = "".join(f"<tr><td>{escape(a)}</td><td>{escape(b)}</td></tr>" for a, b in facts)
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines) or "<li>未发现隐患</li>"
    text = (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style><h1>{escape(title)}</h1><p>本文书为虚构演示数据</p>"
        f"<table>{rows}</table><h2>{escape(heading)}</h2><ol>{listed}</ol></html>"
    )
    return text.encode()


def record(facts: Sequence[tuple[str, str]], hazards: Sequence[str]) -> bytes:
    """Return the on-site record: facts by label, then each hazard with its number."""
    return _page("现场检查记录", facts, "检查情况", hazards)


def order(facts: Sequence[tuple[str, str]], items: Sequence[str]) -> bytes:
    """Return the rectification order: facts by label, then each item with its deadline."""
    safety = "整改期间应当采取措施保证安全。"
    return _page("责令限期整改指令书", [*facts, ("整改期间", safety)], "责令整改事项", items)
