"""The command `liuhen` as a process: real services on a real port, real exit codes."""

import json
import os
import signal
import subprocess
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.live_server import COMMAND, LiveServer


def liuhen(
    server: LiveServer, *arguments: str, text: str = ""
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(COMMAND), *arguments],
        env=server.environment(),
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
    )


def fetch(server: LiveServer, path: str) -> Any:
    with urllib.request.urlopen(server.url + path, timeout=10) as reply:
        return json.loads(reply.read())


@pytest.fixture
def stopped(start_server: Callable[..., LiveServer]) -> LiveServer:
    """A deployment with a genesis whose server has been stopped."""
    server = start_server()
    assert server.stop() == 0
    return server


def test_a_service_serves_and_ends_politely(start_server: Callable[..., LiveServer]) -> None:
    server = start_server()
    assert fetch(server, "/healthz") == {"alive": True}
    assert fetch(server, "/readyz")["ready"] is True
    deployment = fetch(server, "/api/v1/deployment")
    assert deployment["deployment"] == "demo-city"
    assert deployment["demo"] is False
    with urllib.request.urlopen(server.url + "/api/v1/log/checkpoint") as reply:
        assert reply.read().decode().startswith(deployment["origin"] + "\n")
    assert server.stop() == 0


def test_a_request_is_one_line_of_json_without_secrets(
    start_server: Callable[..., LiveServer],
) -> None:
    server = start_server()
    request = urllib.request.Request(
        f"{server.url}/api/v1/session?token=hidden", headers={"Authorization": "Bearer hidden"}
    )
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request)
    server.stop()
    lines = [json.loads(line) for line in server.output().splitlines() if line.startswith("{")]
    found = [line for line in lines if line["route"] == "/api/v1/session"]
    assert [(line["method"], line["status"]) for line in found] == [("GET", 401)]
    assert "hidden" not in server.output()


def test_ctrl_c_ends_with_code_0(start_server: Callable[..., LiveServer]) -> None:
    server = start_server()
    assert server._process is not None
    os.killpg(server._process.pid, signal.SIGINT)
    assert server._process.wait(20) == 0


def test_a_second_start_is_the_same_deployment(start_server: Callable[..., LiveServer]) -> None:
    server = start_server()
    before = fetch(server, "/api/v1/deployment") | {"now_ms": 0}
    server.kill()
    server.start()
    assert fetch(server, "/api/v1/deployment") | {"now_ms": 0} == before


def test_verify_and_rebuild_find_nothing_wrong_in_a_new_deployment(stopped: LiveServer) -> None:
    for arguments in (("verify",), ("rebuild", "--check"), ("rebuild",), ("verify",)):
        done = liuhen(stopped, *arguments)
        assert (done.returncode, done.stderr) == (0, ""), (arguments, done.stdout)
        assert len(done.stdout.splitlines()) == 1


def test_an_account_needs_a_person_of_the_log(stopped: LiveServer) -> None:
    done = liuhen(stopped, "user", "add", "somebody", "nobody", text="long-enough\n")
    assert done.returncode == 2
    assert "person" in done.stderr
    assert liuhen(stopped, "user", "list").stdout == ""


def test_a_command_that_can_not_be_carried_out_says_so_in_one_line(stopped: LiveServer) -> None:
    for arguments in (("user", "ticket", "nobody"), ("user", "password", "nobody")):
        done = liuhen(stopped, *arguments, text="long-enough\n")
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert "Traceback" not in done.stderr


def test_a_misspelt_setting_stops_every_command(stopped: LiveServer) -> None:
    stopped.settings["LIUHEN_PROT"] = "1"
    done = liuhen(stopped, "verify")
    assert done.returncode == 2
    assert "LIUHEN_PORT" in done.stderr


def test_migrate_may_be_run_again(stopped: LiveServer) -> None:
    assert liuhen(stopped, "migrate").returncode == 0
    assert liuhen(stopped, "migrate").returncode == 0


def test_sqlite_has_one_writer(start_server: Callable[..., LiveServer], database_kind: str) -> None:
    server = start_server()
    done = liuhen(server, "user", "list")
    assert done.returncode == (2 if database_kind == "sqlite" else 0)
    assert ("another process" in done.stderr) == (database_kind == "sqlite")
