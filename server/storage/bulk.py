"""One statement for many values, whatever the number: the text stays the same, so it is prepared
once.

Lists and rows travel as one JSON text, which both databases take apart (drivers' arrays cost more
than the rest of a write). SQLite writes rows one after another inside the transaction, which costs
it nothing. Not here: which tables.
"""

import json
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

Values = list[dict[str, Any]]


def one_of(connection: Connection, field: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """Return the condition that a column (text or integer) has one of the values."""
    listed = json.dumps(list(values))
    if connection.dialect.name == "sqlite":
        found = func.json_each(listed).table_valued("value")
        return field.in_(select(found.c.value))  # type: ignore[no-any-return]
    found = func.json_array_elements_text(cast(literal(listed, Text), JSON)).table_valued("value")
    return field.in_(select(cast(found.c.value, field.type)))  # type: ignore[no-any-return]


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
    statement = _postgresql_statement(table, tuple(values[0]), key, changed)
    connection.execute(statement, {"rows": _encode(values).decode("utf-8")})


def _encode(values: Values) -> bytes:
    """Return rows as JSON, bytes in the form that PostgreSQL reads."""
    return msgspec.json.encode(
        [
            {name: f"\\x{one.hex()}" if isinstance(one, bytes) else one
             for name, one in row.items()}
            for row in values
        ]
    )  # fmt: skip


@cache
def _sqlite_statement(table: Table, key: tuple[str, ...], changed: tuple[str, ...] | None) -> Any:
    return _on_conflict(insert_sqlite(table), key, changed)


@cache
def _postgresql_statement(
    table: Table, columns: tuple[str, ...], key: tuple[str, ...], changed: tuple[str, ...] | None
) -> Any:
    shape = [column(name, table.columns[name].type) for name in columns]
    rows = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON)).table_valued(*shape)
    typed = rows.render_derived(name="one", with_types=True)
    statement = insert_postgresql(table).from_select(
        list(columns), select(*[typed.columns[name] for name in columns])
    )
    return _on_conflict(statement, key, changed)


def _on_conflict(statement: Any, key: tuple[str, ...], changed: tuple[str, ...] | None) -> Any:
    if changed is None:
        return statement
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=list(key))
    new = {name: statement.excluded[name] for name in changed}
    return statement.on_conflict_do_update(index_elements=list(key), set_=new)
