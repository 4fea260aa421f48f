"""Snapshots for phones that are far behind: the manifest, and parts that never change."""

from flask import Response

from server.services import snapshots as service
from server.services.runtime import current_runtime
from server.web import openapi_parts as parts
from server.web import replies
from server.web.api import PREFIX, ApiBlueprint

snapshots = ApiBlueprint("snapshots", __name__, url_prefix=PREFIX, description="Snapshots")


@snapshots.route("/spaces/<space:space>/snapshot", methods=["GET"])
@snapshots.doc(responses={"200": parts.json_reply("Snapshot", "the newest snapshot of the space")})
def show(space: str) -> Response:
    """Return which parts the newest snapshot has."""
    return replies.json_of(service.manifest(current_runtime(), space))


@snapshots.route("/spaces/<space:space>/snapshot/parts/<hex64:sha256>", methods=["GET"])
@snapshots.doc(responses={"200": parts.json_reply("SnapshotPart", "rows, in the order of a pull")})
def part(space: str, sha256: str) -> Response:
    """Return one part, as it was stored."""
    return replies.packed_json(service.part(current_runtime(), space, sha256), sha256)
