"""Rows and bytes: tables, queries, migrations, blob stores, imaging. Decides nothing."""
