"""`liuhen serve`: prepare once, then granian with worker processes until Ctrl-C or SIGTERM.

The first process migrates, makes the genesis, lets waiting operations go on and loads demo data;
then it closes everything (SQLite has one writing process) and the workers open it again. Each
worker has its own background thread. Requests at hand are finished before the end; exit code 0.
"""

import argparse
import ctypes
import gc
import logging
import sys
from functools import partial
from pathlib import Path

from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from server.app import create_app
from server.cli.demo import load as demo
from server.cli.opened import application
from server.config import Settings
from server.jobs.background import Background
from server.services.runtime import current_runtime

BACKLOG = 1024
STOP_SECONDS = 10
M_ARENA_MAX, ARENAS = -8, 2  # malloc.h
# A thread that comes back from the database or a signature waits this long for the interpreter's
# lock while others compute. Python's 5 ms times every statement of a write is a slow service.
SWITCH_S = 0.0005


def run(settings: Settings, asked: argparse.Namespace) -> int:
    """Prepare, serve, and return 0 after a polite end."""
    set_up_logging(settings.log_level)
    lines: list[str] = []
    clock = demo.begin_clock() if settings.demo else None
    with application(settings, clock) as app:
        if settings.demo:
            lines = _demo_lines(app)
        else:
            demo.refuse_public_passwords(app)
    addresses = _local_addresses() if asked.phone else []
    certificate = _certificate(settings, addresses) if asked.phone else None
    _announce(_urls(settings, addresses, https=asked.phone), lines)
    server = Granian(
        "liuhen",
        address=_address(settings, phone=asked.phone),
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        backlog=BACKLOG,
        websockets=False,
        log_enabled=False,
        workers_kill_timeout=STOP_SECONDS,
        respawn_failed_workers=True,  # one that dies at once again and again ends the service
        ssl_cert=certificate[0] if certificate else None,
        ssl_key=certificate[1] if certificate else None,
    )
    server.serve(target_loader=partial(load_worker, settings), wrap_loader=False)
    return 0


def _demo_lines(app: Flask) -> list[str]:
    """Load the demo without a line for each of its requests; return what to print."""
    logger = logging.getLogger("liuhen")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        return demo.printed(demo.load(app))
    finally:
        logger.setLevel(level)


def load_worker(settings: Settings) -> Flask:
    """Open the app inside a worker process and start its background work."""
    set_up_logging(settings.log_level)
    sys.setswitchinterval(SWITCH_S)
    _share_memory_arenas()
    app = create_app(settings)
    with app.app_context():
        Background(current_runtime()).start()
    gc.freeze()  # modules, routes and tables live as long as the process: never look at them again
    return app


def _share_memory_arenas() -> None:
    """Keep glibc from giving each of many threads an arena of its own, which never shrinks."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have no such habit
    if mallopt is not None:
        mallopt(M_ARENA_MAX, ARENAS)


def set_up_logging(level: str) -> None:
    """Write the service's own lines to standard error: requests as JSON, failures with traces."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("liuhen")
    logger.handlers = [handler]
    logger.setLevel(level)
    logger.propagate = False


def _address(settings: Settings, *, phone: bool) -> str:
    """Return where to listen: phones can't reach the loopback address."""
    return "0.0.0.0" if phone else settings.host  # noqa: S104 - asked for by --phone  # nosec B104


def _local_addresses() -> list[str]:
    from server.cli import phone  # what only --phone needs

    return phone.local_addresses()


def _certificate(settings: Settings, addresses: list[str]) -> tuple[Path, Path]:
    """Make the certificates of the local network and print how a phone gets in."""
    from server.cli import phone

    ca_pem, certificate, key = phone.ensure_certificates(settings.data_dir / "tls", addresses)
    if addresses:
        print(phone.qr_text(f"https://{addresses[0]}:{settings.port}/"))
        print(phone.instructions(ca_pem))
    else:
        print(phone.NO_ADDRESS)
    return certificate, key


def _urls(settings: Settings, addresses: list[str], *, https: bool) -> list[str]:
    """Return the addresses to open: this computer's own, then those a phone can reach."""
    scheme = "https" if https else "http"
    host = "localhost" if settings.host in ("0.0.0.0", "127.0.0.1") else settings.host  # noqa: S104  # nosec B104
    return [f"{scheme}://{one}:{settings.port}/" for one in (host, *addresses)]


def _announce(urls: list[str], accounts: list[str]) -> None:
    print(f"Liuhen 留痕  {'  '.join(urls)}", flush=True)
    for line in accounts:
        print(line, flush=True)
    print("停止: Ctrl-C (stop)", flush=True)
