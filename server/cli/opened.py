"""Open the application for a command, and close everything after."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from server.app import close_app, create_app, runtime_of, start_deployment
from server.cli.refusals import CommandError
from server.config import Settings
from server.services import readiness
from server.services.runtime import Clock
from server.storage import migrate


@contextmanager
def application(settings: Settings, clock: Clock | None = None) -> Iterator[Flask]:
    """Yield the app ready for use: schema up to date, genesis there, nothing left waiting."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrate.upgrade(settings.database_url)
    app = create_app(settings) if clock is None else create_app(settings, clock)
    try:
        with app.app_context():
            start_deployment(app)
            yield app
    finally:
        close_app(app)


@contextmanager
def untouched(settings: Settings) -> Iterator[Flask]:
    """Yield the app as its data is: nothing migrated, begun or released, so it can be judged."""
    app = create_app(settings)
    try:
        with app.app_context():
            if not readiness.checks(runtime_of(app))["migrations"]:
                raise CommandError("the database has not the newest schema: liuhen migrate")
            yield app
    finally:
        close_app(app)
