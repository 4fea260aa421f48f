"""The real service, asked whatever its own OpenAPI document allows, and what it forbids.

Every operation, the push of records among them: no failure of ours, every answer one that the
document describes, every problem one of the catalogue; and afterwards the log holds what it held.
LIUHEN_TEST_FUZZ_EXAMPLES asks each operation more often (`make soak` does).
"""

import os
from collections.abc import Callable
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from sync_protocol.note import parse_checkpoint
from sync_protocol.rules import PROBLEMS
from tests.integration.outages.county import COUNTY, PASSWORD, County

EXAMPLES = int(os.environ.get("LIUHEN_TEST_FUZZ_EXAMPLES", "6"))
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
asked = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),  # what failed is printed whole: no time to shrink
    suppress_health_check=list(HealthCheck),
)
CHECKS = (
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
)
REFUSALS = {entry["status"] for entry in PROBLEMS.values() if entry["status"] < 500}
BY_ITEM = {"/api/v1/ops", "/api/v1/handbacks"}  # each item is taken or rejected by itself

CONFIG = SchemathesisConfig.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": sorted(REFUSALS)}}}
)


@schemathesis.serializer("application/offset+octet-stream")
def as_bytes(_context: Any, value: Any) -> Any:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


class Caller:
    """Asks as who may do most, and puts things that exist in place of half of the made-up ones."""

    def __init__(self, county: County) -> None:
        self.county = county
        chain = county.boss.chain
        self.places = {"space": COUNTY, "chain": chain, "op": chain, "kind": "person", "id": "boss"}
        self.tokens: dict[str, str] = {}

    def token(self, login: str) -> str:
        if login not in self.tokens:
            said = {"login": login, "password": PASSWORD}
            reply = self.county.phone(login).request("POST", "/session", said, expect=201)
            self.tokens[login] = reply["access_token"]
        return self.tokens[login]

    def ask(self, case: schemathesis.Case, mode: GenerationMode) -> None:
        for name in self.places.keys() & case.path_parameters.keys():
            if (
                mode is GenerationMode.POSITIVE
                and crc32(str(case.path_parameters[name]).encode()) % 2
            ):
                case.path_parameters[name] = self.places[name]
        login = "chief" if case.path.startswith("/api/v1/accounts") else "boss"
        signed_in = {"Authorization": f"Bearer {self.token(login)}"}
        reply = case.call(self.county.server.url, headers=signed_in)
        if (case.method, case.path) == ("DELETE", "/api/v1/session"):
            self.tokens.pop(login, None)
        case.validate_response(reply, checks=list(CHECKS), excluded_checks=_excused(case))
        assert reply.status_code < 500, reply.text
        if reply.status_code >= 400 and case.method != "HEAD":
            said = reply.json()
            assert PROBLEMS[said["code"]]["status"] == reply.status_code, said
        elif case.path in BY_ITEM:
            assert {one["status"] for one in reply.json()["items"]} <= {"rejected"}


def _excused(case: schemathesis.Case) -> list[Any]:
    return [checks.negative_data_rejection] if case.path in BY_ITEM else []


def ask_often(caller: Caller, operation: Any, mode: GenerationMode) -> None:
    @asked
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        caller.ask(case, mode)

    try:
        ask()
    except Unsatisfiable:
        if mode is GenerationMode.POSITIVE:
            raise  # an operation that takes nothing cannot be given something wrong


def open_document(county: County) -> dict[str, Any]:
    """Return the served document without what it says of sessions, which the caller has."""
    document: dict[str, Any] = county.get("/openapi.json")
    for operations in document["paths"].values():
        for operation in operations.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    return document


def size_of(county: County) -> int:
    return parse_checkpoint(county.bytes_of("/log/checkpoint").decode()).size


def test_every_operation_answers_as_documented_and_leaves_nothing_half_written(
    open_county: Callable[..., County], subtests: pytest.Subtests
) -> None:
    county = open_county()
    document = schemathesis.openapi.from_dict(open_document(county), config=CONFIG)
    caller = Caller(county)
    before = size_of(county)
    for result in document.get_all_operations():
        operation = result.ok()
        for mode in MODES:
            with subtests.test(operation=operation.label, mode=mode.value):
                ask_often(caller, operation, mode)
    assert size_of(county) == before
    county.server.stop()
    county.command("verify")
    county.command("rebuild", "--check")
