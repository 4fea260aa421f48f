"""The shapes of recordings: query parameters, and components for the OpenAPI document."""

from typing import Any

from marshmallow import Schema, fields, validate

from server.web.op_schema import HEX_64, ID, TEXT, array, obj, ref
from server.web.schemas import BIG, WholeNumber
from sync_protocol.cameras import CAMERAS
from sync_protocol.rules import LIMITS

OUTCOMES = sorted(CAMERAS["outcomes"])
LINE = r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]*\Z"
COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
YES_OR_NO: dict[str, Any] = {"type": "boolean"}
FOOTAGE: dict[str, Any] = {
    "station": TEXT, "camera": TEXT, "file_name": TEXT, "started_at_ms": COUNT,
    "ended_at_ms": COUNT, "size_bytes": COUNT, "sha256": TEXT, "officer": TEXT,
    "delete_on": TEXT, "manifest": ID, "line": COUNT,
}  # fmt: skip


class ManifestQuerySchema(Schema):
    """What a manifest is called, and the station of rows that name none."""

    name = fields.String(
        required=True, validate=[validate.Length(min=1, max=200), validate.Regexp(LINE)]
    )
    station = fields.String(
        load_default="", validate=[validate.Length(max=60), validate.Regexp(LINE)]
    )


class RecordingsQuerySchema(Schema):
    """Which time, which outcome, which part of the list."""

    from_ms = WholeNumber(0, BIG, required=True)
    until_ms = WholeNumber(0, BIG, required=True)
    outcome = fields.String(load_default="", validate=validate.OneOf(["", *OUTCOMES]))
    skip = WholeNumber(0, 10**6, load_default=0)
    limit = WholeNumber(1, LIMITS["footage_rows"], load_default=LIMITS["footage_rows"])


def components() -> dict[str, Any]:
    """Return the components that the routes of recordings answer with."""
    return _recordings() | _stations()


def _recordings() -> dict[str, Any]:
    outcome = {"type": "string", "enum": OUTCOMES}
    times = {"camera": TEXT, "started_at_ms": COUNT, "ended_at_ms": COUNT}
    judged = {
        "by": TEXT, "clip": ID, "inspection": ID, "offset_ms": {"type": "integer"},
        "suggested": array(HEX_64), "gaps": array(array(COUNT)),
    }  # fmt: skip
    by_id = {"type": "object", "additionalProperties": ref("Footage")}
    return {
        "Footage": obj(FOOTAGE),
        "Recording": obj(
            {"outcome": outcome, **times, "footage": array(HEX_64), **judged}, *judged
        ),
        "Recordings": obj(
            {
                "complete_through": COUNT,
                "counts": obj(dict.fromkeys(OUTCOMES, COUNT)),
                "total": COUNT,
                "next": COUNT,
                "entries": array(ref("Recording")),
                "footage": by_id,
            },
            "next",
        ),
        "InspectionRecordings": obj(
            {
                "entries": array(ref("Recording")),
                "footage": by_id,
                "covering": {"type": "object", "additionalProperties": array(HEX_64)},
            }
        ),
    }


def _stations() -> dict[str, Any]:
    case = {"case": ID, "number": TEXT}
    refusal = obj({"line": COUNT, "code": {"type": "string", "enum": [*CAMERAS["row_codes"]]}})
    return {
        "ManifestReport": obj(
            {
                "manifest": ID, "accepted": COUNT, "new": COUNT, "refused": COUNT,
                "refusals": array(refusal), "duplicate": YES_OR_NO,
            }
        ),
        "Holds": obj(
            {
                "holds": array(ref("Hold")),
                "unknown": array(obj({**case, "inspection": ID, "footage": HEX_64})),
                "unconfirmed": COUNT,
                "near": COUNT,
                "now_ms": COUNT,
            }
        ),
        "Hold": obj(
            {
                **FOOTAGE, "id": HEX_64, "keep_until": TEXT, "classes": array(TEXT),
                "inspections": array(ID), "cases": array(obj(case)), "confirmed": YES_OR_NO,
                "unconfirmed": YES_OR_NO, "near": YES_OR_NO,
            }
        ),
    }  # fmt: skip
