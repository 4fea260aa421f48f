"""Bring a database to the newest schema. Safe to run twice, and at once from several processes.

PostgreSQL serialises with an advisory lock, SQLite with its write lock. Not here: making a
database, and moving data between databases.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from server.storage import database

MIGRATIONS = Path(__file__).parent / "migrations"
ADVISORY_KEY = 0x6C697568656E  # "liuhen"


def upgrade(url: str) -> None:
    """Apply every migration that is missing, in one transaction."""
    if database.is_sqlite(url):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = database.open_engine(url)
    try:
        with database.writing(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_KEY}
                )
            command.upgrade(_config(connection), "head")
    finally:
        engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
