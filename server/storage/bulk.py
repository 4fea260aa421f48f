"""One statement for many values, whatever the number: each is built once and kept.

Lists travel as one JSON text, which both databases take apart. Rows are one statement too:
PostgreSQL takes them as one JSON text (drivers' arrays cost more than the rest of a write); SQLite
takes them as a few statements of many rows, in sizes that repeat, because its driver gives the
interpreter's lock away at each step and gets it back late when other threads are busy. Not here:
which tables.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    LargeBinary,
    Select,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

Values = list[dict[str, Any]]

LISTED = "listed"
ROWS_AT_ONCE = 64  # a power of two; the widest table's values stay below SQLite's 32,766


def one_of(connection: Connection, field: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """Return the condition that a column (text or integer) has one of the values."""
    return _one_of(connection.dialect.name, field, literal(listed(values), Text))


def listed_in(dialect: str, field: Any, name: str = LISTED) -> ColumnElement[bool]:
    """Return the same condition for a statement that is kept.

    The values are its parameter `name`, as `listed` writes them.
    """
    return _one_of(dialect, field, bindparam(name, type_=Text))


def beyond_cursor(query: Select[Any], table: Any) -> Select[Any]:
    """Return a statement that is kept, for a space's rows beyond a cursor, in pull order.

    The cursor is its parameters `space`, `after_index`, `after_entity`; `most` bounds the rows.
    """
    place = tuple_(table.index, table.entity)
    return (
        query.where(
            table.space == bindparam("space"),
            table.index >= bindparam("after_index"),
            place > tuple_(bindparam("after_index"), bindparam("after_entity")),
        )
        .order_by(table.index, table.entity)
        .limit(bindparam("most"))
    )


def at_pairs(dialect: str, found: Select[Any], first: Any, second: Any) -> Select[Any]:
    """Return a statement that is kept, for the rows whose two columns are one of the pairs given.

    The pairs are its parameter `LISTED`, as `listed` writes them, each once. It is a join, because
    SQLite looks up only the first column of a pair that is `IN` a list.
    """
    given = bindparam(LISTED, type_=Text)
    if dialect == "sqlite":
        pair = func.json_each(given).table_valued("value", name="pair")
        one, other = (func.json_extract(pair.c.value, f"$[{place}]") for place in (0, 1))
    else:
        value = column("value", JSON)
        pair = func.json_array_elements(cast(given, JSON)).table_valued(value, name="pair")
        one = cast(pair.c.value[0].astext, first.type)
        other = cast(pair.c.value[1].astext, second.type)
    return found.join(pair, (first == one) & (second == other))


class _Encoded(TypeDecorator[bytes]):
    """A text whose value here is its UTF-8; its driver hands over bytes only as hex."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: Any, _dialect: Any) -> bytes:
        return str.encode(value)


def utf8_of(dialect: str, field: Any) -> ColumnElement[bytes]:
    """Return a text column (never null) as its bytes, for texts that are only handed on."""
    return cast(field, LargeBinary) if dialect == "sqlite" else type_coerce(field, _Encoded)


def _one_of(dialect: str, field: Any, given: Any) -> ColumnElement[bool]:
    if dialect == "sqlite":
        found = func.json_each(given).table_valued("value")
        return field.in_(select(found.c.value))  # type: ignore[no-any-return]
    found = func.json_array_elements_text(cast(given, JSON)).table_valued("value")
    return field.in_(select(cast(found.c.value, field.type)))  # type: ignore[no-any-return]


def listed(values: Collection[Any]) -> str:
    """Return a list as a parameter of `listed_in`."""
    return msgspec.json.encode(list(values)).decode("utf-8")


def insert_rows(connection: Connection, model: Any, values: Values) -> None:
    """Insert rows; every one has the same columns."""
    if values:
        _write(connection, model.__table__, values, (), None)


def insert_unless_there(dialect: str, model: Any, values: dict[str, Any]) -> Any:
    """Return the statement that inserts one row, or leaves the one that has its key."""
    insert = insert_sqlite if dialect == "sqlite" else insert_postgresql
    return insert(model).values(values).on_conflict_do_nothing()


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
    columns = tuple(values[0])
    if connection.dialect.name == "sqlite":
        for part in _parts(values):
            statement, value_of = _sqlite_statement(table, columns, len(part), key, changed)
            given = tuple(chain.from_iterable(map(value_of, part)))
            connection.exec_driver_sql(statement, given)
        return
    statement = _postgresql_statement(table, columns, key, changed)
    connection.execute(statement, {"rows": _encode(values).decode("utf-8")})


def _parts(values: Values) -> Iterator[Values]:
    """Split rows into parts whose sizes repeat: `ROWS_AT_ONCE`, then smaller powers of two."""
    size, start = ROWS_AT_ONCE, 0
    while start < len(values):
        while start + size > len(values):
            size //= 2
        yield values[start : start + size]
        start += size


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
def _sqlite_statement(
    table: Table, columns: tuple[str, ...], rows: int, key: tuple[str, ...],
    changed: tuple[str, ...] | None,
) -> tuple[str, Callable[[dict[str, Any]], tuple[Any, ...]]]:  # fmt: skip
    """Return the text for so many rows, and what takes a row's values in its order."""
    one = _on_conflict(insert_sqlite(table), key, changed).compile(
        dialect=sqlite_dialect(), column_keys=list(columns)
    )
    head, values, tail = one.string.partition(" VALUES ")
    row, conflict, rest = tail.partition(" ON CONFLICT")
    text = f"{head}{values}{', '.join([row] * rows)}{conflict}{rest}"
    return text, itemgetter(*(one.positiontup or ()))


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


def for_listed(
    connection: Connection, query: Callable[[str], Executable], values: Iterable[Any], **more: Any
) -> CursorResult[Any]:
    """Run a kept statement, built for a dialect, for a list of values."""
    return connection.execute(query(connection.dialect.name), {LISTED: listed(set(values)), **more})
