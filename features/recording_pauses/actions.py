"""Pausing the recording of a call, and going on: one door for the page, the API and the telephone.

What is asked for is a row, with its audit entry, before Asterisk is told: whoever dies then, the
keeper knows of it (ADR 41). Going on is told to Asterisk first: no database keeps a recording
muted.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from ami.actions import Outcome
from db.bounded import DatabaseTimeoutError, RequestDatabase
from features.agent_desk.api import NOT_TALKING
from features.audit import log as audit
from features.audit.access import audit_entry, refused
from features.recording_pauses import queries
from features.recording_pauses.lifecycle import Pause, PauseEnd, PauseWhy
from features.recording_pauses.queries import PausedAlreadyError
from floor.floor import Floor
from floor.people import Talk
from permissions.may import may
from permissions.scopes import Thing
from settings import Settings
from web.api_models import InputModel
from web.current_user import Principal
from web.problems import Refused

VERB = "recording.pause"
LINK_LOST = "The link to Asterisk was lost; {what} as soon as it is back."


class PauseInput(InputModel):
    """What the customer is about to say."""

    why: PauseWhy = Field(PauseWhy.CARD, description="What no recording may hold.")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, of which call, at which desk."""

    asking: RequestDatabase
    floor: Floor
    principal: Principal
    call: str


async def pause(asked: Asked, settings: Settings, why: PauseWhy) -> Pause:
    """Pause the recording of a call that goes on; one that is paused stays so, no longer.

    Raises Refused: 409 where nobody talks, in a house that pauses nothing, or when Asterisk does
    not do it; 503 when the link to it is lost (it is muted as soon as the link is back).
    """
    talk = await _talk(asked)
    if not settings.recording_pause_longest:
        raise Refused(409, "No recording is paused in this house (recording_pause_longest).")
    fresh = _fresh(asked, settings, talk, why)
    try:
        kept, many = await asked.asking.write(lambda one: _kept(one, asked, fresh))
    except PausedAlreadyError:
        there = await asked.asking.ask(lambda one: queries.open_of_call(one, asked.call))
        if there is None:  # it has ended in this moment
            raise Refused(409, "Another pause has ended just now. Try again.") from None
        return there
    outcome = await asked.floor.control.mute_recording(talk.channel, muted=True)
    if outcome is Outcome.REFUSED:
        await _over(asked, kept, PauseEnd.FAILED)
        raise Refused(409, "Asterisk did not do it: the call has ended.")
    asked.floor.paused.begins(asked.call, kept.until)
    if many >= settings.recording_pauses_hint:
        asked.floor.paused.hint(asked.principal.number, "many", call=asked.call, count=many)
    if outcome is Outcome.UNKNOWN:
        raise Refused(503, LINK_LOST.format(what="the recording is paused"))
    return await _muted(asked, kept)


async def resume(asked: Asked) -> Pause:
    """Have a paused recording go on.

    Raises Refused: 409 where nobody talks or nothing is paused; 503 when the link is lost.
    """
    await _talk(asked)
    there = await asked.asking.ask(lambda one: queries.open_of_call(one, asked.call))
    if there is None:
        raise Refused(409, "The recording of this call is not paused.")
    outcome = await asked.floor.control.mute_recording(there.channel, muted=False)
    if outcome is Outcome.UNKNOWN:
        raise Refused(503, LINK_LOST.format(what="try again"))
    how = PauseEnd.RESUMED if outcome is Outcome.DONE else PauseEnd.CALL
    asked.floor.paused.ends(asked.call)
    return await _over(asked, there, how)


async def _talk(asked: Asked) -> Talk:
    """Return a talk of the call. Raises Refused with 409, for another's call too."""
    talks = asked.floor.live_state.talks_of(asked.call)
    if not talks:
        raise Refused(409, NOT_TALKING)
    agents = asked.floor.live_state.agents
    people = [agents[seat].number for seat in talks if seat in agents]
    if not may(asked.principal, VERB, Thing(people=people)):
        await refused(asked.asking, asked.principal, VERB, asked.call)
        raise Refused(409, NOT_TALKING)
    return next(iter(talks.values()))


def _fresh(asked: Asked, settings: Settings, talk: Talk, why: PauseWhy) -> Pause:
    now = asked.floor.now()
    return Pause(
        call_id=asked.call,
        node=settings.node,
        channel=talk.channel,
        why=why,
        by=asked.principal.number,
        from_at=now,
        until=now + timedelta(seconds=settings.recording_pause_longest),
    )


async def _kept(connection: AsyncConnection, asked: Asked, fresh: Pause) -> tuple[Pause, int]:
    """Keep a pause; return it, and how many the call has had with it."""
    kept = await queries.begin(connection, fresh)
    entry = audit_entry(asked.principal, "recording.paused", asked.call, fresh.why.value)
    await audit.note(connection, entry)
    return kept, await queries.how_many(connection, asked.call)


async def _muted(asked: Asked, kept: Pause) -> Pause:
    """Keep since when it is muted; the keeper does it where the database is too slow for that."""
    at = asked.floor.now()
    goes_on = True
    with suppress(DatabaseTimeoutError):
        goes_on = await asked.asking.write(
            lambda one: queries.muted(one, kept.id, kept.channel, at)
        )
    if not goes_on:  # somebody went on in the same moment
        await asked.floor.control.mute_recording(kept.channel, muted=False)
    return replace(kept, muted_at=at)


async def _over(asked: Asked, there: Pause, how: PauseEnd) -> Pause:
    now = asked.floor.now()
    by = asked.principal.number if how is PauseEnd.RESUMED else ""

    async def ended(connection: AsyncConnection) -> None:
        if await queries.end(connection, there.id, how=how, at=now, by=by):
            entry = audit_entry(asked.principal, "recording.resumed", there.call_id, how.value)
            await audit.note(connection, entry)

    await asked.asking.write(ended)
    return replace(there, ended_at=now, ended_how=how, ended_by=by)
