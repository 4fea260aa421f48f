"""The fixtures themselves: fresh databases that do not see each other."""

from collections.abc import Callable

from sqlalchemy import create_engine, inspect, text


def test_each_database_is_fresh_and_apart(make_database: Callable[..., str]) -> None:
    first, second = make_database(migrated=False), make_database(migrated=False)
    assert first != second
    engine, other = create_engine(first), create_engine(second)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE seen (id integer primary key)"))
    assert inspect(engine).get_table_names() == ["seen"]
    assert inspect(other).get_table_names() == []
    engine.dispose()
    other.dispose()


def test_the_database_is_of_the_chosen_kind(empty_database_url: str, database_kind: str) -> None:
    assert empty_database_url.startswith(database_kind)
