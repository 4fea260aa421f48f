"""Open the application for a command: schema up to date, genesis there, everything closed after."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from server.app import close_app, create_app, start_deployment
from server.config import Settings
from server.storage import migrate


@contextmanager
def application(settings: Settings) -> Iterator[Flask]:
    """Yield the app of these settings, ready to be used by services."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(settings.database_url)
    app = create_app(settings)
    try:
        with app.app_context():
            start_deployment(app)
            yield app
    finally:
        close_app(app)
