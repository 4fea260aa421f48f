"""Who begins a body and never ends it, or never reads an answer: everybody else is served on."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.support.http_client import HttpClient
from tests.support.live_server import LiveServer
from tests.support.service import API, CITY, COUNTY, PASSWORD, Service, digest, photo

MANY = 40  # far more than the threads below
THREADS = "16"
LOGIN = {"login": "inspector", "password": PASSWORD}


@pytest.fixture
def server(service: Service, start_server: Callable[..., LiveServer]) -> LiveServer:
    """The populated service as a program of few threads."""
    service.close()
    data = {"LIUHEN_DATA_DIR": str(service.folder), "LIUHEN_DATABASE_URL": service.database_url}
    return start_server(**data, LIUHEN_CITY=CITY, LIUHEN_THREADS=THREADS)


@pytest.fixture
def senders(server: LiveServer) -> Iterator[Callable[[str, str], None]]:
    """`senders(path, headers)`: so many who send the first byte of a body and then nothing."""
    opened: list[socket.socket] = []

    def begin(path: str, headers: str = "") -> None:
        head = f"POST {API}{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        for _ in range(MANY):
            opened.append(socket.create_connection(("127.0.0.1", server.port)))
            opened[-1].sendall(f"{head}{headers}Content-Length: 100\r\n\r\n[".encode())
        time.sleep(1)

    yield begin
    for one in opened:
        one.close()


def sign_in(client: HttpClient) -> tuple[str, str]:
    """Sign in; return the problem's code and the token, one of them empty."""
    said = json.dumps(LOGIN).encode()
    reply = client.post(f"{API}/session", data=said, headers={"Content-Type": "application/json"})
    return (reply.code, "") if reply.code else ("", reply.get_json()["access_token"])


def test_who_has_not_signed_in_holds_up_nobody_who_has(
    server: LiveServer, senders: Callable[..., None]
) -> None:
    with closing(HttpClient(server.port)) as client:
        token = {"Authorization": f"Bearer {sign_in(client)[1]}"}
        senders("/session")
        assert client.open(f"{API}/deployment").status_code == 200
        assert client.open(f"{API}/session", headers=token).status_code == 200
        pushed = client.post(
            f"{API}/ops", data=b"[]", headers=token | {"Content-Type": "application/json"}
        )
        assert pushed.status_code == 200
        assert sign_in(client)[0] == "too_many"


def test_one_person_holds_up_nobody_else_and_all_is_well_when_they_leave(
    server: LiveServer, senders: Callable[..., None]
) -> None:
    with closing(HttpClient(server.port)) as client:
        token = sign_in(client)[1]
        senders("/ops", f"Authorization: Bearer {token}\r\n")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        assert client.post(f"{API}/ops", data=b"[]", headers=headers).code == "too_many"
        assert client.open(f"{API}/session", headers=headers).status_code == 200
        assert sign_in(client)[0] == ""


def test_who_fetches_originals_and_never_reads_them_holds_up_nobody(
    service: Service, start_server: Callable[..., LiveServer]
) -> None:
    original = photo() + bytes(20 << 20)
    service.upload("inspector", original)
    service.close()
    data = {"LIUHEN_DATA_DIR": str(service.folder), "LIUHEN_DATABASE_URL": service.database_url}
    server = start_server(**data, LIUHEN_CITY=CITY, LIUHEN_THREADS=THREADS)
    path = f"{API}/spaces/{COUNTY}/blobs/{digest(original)}"
    with closing(HttpClient(server.port)) as client:
        token = {"Authorization": f"Bearer {sign_in(client)[1]}"}
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {token['Authorization']}\r\n\r\n"
        opened = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(MANY)]
        for one in opened:
            one.sendall(head.encode())
        time.sleep(1)
        assert client.open(f"{API}/session", headers=token).status_code == 200
        assert client.open(path, headers=token).code == "too_many"
        for one in opened:
            one.close()
        deadline = time.monotonic() + 10
        while client.open(path, headers=token).code and time.monotonic() < deadline:
            time.sleep(0.1)
        for _ in range(5):  # more than the places there are: each is given back
            assert client.open(path, headers=token).data == original
