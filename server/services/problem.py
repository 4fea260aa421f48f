"""The one exception by which a use-case says no: a code of `problems.json`, never a status.

`web/problems.py` turns it into a problem document and an HTTP status; commands print its code and
detail. A code that is not in the table is a programming error and fails at once.
"""

from sync_protocol.rules import PROBLEMS


class Problem(Exception):
    """A refusal that is meant for whoever asked.

    `code` is a key of `problems`, `field` the path of the member at fault (`items.0.deadline`, a
    header or query parameter by its name), `detail` one plain sentence without secrets,
    `retry_after_s` how long to wait for codes that pass by themselves.
    """

    def __init__(
        self, code: str, detail: str = "", *, field: str = "", retry_after_s: int | None = None
    ) -> None:
        super().__init__(code, field, detail)
        if code not in PROBLEMS:
            raise KeyError(f"no such problem: {code}")
        self.code = code
        self.detail = detail
        self.field = field
        self.retry_after_s = retry_after_s
