"""Small pictures that phones send ahead of originals, so that a supervisor sees something soon.

A preview is what the phone says; nobody has proved it, it is no evidence and never becomes any. It
is shown as such while the service has no original, and forgotten once the service made its own
small copy. The first one of an original stays: a later one replaces nothing.
"""

from sqlalchemy import delete, func, select

from server.services import evidence
from server.services.accounts import Person
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import media_types
from server.storage.bulk import insert_unless_there
from server.storage.database import reading, writing
from server.storage.upload_tables import MISSING, Preview, SeenImage, StoredBlob
from sync_protocol.rules import LIMITS

KEPT_MS = 90 * 24 * 3_600_000
MEDIA_TYPES = ("image/jpeg", "image/webp")


def keep(
    runtime: Runtime, person: Person, space: str, sha256: str, media_type: str, picture: bytes
) -> None:
    """Keep the small picture of an original that is still on its way; one that is here needs none.

    Raises `not_an_image`, `too_many`.
    """
    shown = media_types.media_type_of(picture[: media_types.HEAD_BYTES])
    if media_type not in MEDIA_TYPES or shown != media_type:
        raise Problem("not_an_image")
    if evidence.holds(runtime, space, sha256):
        return
    _check_count(runtime, person)
    values = {
        "space": space,
        "sha256": sha256,
        "person_id": person.id,
        "media_type": media_type,
        "picture": picture,
        "received_at_ms": runtime.clock.now_ms(),
    }
    with writing(runtime.engine) as connection:
        connection.execute(insert_unless_there(connection.dialect.name, Preview, values))


def _check_count(runtime: Runtime, person: Person) -> None:
    kept = select(func.count()).select_from(Preview).where(Preview.person_id == person.id)
    with reading(runtime.engine) as connection:
        count = connection.execute(kept).scalar_one()
    if count >= LIMITS["uploads_open_per_person"]:
        raise Problem("too_many", "Too many previews are kept.", retry_after_s=60)


def preview(runtime: Runtime, space: str, sha256: str) -> tuple[str, bytes]:
    """Return (media type, picture); raise `not_found` when there is none, or none any more."""
    with reading(runtime.engine) as connection:
        found = connection.execute(
            select(Preview.media_type, Preview.picture).where(
                Preview.space == space, Preview.sha256 == sha256
            )
        ).first()
    if found is None:
        raise Problem("not_found", "No preview is here.", retry_after_s=2)
    return found.media_type, found.picture


def forget(runtime: Runtime) -> int:
    """Forget previews whose original was looked at, and those nothing followed; return how many."""
    looked_at = (
        select(StoredBlob.sha256)
        .join(SeenImage, SeenImage.sha256 == StoredBlob.sha256)
        .where(StoredBlob.space == Preview.space, StoredBlob.sha256 == Preview.sha256)
        .where(SeenImage.state != MISSING)  # nothing else shows anything of it
        .exists()
    )
    old = Preview.received_at_ms < runtime.clock.now_ms() - KEPT_MS
    with writing(runtime.engine) as connection:
        return connection.execute(delete(Preview).where(looked_at | old)).rowcount
