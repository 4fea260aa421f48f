"""One statement for many values, whatever the number: the text stays the same, so it is prepared
once.

PostgreSQL takes a column of values as one array; SQLite takes a list as one JSON text, and writes
rows one after another inside the transaction, which costs it nothing. Not here: which tables.
"""

import json
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, any_, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import dialect as postgresql_dialect
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

Values = list[dict[str, Any]]


def one_of(connection: Connection, column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """Return the condition that a column (text or integer) has one of the values."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(select(listed.c.value))  # type: ignore[no-any-return]
    return column == any_(literal(list(values), ARRAY(column.type)))  # type: ignore[no-any-return]


def insert_rows(connection: Connection, model: Any, values: Values) -> None:
    """Insert rows; every one has the same columns."""
    if values:
        _write(connection, model.__table__, values, (), None)


def upsert_rows(
    connection: Connection, model: Any, values: Values, key: Sequence[str], changed: Sequence[str]
) -> None:
    """Insert rows; on the same key take the new `changed` columns, or leave the row when none."""
    if values:
        _write(connection, model.__table__, values, tuple(key), tuple(changed))


def _write(
    connection: Connection,
    table: Table,
    values: Values,
    key: tuple[str, ...],
    changed: tuple[str, ...] | None,
) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(_sqlite_statement(table, key, changed), values)
        return
    columns = tuple(values[0])
    statement = _postgresql_statement(table, columns, key, changed)
    connection.execute(statement, {name: [row[name] for row in values] for name in columns})


@cache
def _sqlite_statement(table: Table, key: tuple[str, ...], changed: tuple[str, ...] | None) -> Any:
    statement = insert_sqlite(table)
    if changed is None:
        return statement
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=list(key))
    new = {name: statement.excluded[name] for name in changed}
    return statement.on_conflict_do_update(index_elements=list(key), set_=new)


@cache
def _postgresql_statement(
    table: Table, columns: tuple[str, ...], key: tuple[str, ...], changed: tuple[str, ...] | None
) -> Any:
    """Write the statement out: names are those of our own tables, values are parameters."""
    names = ", ".join(f'"{name}"' for name in columns)
    arrays = ", ".join(f"CAST(:{name} AS {_type(table, name)}[])" for name in columns)
    written = f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({arrays})'  # noqa: S608
    if changed is not None:
        updates = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in changed)
        action = f"DO UPDATE SET {updates}" if changed else "DO NOTHING"
        written += f" ON CONFLICT ({', '.join(key)}) {action}"
    return text(written)


def _type(table: Table, column: str) -> str:
    return table.columns[column].type.compile(postgresql_dialect()).partition(" COLLATE")[0]
