"""Is there room for what a person announces: their own quota, and the disk.

Invariants: a person's announcements are counted one after the other, so of many at once none slips
by; what was stored counts for its day whatever becomes of its upload. Nothing is written here.
"""

import shutil

from sqlalchemy import Connection, func, select

from server.services.accounts import Person
from server.services.problem import Problem
from server.services.runtime import Runtime
from server.storage import locks
from server.storage.upload_tables import Upload
from sync_protocol.rules import LIMITS

DAY_MS = 24 * 3_600_000


def check_quota(connection: Connection, person: Person, length_bytes: int, now_ms: int) -> None:
    """Raise `too_many` unless this person may announce so many bytes more.

    The transaction that writes the announcement; it lets nobody else announce for this person.
    """
    locks.take(connection, {f"uploads/{person.id}": True})
    own = Upload.person_id == person.id
    is_open = Upload.completed_at_ms.is_(None)
    open_ones = select(func.count()).select_from(Upload).where(own, is_open)
    if connection.execute(open_ones).scalar_one() >= LIMITS["uploads_open_per_person"]:
        raise Problem("too_many", "Too many uploads are open.", retry_after_s=60)
    announced = select(func.coalesce(func.sum(Upload.length_bytes), 0))
    today = announced.where(own, Upload.created_at_ms > now_ms - DAY_MS)
    in_a_day = int(connection.execute(today).scalar_one())
    if in_a_day + length_bytes > LIMITS["person_upload_bytes_per_day"]:
        raise Problem("too_many", "A day's bytes are used up.", retry_after_s=3600)


def check_disk(runtime: Runtime, more_bytes: int) -> None:
    """Raise `storage_full` when so many more would leave less than the reserve."""
    free = shutil.disk_usage(runtime.settings.data_dir).free
    if free < runtime.settings.reserve_disk_bytes + more_bytes:
        raise Problem("storage_full")
