"""Evidence of one wake-up (WAK-5): the request, every ring, its result, recordings.

What the page, the API and the PDF show is this one thing. Runs in the caller's transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from dispatch import attempts
from dispatch.attempts import Attempt
from features.attendants import queries as attendants
from features.call_recordings import queries as recordings
from features.call_recordings.lifecycle import Recording
from features.wake_ups import queries as wake_ups
from features.wake_ups import register as wake_register
from features.wake_ups import scoping
from features.wake_ups.queries import WakeUpView
from features.wake_ups.register import SavedRegistration
from permissions.scopes import Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is known of one wake-up."""

    shown: WakeUpView
    line: SavedRegistration
    """Its line of the register: who asked for it, when and how."""
    attempts: Sequence[Attempt]
    said_by: str
    """Who said that the guest is awake, where it was a person's word."""
    recordings: Mapping[str, Recording]
    """By the id of the call: an attempt's, and that of the guest who registered by telephone."""

    def without_calls(self) -> "Evidence":
        """Return it for those who need to know of the guest only: no calls, no recordings."""
        return replace(self, attempts=(), recordings={}, line=replace(self.line, call_id=None))


async def evidence(
    connection: AsyncConnection, wake_up_id: int, *, reach: Reach
) -> Evidence | None:
    """Return the evidence of a wake-up, None when there is none within a reach."""
    shown = await wake_ups.shown(connection, wake_up_id)
    line = await wake_register.one(connection, shown.registration_id) if shown else None
    if shown is None or line is None:
        return None
    if not reach.holds(scoping.whose(shown.wake_up.state, shown.wake_up.proof)):
        return None
    guest = await attempts.of(connection, wake_ups.PURPOSE, wake_up_id)
    told = await attendants.attempts_for(connection, wake_up_id)
    rung = sorted([*guest, *told], key=lambda each: each.planned_at)
    calls = [one.id for one in rung] + ([line.call_id] if line.call_id else [])
    return Evidence(
        shown=shown,
        line=line,
        attempts=rung,
        said_by=await wake_ups.said_by(connection, wake_up_id),
        recordings=await recordings.of_calls(connection, calls),
    )
