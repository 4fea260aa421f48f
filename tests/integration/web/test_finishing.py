"""An upload whose last reply was lost is asked for by several requests at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

from server.services import uploads
from tests.support.service import Service, photo, tus_headers

ASKERS = 8
ROUNDS = 5
TUS = {"Tus-Resumable": "1.0.0"}


def whole_but_unfinished(service: Service, content: bytes) -> str:
    """Return the place of an upload whose server was killed after its last byte."""
    place = service.ask("inspector", "POST", "/uploads", headers=tus_headers(content)).location
    upload_id = place.rpartition("/")[2]
    uploads.part_files(service.runtime).append(upload_id, 0, content, len(content))
    return f"/uploads/{upload_id}"


def answers_at_once(service: Service, place: str) -> set[tuple[int, str | None]]:
    """Return what several are told who ask for an upload at the same moment."""
    barrier = threading.Barrier(ASKERS)

    def ask(_number: int) -> tuple[int, str | None]:
        barrier.wait()
        reply = service.ask("inspector", "HEAD", place, headers=TUS)
        return reply.status_code, reply.headers.get("Upload-Offset")

    with ThreadPoolExecutor(ASKERS) as pool:
        return set(pool.map(ask, range(ASKERS)))


def test_an_upload_finished_by_several_at_once_is_whole_for_each(service: Service) -> None:
    for number in range(ROUNDS):
        content = photo(colour=str(number)) + bytes(2_000_000)
        place = whole_but_unfinished(service, content)
        assert answers_at_once(service, place) == {(200, str(len(content)))}
