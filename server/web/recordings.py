"""Docking stations: manifests brought in, references and footage held together, holds for stations.

Only requests are read and answers written here; `services.manifests`, `recordings` and `holds` do
the work.
"""

import csv
import io
from typing import Any

from flask import Response, request

from server.services import holds as hold_list
from server.services import manifests
from server.services import recordings as known
from server.services.problem import Problem
from server.services.runtime import current_runtime
from server.web import openapi_parts as parts
from server.web import recordings_schema as schemas
from server.web.access import signed_in
from server.web.api import PREFIX, ApiBlueprint
from server.web.replies import json_of
from server.web.request_body import read_all, require_media_type
from sync_protocol.rules import LIMITS

COMMON = "common"
RANGE_MS = 31 * 86_400_000
MANIFEST_TYPE = "application/octet-stream"
HOLD_COLUMNS = (
    *("station", "camera", "file_name", "started_at_ms", "ended_at_ms", "sha256"),
    *("delete_on", "keep_until", "classes", "cases"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")

recordings = ApiBlueprint("recordings", __name__, url_prefix=PREFIX, description="Recordings")


@recordings.route("/spaces/<space:space>/manifests", methods=["POST"])
@recordings.arguments(schemas.ManifestQuerySchema, location="query")
@recordings.doc(
    requestBody=parts.MANIFEST_BODY,
    responses={"200": parts.json_reply("ManifestReport", "what became of each row")},
)
def bring(said: dict[str, Any], space: str) -> Response:
    """Bring in what a docking station reports; the same file again changes nothing."""
    if space == COMMON:
        raise Problem("space_forbidden", "A station belongs to a bureau.")
    require_media_type(request, MANIFEST_TYPE)
    raw = read_all(request, LIMITS["manifest_bytes"])
    person = signed_in()
    report = manifests.bring(
        current_runtime(), space, raw, name=said["name"], station=said["station"], by=person.id
    )
    return json_of(report)


@recordings.route("/spaces/<space:space>/recordings", methods=["GET"])
@recordings.arguments(schemas.RecordingsQuerySchema, location="query")
@recordings.doc(responses={"200": parts.json_reply("Recordings", "references and footage")})
def of_space(said: dict[str, Any], space: str) -> Response:
    """Return what is proposed for the references of a time, and footage nobody claims."""
    if not 0 < said["until_ms"] - said["from_ms"] <= RANGE_MS:
        raise Problem("invalid_field", "later than from_ms, by 31 days at most", field="until_ms")
    return json_of(known.page(current_runtime(), space, **said))


@recordings.route("/inspections/<id:id>/recordings", methods=["GET"])
@recordings.doc(responses={"200": parts.json_reply("InspectionRecordings", "of one inspection")})
def of_inspection(id: str) -> Response:  # noqa: A002 - the name in the path
    """Return the footage of one inspection, and which of it covers each finding."""
    return json_of(known.of_inspection(current_runtime(), id))


@recordings.route("/spaces/<space:space>/holds", methods=["GET"])
@recordings.doc(responses={"200": parts.json_reply("Holds", "footage that must be held")})
def holds(space: str) -> Response:
    """Return what stations must hold, and what about it is alarming."""
    return json_of(hold_list.of_space(current_runtime(), space))


@recordings.route("/spaces/<space:space>/holds.csv", methods=["GET"])
@recordings.doc(responses={"200": parts.binary("one row a file, for the station", "text/csv")})
def holds_csv(space: str) -> Response:
    """Return the hold list as a station takes it."""
    rows = hold_list.of_space(current_runtime(), space)["holds"]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HOLD_COLUMNS)
    for row in rows:
        cases = " ".join(one["number"] or one["case"] for one in row["cases"])
        flat = row | {"classes": " ".join(row["classes"]), "cases": cases}
        writer.writerow([_cell(flat[name]) for name in HOLD_COLUMNS])
    reply = Response(text.getvalue().encode("utf-8-sig"), mimetype="text/csv")
    reply.headers["Content-Disposition"] = f'attachment; filename="holds-{space}.csv"'
    return reply


def _cell(value: object) -> str:
    """Return a cell that no table program takes for a formula: file names are anybody's words."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
