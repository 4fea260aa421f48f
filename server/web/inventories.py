"""What phones still hold: announced by each for its own chain, read by supervisors of the space."""

from typing import Any

from flask import Response

from server.services import inventory
from server.services.runtime import current_runtime
from server.web import openapi_parts as parts
from server.web import schemas
from server.web.api import PREFIX, ApiBlueprint
from server.web.replies import json_of

inventories = ApiBlueprint("inventories", __name__, url_prefix=PREFIX, description="Inventories")


@inventories.route("/chains/<hex64:chain>/inventory", methods=["PUT"])
@inventories.arguments(schemas.InventorySchema)
@inventories.doc(responses={"200": parts.json_reply("Device", "what is here, and what is not")})
def report(said: dict[str, Any], chain: str) -> Response:
    """Announce what one's own phone holds."""
    return json_of(inventory.report(current_runtime(), chain, said))


@inventories.route("/spaces/<space:space>/devices", methods=["GET"])
@inventories.doc(responses={"200": parts.json_reply("Devices", "each phone of the space")})
def devices(space: str) -> Response:
    """Return what is still in the field, by person and phone."""
    return json_of(inventory.of_space(current_runtime(), space))
