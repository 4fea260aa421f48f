"""The composition root: settings and a clock in, a WSGI application out.

`create_app` starts nothing and writes nothing; `start_deployment` makes the genesis and lets
waiting operations go on. An application over SQLite is the only writer of its database until
`close_app`. Not here: migrations, which come before (`liuhen migrate`, `liuhen serve`).
"""

from flask import Flask

from server.config import Settings
from server.services import restore, system
from server.services.runtime import EXTENSION, Clock, Runtime, SystemClock, open_runtime
from server.storage import (
    account_tables,
    footage_tables,
    inventory_tables,
    log_tables,
    snapshot_tables,
    upload_tables,
)
from server.storage.blob_store import BlobStore, blob_store
from server.storage.checkpoint_file import OutsideCheckpoint
from server.storage.database import db, engine_options
from server.web import access, api, openapi, problems, replies, request_log
from server.web.blobs import blobs
from server.web.handbacks import handbacks
from server.web.health import deployment, health
from server.web.inventories import inventories
from server.web.log_routes import log
from server.web.ops import ops
from server.web.pages import pages
from server.web.pull import pull
from server.web.recordings import recordings
from server.web.session import enrolment, people, session
from server.web.snapshots import snapshots
from server.web.tus import tus

# Imported, so that the metadata is whole.
TABLES = (
    account_tables,
    footage_tables,
    inventory_tables,
    log_tables,
    snapshot_tables,
    upload_tables,
)
BLUEPRINTS = (
    *(deployment, session, people, enrolment),
    *(
        ops,
        handbacks,
        pull,
        snapshots,
        inventories,
        recordings,
        log,
        tus,
        blobs,
        openapi.openapi,
        health,
    ),
)


def create_app(
    settings: Settings,
    clock: Clock | None = None,
    blobs: BlobStore | None = None,
    outside: OutsideCheckpoint | None = None,
) -> Flask:
    """Return the application of these settings; raise `SecondWriterError` as the runtime does.

    `blobs` and `outside` stand in for the store and the checkpoint's place that the settings name.
    """
    app = Flask("liuhen", static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        store = blobs or blob_store(
            settings.blob_store, settings.s3_endpoint, settings.s3_region, settings.s3_retention
        )
        app.extensions[EXTENSION] = open_runtime(
            settings, clock or SystemClock(), store, engine=db.engine, outside=outside
        )
    _add_routes(app)
    return app


def _add_routes(app: Flask) -> None:
    problems.register(app)
    request_log.register(app)
    app.before_request(access.authorise)
    app.after_request(replies.name_digest)
    collector = api.prepare(app)
    for blueprint in BLUEPRINTS:
        collector.register_blueprint(blueprint)
    app.register_blueprint(pages)
    openapi.publish(app, collector)


def start_deployment(app: Flask) -> None:
    """Make the log ready to serve; raise `RewoundError` or `ForeignLogError` when it can't be."""
    system.start(runtime_of(app))
    restore.apply_revocations(runtime_of(app))


def close_app(app: Flask) -> None:
    """Give the database back; on SQLite another process may write then."""
    runtime_of(app).close()


def runtime_of(app: Flask) -> Runtime:
    """Return what an application's services are given."""
    runtime: Runtime = app.extensions[EXTENSION]
    return runtime
