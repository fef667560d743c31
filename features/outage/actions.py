"""Switches the outage announcement on and off (QUE-6); each change is on record (SEC-1).

The API (which the wallboard asks) and `thirdring outage` both call these. Callers come
first: the announcement goes up also where no database can be asked, as in a power failure; then
`connection` is None and nothing is on record.
"""

from datetime import UTC, datetime
from pathlib import Path

import anyio.to_thread
from pydantic import Field, field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit import log as audit
from features.audit.access import audit_entry
from features.outage import files
from features.outage.rules import OutageAnnouncement, OutageKind, standard
from web.api_models import InputModel
from web.current_user import Principal
from web.forms import wrong
from web.problems import Refused


class AnnouncementInput(InputModel):
    """The announcement to put up."""

    kind: OutageKind = Field(description="`power` or `computer`; these have sounds.")

    @field_validator("kind")
    @classmethod
    def _has_sounds(cls, kind: OutageKind) -> OutageKind:
        if kind is OutageKind.CUSTOM:
            said = "A text of your own has no sound to be spoken with; use power or computer."
            raise wrong("kind", "form.wrong", said)
        return kind


async def put_up(
    connection: AsyncConnection | None,
    principal: Principal,
    folder: Path,
    given: AnnouncementInput,
) -> OutageAnnouncement:
    """Let callers hear an announcement from the next call on; it replaces one that is up.

    Raises Refused with 503 when it cannot be written.
    """
    announcement = standard(given.kind, datetime.now(UTC))
    try:
        await anyio.to_thread.run_sync(files.put_up, folder, announcement)
    except OSError as error:
        raise Refused(503, f"The announcement could not be written: {error.strerror}.") from error
    await _noted(connection, principal, "outage.on", given.kind.value)
    return announcement


async def take_down(connection: AsyncConnection | None, principal: Principal, folder: Path) -> bool:
    """Take the announcement off; False: there was none. Raises Refused with 503."""
    try:
        was_up = await anyio.to_thread.run_sync(files.take_down, folder)
    except OSError as error:
        raise Refused(503, f"The announcement could not be taken off: {error.strerror}.") from error
    if was_up:
        await _noted(connection, principal, "outage.off", "announcement")
    return was_up


async def _noted(
    connection: AsyncConnection | None, principal: Principal, action: str, subject: str
) -> None:
    if connection is not None:
        await audit.note(connection, audit_entry(principal, action, subject, principal.signature))
