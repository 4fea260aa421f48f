"""Signing in and out, accounts, and the ticket for a first phone."""

from typing import Any

from flask import request

from server.services import accounts, enrolments
from server.services.runtime import current_runtime
from server.web import schemas
from server.web.access import bearer_token, signed_in
from server.web.api import PREFIX, ApiBlueprint

session = ApiBlueprint("session", __name__, url_prefix=PREFIX, description="Sessions")
people = ApiBlueprint("accounts", __name__, url_prefix=PREFIX, description="Accounts")
enrolment = ApiBlueprint("enrolments", __name__, url_prefix=PREFIX, description="Phones")


@session.route("/session", methods=["POST"])
@session.arguments(schemas.LoginSchema)
@session.response(201, schemas.SessionSchema)
def login(said: dict[str, Any]) -> dict[str, Any]:
    """Sign in."""
    return accounts.login(current_runtime(), said["login"], said["password"])


@session.route("/session/refresh", methods=["POST"])
@session.arguments(schemas.RefreshSchema)
@session.response(200, schemas.SessionSchema)
def refresh(said: dict[str, Any]) -> dict[str, Any]:
    """Continue with new tokens."""
    return accounts.refresh(current_runtime(), said["refresh_token"])


@session.route("/session", methods=["GET"])
@session.response(200, schemas.PersonSchema)
def show() -> dict[str, Any]:
    """Return who is signed in."""
    return signed_in().document()


@session.route("/session", methods=["DELETE"])
@session.response(204)
def end() -> None:
    """Sign out."""
    accounts.logout(current_runtime(), bearer_token(request))


@people.route("/accounts", methods=["POST"])
@people.arguments(schemas.AccountSchema)
@people.response(201, schemas.CreatedAccountSchema)
def create(said: dict[str, Any]) -> dict[str, Any]:
    """Make an account for a person of the log."""
    accounts.create_account(current_runtime(), said["login"], said["password"], said["person"])
    return said


@people.route("/accounts/password", methods=["POST"])
@people.arguments(schemas.PasswordSchema)
@people.response(204)
def change_password(said: dict[str, Any]) -> None:
    """Change one's own password; every session ends, this one too."""
    new = said["new_password"]
    accounts.change_password(current_runtime(), signed_in(), said["password"], new)


@enrolment.route("/enrolments/ticket", methods=["POST"])
@enrolment.arguments(schemas.TicketSchema)
@enrolment.response(200, schemas.ChainStateSchema)
def ticket(said: dict[str, Any]) -> dict[str, Any]:
    """Confirm one's own pending phone with a one-time ticket."""
    return enrolments.use_ticket(current_runtime(), signed_in(), said["chain"], said["ticket"])
