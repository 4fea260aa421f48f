"""Open the application for a command: schema up to date, genesis there, everything closed after."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from server.app import close_app, create_app, start_deployment
from server.config import Settings
from server.services.runtime import Clock
from server.storage import migrate


@contextmanager
def application(settings: Settings, clock: Clock | None = None) -> Iterator[Flask]:
    """Yield the app of these settings, ready for use, on the system's clock or on this one."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(settings.database_url)
    app = create_app(settings) if clock is None else create_app(settings, clock)
    try:
        with app.app_context():
            start_deployment(app)
            yield app
    finally:
        close_app(app)
