"""Changes of emergency notifications by people and programs (CBK-5).

The pages and the API both call these, with the models of `given`. Each change is on
record (SEC-1). All raise Refused: 404 for an incident or a household that is not there, 409 where
the notification has begun or somebody was quicker.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.call import Language
from db.bounded import RequestDatabase
from dispatch.reachable import reachable
from features.audit import log as audit
from features.audit.access import audit_entry
from features.emergency_notifications import audio_files, choosing, household_list, households
from features.emergency_notifications import queries as incidents
from features.emergency_notifications.choosing import Choice, Opened
from features.emergency_notifications.given import (
    WHY_NOT,
    CustomersInput,
    IncidentInput,
    ListInput,
    MessageInput,
    StartInput,
)
from features.emergency_notifications.household_list import BadLine
from features.emergency_notifications.queries import Incident, NotReadyError, Report
from features.emergency_notifications.shapes import ChoiceShape, IncidentShape
from imports.faults import Said, UnreadableError
from settings import Settings
from web.api_models import found
from web.current_user import Principal
from web.problems import Refused
from web.words import said


class UnreadableListError(Refused):
    """A file that somebody brought is no list."""

    def __init__(self, error: UnreadableError) -> None:
        sentence = said(Language.ENGLISH)(error.sentence, **error.gaps)
        super().__init__(422, sentence, faults={"text": "emergency.fault_file"})
        self.error = error


class BadLinesError(Refused):
    """A list has lines that cannot be taken; none of it was."""

    def __init__(self, bad: Sequence[BadLine], remarks: Sequence[Said] = ()) -> None:
        super().__init__(
            422,
            f"{len(bad)} lines of the list cannot be taken; `read` says which, and why.",
            faults={"text": "emergency.fault_lines"},
            read=ChoiceShape.of(Choice(0, bad=bad, said=remarks)),
        )
        self.bad = bad


async def report(asking: RequestDatabase, principal: Principal, given: IncidentInput) -> int:
    """Record an incident; return its id. Nobody is rung yet; the message is made meanwhile."""
    wanted, now = Report(**given.model_dump() | {"language": given.language.value}), _now()

    async def reported(connection: AsyncConnection) -> int:
        key = await incidents.report(connection, wanted, by=principal.signature, now=now)
        await _noted(connection, principal, "emergency.reported", key, given.what[:80])
        return key

    return await asking.write(reported)


async def say(
    asking: RequestDatabase, principal: Principal, incident_id: int, given: MessageInput
) -> None:
    """Say something else, spoken by us; before anybody is rung only."""

    async def changed(connection: AsyncConnection) -> None:
        read = replace(await _draft(connection, incident_id), take=given.take)
        if not await incidents.say_anew(connection, read, message=given.message, recorded=False):
            raise await _late(connection, incident_id)
        await _noted(connection, principal, "emergency.message", incident_id)

    await asking.write(changed)


async def record(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    incident_id: int,
    take: int,
    data: bytes,
) -> None:
    """Let a person's recording be the message; before anybody is rung only."""
    if not data.startswith(b"RIFF") or len(data) > audio_files.LONGEST_UPLOAD:
        sentence = "This is no WAV recording of at most 8 MB."
        raise Refused(422, sentence, faults={"recording": "emergency.fault_recording"})

    async def changed(connection: AsyncConnection) -> None:
        read = replace(await _draft(connection, incident_id), take=take)
        words = read.report.message
        if not await incidents.say_anew(connection, read, message=words, recorded=True):
            raise await _late(connection, incident_id)
        try:
            await anyio.to_thread.run_sync(audio_files.keep, settings.paths.spoken, read, data)
        except OSError as error:
            raise Refused(503, f"The recording could not be kept: {error.strerror}.") from error
        await _noted(connection, principal, "emergency.message", incident_id, "recording")

    await asking.write(changed)


async def choose_customers(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    incident_id: int,
    given: CustomersInput,
) -> Choice:
    """Choose customers by area, sort, or both; who cannot be rung is told at the door."""

    async def chosen(connection: AsyncConnection) -> Choice:
        await _draft(connection, incident_id)
        choice = await choosing.from_customers(
            connection,
            incident_id,
            area=given.area,
            sort=given.sort,
            reachable=lambda number: reachable(number, settings),
        )
        await _chosen(connection, principal, incident_id, choice)
        return choice

    return await asking.write(chosen)


async def opened(content: bytes) -> Opened:
    """Return a file of households as text; nobody is chosen. Raises UnreadableListError."""
    try:
        return await choosing.opened(content)
    except UnreadableError as error:
        raise UnreadableListError(error) from None


