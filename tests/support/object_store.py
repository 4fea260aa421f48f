"""A real S3 server for tests: SeaweedFS from a Python package, stopped whatever happens.

It listens on the loopback address only, on ports chosen here, sends no telemetry, and knows one
pair of keys from its first moment (without them it would accept any secret). `url` and `bucket`
say where; `environment` is what boto3 needs to find its credentials. `kill` and `start` are an
outage: the port and the data stay the same.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from tests.support.databases import wait_until
from tests.support.processes import dies_with_parent, free_port

COMMAND = Path(sys.executable).with_name("weed")
START_SECONDS = 60
STOP_SECONDS = 15
REGION = "us-east-1"
BUCKET = "originals"
SERVICES = ("master", "volume", "filer", "s3", "admin")
FLAGS = (
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-metricsIp=127.0.0.1",
    "-master.telemetry=false",
    "-admin.ui=false",
    "-webdav=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-volume.preStopSeconds=0",
)


class ObjectStore:
    """One S3 server in a folder of its own; start it, stop it, kill it, start it again."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="liuhen-s3-", dir="/tmp"))
        self._ports = {name: free_port() for name in _port_names()}
        self._process: subprocess.Popen[bytes] | None = None
        self.environment = {
            "AWS_ACCESS_KEY_ID": "test-key",
            "AWS_SECRET_ACCESS_KEY": "test-secret-of-this-machine",
        }

    @property
    def url(self) -> str:
        """Address of the S3 interface."""
        return f"http://127.0.0.1:{self._ports['s3.port']}"

    def log(self) -> str:
        """Return what the server wrote."""
        path = self._folder / "log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def start(self) -> "ObjectStore":
        """Start and wait until an object can be written."""
        data = self._folder / "data"
        data.mkdir(exist_ok=True)
        ports = [f"-{name}={number}" for name, number in self._ports.items()]
        sockets = [f"-{name}.localSocket={self._folder / name}.sock" for name in ("filer", "s3")]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [COMMAND, "mini", f"-dir={data}", f"-bucket={BUCKET}", *FLAGS, *ports, *sockets],
                env={**_without_secrets(), **self.environment, "HOME": str(self._folder)},
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGKILL),  # noqa: PLW1509
            )
        wait_until(self._writable, START_SECONDS, "the object store takes no object")
        return self

    def client(self) -> Any:
        """Return a client of boto3 for looking at the store from outside."""
        return boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=20),
        )

    def kill(self) -> None:
        """End the server at once (`kill -9`): its data stays."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """End the server and remove its folder."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def line(self) -> "Line":
        """Return a new line to this server that can break; close it."""
        return Line(self._ports["s3.port"])

    def _writable(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"the object store ended:\n{self.log()[-4000:]}")
        try:
            urllib.request.urlopen(self.url, timeout=2).close()
        except urllib.error.HTTPError:
            return self._takes_an_object()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
        raise RuntimeError("the object store answers who has no credentials")

    def _takes_an_object(self) -> bool:
        from botocore.exceptions import BotoCoreError, ClientError

        with contextlib.closing(self.client()) as client:
            try:
                client.put_object(Bucket=BUCKET, Key="ready", Body=b"?")
                client.delete_object(Bucket=BUCKET, Key="ready")
            except (BotoCoreError, ClientError):
                return False
        return True


class Line:
    """A TCP line to a server; it breaks, for good, after a number of bytes in one direction."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._left = {"up": 1 << 62, "down": 1 << 62}
        self._deaf_below = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    @property
    def url(self) -> str:
        """Address of this end."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def break_after(self, direction: str, count_bytes: int) -> None:
        """Let so many more bytes through, `up` or `down`, and then nothing in either direction."""
        self._left[direction] = count_bytes

    def lose_replies_after(self, count_bytes: int) -> None:
        """Let everything up, and nothing down any more once so many bytes have gone up."""
        self._deaf_below = self._left["up"] - count_bytes

    def close(self) -> None:
        """Hang up and wait for the threads."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._hang_up()
        for thread in self._threads:
            thread.join()

    def _start(self, work: Callable[..., None], *arguments: Any) -> None:
        self._threads.append(threading.Thread(target=work, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                far = socket.create_connection(("127.0.0.1", self._target))
                self._open += [near, far]
                self._start(self._carry, near, far, "up")
                self._start(self._carry, far, near, "down")

    def _carry(self, source: socket.socket, target: socket.socket, direction: str) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                self._left[direction] -= len(piece)
                lost = direction == "down" and self._left["up"] < self._deaf_below
                if lost or min(self._left.values()) < 0:
                    self._hang_up()
                    return
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)

    def _hang_up(self) -> None:
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def _port_names() -> list[str]:
    return [f"{name}.port{kind}" for name in SERVICES for kind in ("", ".grpc")]


def _without_secrets() -> dict[str, str]:
    """Return our environment without anybody's keys, and without ways around the loopback."""
    dropped = ("AWS_", "LIUHEN_", "S3_", "WEED_")
    return {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
