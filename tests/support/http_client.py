"""HTTP to a live service, in the form the demo's phone speaks to a client; remembers each answer.

One connection, kept alive, for one thread. What breaks on the way is an `OSError` or an
`HTTPException` of the standard library (`LOST`), as for any phone; nothing is sent again here.
"""

import contextlib
import http.client
import json
from dataclasses import dataclass, field
from typing import Any

from sync_protocol.rules import PROBLEMS

TIMEOUT_S = 40
LOST = (OSError, http.client.HTTPException)
PROBLEM_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status_code: int
    headers: http.client.HTTPMessage
    data: bytes

    @property
    def status(self) -> str:
        return str(self.status_code)

    def get_data(self, *, as_text: bool = False) -> Any:
        return self.data.decode("utf-8", "replace") if as_text else self.data

    def get_json(self) -> Any:
        return json.loads(self.data)

    @property
    def code(self) -> str:
        """The code of a problem document, "" for a success; anything else is an error of ours."""
        if self.status_code < 400:
            return ""
        assert self.headers.get_content_type() == PROBLEM_TYPE, (self.status_code, self.data)
        code = self.get_json()["code"]
        assert PROBLEMS[code]["status"] == self.status_code, self.data
        return str(code)


@dataclass
class HttpClient:
    """Calls 127.0.0.1:`port`."""

    port: int
    codes: list[str] = field(default_factory=list)
    _connection: http.client.HTTPConnection | None = None

    def open(
        self,
        path: str,
        *,
        method: str = "GET",
        data: bytes | None = None,
        headers: Any = (),
        content_type: str = "",
    ) -> Answer:
        """Send one request and read its whole answer."""
        sent = dict(headers) | ({"Content-Type": content_type} if content_type else {})
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            self._connection.request(method, path, data, sent)
            reply = self._connection.getresponse()
            answer = Answer(reply.status, reply.headers, reply.read())
        except LOST:
            self.close()
            raise
        self.codes.append(answer.code)
        return answer

    def post(self, path: str, *, data: bytes, headers: Any) -> Answer:
        """POST."""
        return self.open(path, method="POST", data=data, headers=headers)

    def close(self) -> None:
        """Forget the connection."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.close()
            self._connection = None
