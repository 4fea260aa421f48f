"""The shapes of the control plane: strict types, bounded texts, nothing unknown."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from server.services.accounts import LOGIN_PATTERN, PASSWORD_MAX_CHARACTERS
from sync_protocol.rules import HELD_OUTCOMES, LIMITS

TEXT_MAX = 1000
BIG = 2**53 - 1
HEX_64 = r"[0-9a-f]{64}"


def text(most: int = TEXT_MAX) -> fields.String:
    """Return a required text of bounded length."""
    return fields.String(required=True, validate=validate.Length(min=1, max=most))


def of_form(pattern: str, **more: Any) -> fields.String:
    """Return a text of exactly this form, which the document says in ECMAScript's words."""
    whole = validate.Regexp(rf"(?:{pattern})\Z")
    return fields.String(validate=whole, metadata={"pattern": f"^(?:{pattern})$"}, **more)


def matching(pattern: str) -> fields.String:
    """Return a required text of exactly this form."""
    return of_form(pattern, required=True)


def password_to_set() -> fields.String:
    """Return a required new password; how long it may be is the service's rule."""
    least, most = LIMITS["password_min_characters"], PASSWORD_MAX_CHARACTERS
    return fields.String(
        required=True,
        validate=validate.Length(min=1, max=TEXT_MAX),
        metadata={"minLength": least, "maxLength": most},
    )


class WholeNumber(fields.Field[int]):
    """A query parameter of plain decimal digits; nothing is coerced."""

    def __init__(self, low: int, high: int, **more: Any) -> None:
        super().__init__(**more)
        self.low, self.high = low, high
        self.metadata |= {"type": "integer", "minimum": low, "maximum": high}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        plain = isinstance(value, str) and value.isascii() and len(value) <= 17
        negative = plain and value.startswith("-")
        if not plain or not value[negative:].isdigit() or not self.low <= int(value) <= self.high:
            raise ValidationError(f"a whole number from {self.low} to {self.high}")
        return int(value)


class Whole(fields.Field[int]):
    """A whole number of a JSON body; nothing is coerced, and `true` is none."""

    def __init__(self, low: int, high: int, **more: Any) -> None:
        super().__init__(required=True, **more)
        self.low, self.high = low, high
        self.metadata |= {"type": "integer", "minimum": low, "maximum": high}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        plain = isinstance(value, int) and not isinstance(value, bool)
        if not plain or not self.low <= value <= self.high:
            raise ValidationError(f"a whole number from {self.low} to {self.high}")
        return int(value)


class LoginSchema(Schema):
    """Sign in."""

    login = text(200)
    password = text()


class RefreshSchema(Schema):
    """Continue a session."""

    refresh_token = text(200)


class PersonSchema(Schema):
    """Who is signed in."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    bureau = fields.String(required=True)
    active = fields.Boolean(required=True)
    spaces = fields.List(fields.String(), required=True)


class SessionSchema(Schema):
    """A session: two tokens, when they end, and whose they are."""

    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    access_expires_ms = fields.Integer(required=True)
    refresh_expires_ms = fields.Integer(required=True)
    now_ms = fields.Integer(required=True)
    person = fields.Nested(PersonSchema, required=True)


class AccountSchema(Schema):
    """A new account for a person of the log."""

    login = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200),
        metadata={"pattern": f"^{LOGIN_PATTERN.pattern}$", "maxLength": 40},
    )
    password = password_to_set()
    person = matching(r"[0-9a-z-]{1,80}")


class CreatedAccountSchema(Schema):
    """The account that was made."""

    login = fields.String(required=True)
    person = fields.String(required=True)


class PasswordSchema(Schema):
    """Change one's own password."""

    password = text()
    new_password = password_to_set()


class TicketSchema(Schema):
    """Confirm one's own first phone with a ticket."""

    chain = matching(HEX_64)
    ticket = text(100)


class ChainStateSchema(Schema):
    """What the chain is now."""

    chain = fields.String(required=True)
    state = fields.String(required=True)


class CheckpointSchema(Schema):
    """A signed note as it was received."""

    checkpoint = text(2000)


class DigestsSchema(Schema):
    """Digests of originals."""

    sha256 = fields.List(
        of_form(HEX_64),
        required=True,
        validate=validate.Length(max=500),
    )


class OwnOriginalsSchema(DigestsSchema):
    """Digests of one's own originals, and the space they were announced in."""

    space = matching(r"[0-9]{6}|common")


class HeldOriginalSchema(Schema):
    """An original that lies on a phone."""

    space = matching(r"[0-9]{6}|common")
    sha256 = matching(HEX_64)
    size_bytes = Whole(1, LIMITS["blob_bytes"])


class InventorySchema(Schema):
    """What a phone holds of one chain: its head, what is unsent, originals not yet verified."""

    head_seq = Whole(0, BIG)
    head_op = matching(HEX_64)
    unsent_ops = Whole(0, 10**6)
    given_up = fields.List(
        Whole(0, BIG), required=True, validate=validate.Length(max=LIMITS["inventory_given_up"])
    )
    originals = fields.List(
        fields.Nested(HeldOriginalSchema),
        required=True,
        validate=validate.Length(max=LIMITS["inventory_originals"]),
    )
    originals_more = Whole(0, 10**6)
    originals_bytes = Whole(0, BIG)
    device_ms = Whole(-BIG, BIG)


class RowsQuerySchema(Schema):
    """Where a pull goes on."""

    after_index = WholeNumber(-1, 2**53 - 1, load_default=-1)
    after_entity = of_form(r"[0-9a-z_/~-]{0,130}", load_default="")
    limit = WholeNumber(1, 500, load_default=500)


class RulingsQuerySchema(Schema):
    """Where an author's rulings go on."""

    after_index = WholeNumber(-1, 2**53 - 1, load_default=-1)
    limit = WholeNumber(1, 500, load_default=500)


class HeldQuerySchema(Schema):
    """Which records without effect, and where the list goes on."""

    outcome = fields.String(required=True, validate=validate.OneOf(HELD_OUTCOMES))
    before_index = WholeNumber(0, 2**53 - 1, load_default=2**53 - 1)
    limit = WholeNumber(1, LIMITS["held_rows"], load_default=LIMITS["held_rows"])


class TimelineQuerySchema(Schema):
    """Where a timeline goes on, towards its beginning."""

    before_index = WholeNumber(0, 2**53 - 1, load_default=2**53 - 1)
    limit = WholeNumber(1, LIMITS["timeline_entries"], load_default=LIMITS["timeline_entries"])


class SizeQuerySchema(Schema):
    """The size of the tree a proof is for."""

    size = WholeNumber(1, 2**53 - 1, required=True)


class ConsistencyQuerySchema(Schema):
    """Two sizes of the tree."""

    old = WholeNumber(1, 2**53 - 1, required=True, data_key="from")
    size = WholeNumber(1, 2**53 - 1, required=True)