async def choose_list(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    incident_id: int,
    given: ListInput,
) -> Choice:
    """Choose the households of a list; one bad line keeps all out, unless it may be left out.

    Raises BadLinesError where nothing can be taken.
    """

    brought = await opened(given.file) if given.file else Opened(given.text, ())

    async def known(connection: AsyncConnection) -> frozenset[str]:
        await _draft(connection, incident_id)
        return await households.numbers(connection, incident_id)

    reading = partial(
        household_list.read,
        brought.text,
        settings.number_plan,
        reachable=lambda number: reachable(number, settings),
        known=await asking.ask(known),
    )
    # ten thousand lines take a moment that nobody else must wait for
    good, bad = await asyncio.to_thread(reading)
    if bad and not (given.without_bad and good):
        raise BadLinesError(bad, brought.said)

    async def chosen(connection: AsyncConnection) -> Choice:
        await _draft(connection, incident_id)
        added = await households.add(connection, incident_id, good)
        choice = Choice(added, len(good) - added, bad, brought.said)
        await _chosen(connection, principal, incident_id, choice)
        return choice

    return await asking.write(chosen)


async def choose_nobody(asking: RequestDatabase, principal: Principal, incident_id: int) -> None:
    """Take all households off again; before anybody is rung only."""

    async def cleared(connection: AsyncConnection) -> None:
        await _draft(connection, incident_id)
        if await households.clear(connection, incident_id):
            await _noted(connection, principal, "emergency.cleared", incident_id)

    await asking.write(cleared)


async def start(
    asking: RequestDatabase, principal: Principal, incident_id: int, given: StartInput
) -> None:
    """Begin to ring them, before everything else that we ring for."""

    async def started(connection: AsyncConnection) -> None:
        await _draft(connection, incident_id)
        try:
            await incidents.start(
                connection, incident_id, count=given.count, by=principal.signature, now=_now()
            )
        except NotReadyError as error:
            raise _not_ready(str(error)) from None
        await _noted(connection, principal, "emergency.start", incident_id, str(given.count))

    await asking.write(started)


async def stop(asking: RequestDatabase, principal: Principal, incident_id: int) -> None:
    """Stop at once: nobody else is rung. One that is over stays as it is."""

    async def stopped(connection: AsyncConnection) -> None:
        found(await incidents.one(connection, incident_id), "incident")
        by, now = principal.signature, _now()
        if await incidents.stop(connection, incident_id, by=by, now=now):
            await _noted(connection, principal, "emergency.stop", incident_id)

    await asking.write(stopped)


async def tell_at_door(
    asking: RequestDatabase, principal: Principal, incident_id: int, household_id: int
) -> None:
    """Note that staff told a household at its door; it is not rung any more."""
    now = _now()

    async def told(connection: AsyncConnection) -> None:
        fresh = await households.told_at_door(
            connection, incident_id, household_id, by=principal.signature, now=now
        )
        if fresh is None:
            raise Refused(404, "There is no household with this id in this notification.")
        await incidents.close(connection, [incident_id], now=now)
        if fresh:
            detail = f"household {household_id}"
            await _noted(connection, principal, "emergency.door", incident_id, detail)

    await asking.write(told)


async def _draft(connection: AsyncConnection, incident_id: int) -> Incident:
    incident = found(await incidents.one(connection, incident_id), "incident")
    if incident.started_at is not None:
        raise _not_ready("begun")
    return incident


def _not_ready(why: str) -> Refused:
    return Refused(409, WHY_NOT[why], faults={"start": f"emergency.cannot_{why}"})


async def _late(connection: AsyncConnection, incident_id: int) -> Refused:
    """Return the refusal of a message that was typed upon another take than the last one."""
    now_so = await _draft(connection, incident_id)
    told = await incidents.counts(connection, [incident_id])
    return Refused(
        409,
        "Somebody changed the message meanwhile; `current` is what is said now.",
        faults={"message": "emergency.fault_changed"},
        current=IncidentShape.made_of(now_so, told[incident_id]),
    )


async def _chosen(
    connection: AsyncConnection, principal: Principal, incident_id: int, choice: Choice
) -> None:
    if choice.added:
        detail = f"{choice.added} households"
        await _noted(connection, principal, "emergency.chosen", incident_id, detail)


async def _noted(
    connection: AsyncConnection,
    principal: Principal,
    action: str,
    incident_id: int,
    detail: str = "",
) -> None:
    await audit.note(connection, audit_entry(principal, action, str(incident_id), detail))


def _now() -> datetime:
    return datetime.now(UTC)
