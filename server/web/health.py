"""Is the process there, and may it be sent requests."""

from flask import Response

from server.services import readiness
from server.services.problem import Problem
from server.services.runtime import current_runtime
from server.web import openapi_parts as parts
from server.web.api import PREFIX, ApiBlueprint
from server.web.replies import json_of

health = ApiBlueprint("health", __name__, url_prefix="", description="Health")
deployment = ApiBlueprint("deployment", __name__, url_prefix=PREFIX, description="Deployment")


@health.route("/healthz", methods=["GET"])
@health.doc(responses={"200": {"description": "the process answers"}})
def alive() -> Response:
    """Say that the process answers."""
    return json_of({"alive": True})


@health.route("/readyz", methods=["GET"])
@health.doc(responses={"200": parts.json_reply("Ready", "everything it needs is there")})
def ready() -> Response:
    """Say whether everything the service needs is there, and name what is not."""
    checks = readiness.checks(current_runtime())
    missing = [name for name, well in checks.items() if not well]
    if missing:
        raise Problem("unavailable", "Not ready: " + ", ".join(missing), retry_after_s=5)
    return json_of({"ready": True, "checks": checks})


@deployment.route("/deployment", methods=["GET"])
@deployment.doc(responses={"200": parts.json_reply("Deployment", "what a phone needs to know")})
def show() -> Response:
    """Return what a phone needs to know before anybody signs in."""
    reply = json_of(readiness.deployment(current_runtime()))
    reply.headers["Cache-Control"] = "no-store"
    return reply
