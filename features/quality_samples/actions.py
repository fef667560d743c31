"""Changes of the work list: a day is drawn, items are taken, given back, heard live (QA-1).

The pages and the API both call these, with the same models; each is on record.
"""

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry, refused
from features.quality_samples import calendar, lifecycle, live, population, queries, sessions
from features.quality_samples.drawing import draw_day
from features.quality_samples.lifecycle import ItemState, ItemThing, WorkItem
from features.quality_samples.queries import KeptDraw
from features.quality_samples.rules import Reason
from features.quality_samples.sessions import Session
from permissions.may import reach_of
from permissions.scopes import EVERYTHING
from settings import Settings
from web.api_models import Day, Identity, InputModel, found, one_line
from web.current_user import Principal
from web.forms import Says
from web.problems import Refused

FURTHEST: Final = timedelta(days=60)
"""So far back a missed day can be drawn."""
WORK: Final = "quality_sample.work"


class DrawInput(InputModel):
    """Which day is to be drawn."""

    day: Annotated[Day, Says("quality_sample.fault_day")]


class SessionInput(InputModel):
    """A call that several inspectors are to score."""

    name: Annotated[
        str,
        Field(max_length=80),
        AfterValidator(one_line),
        Field(min_length=1),
        Says("quality_sample.fault_session_name"),
    ]
    call_id: Annotated[Identity, Says("quality_sample.fault_call")]


async def draw(
    asking: RequestDatabase, principal: Principal, settings: Settings, given: DrawInput
) -> KeptDraw:
    """Draw a day that was missed.

    Raises Refused: 422 for a day that is not over, or too long ago; 409 when it is drawn already.
    """
    now = datetime.now(UTC)
    today = now.astimezone(settings.zone).date()
    if not today - FURTHEST <= given.day < today:
        said = f"A day is drawn when it is over, within {FURTHEST.days} days."
        raise Refused(422, said, faults={"day": "quality_sample.fault_day"})
    seed = secrets.token_hex(16)

    async def drawn(connection: AsyncConnection) -> KeptDraw | None:
        made = await draw_day(
            connection, settings, given.day, seed=seed, by=principal.signature, now=now
        )
        if made is not None:
            entry = audit_entry(principal, "quality_draw.made", f"{given.day}", seed)
            await audit.note(connection, entry)
        return made

    made = await asking.write(drawn)
    if made is None:
        said = f"{given.day} is drawn already."
        raise Refused(409, said, faults={"day": "quality_sample.fault_drawn"})
    return made


async def take(asking: RequestDatabase, principal: Principal, item_id: int) -> WorkItem:
    """Take an item; taken twice it is the same. Raises Refused: 404; 409 when it cannot be."""
    await reached(asking, principal, item_id)

    async def taken(connection: AsyncConnection) -> WorkItem:
        return await _take(connection, principal, item_id)

    return await asking.write(taken)


async def take_next(asking: RequestDatabase, principal: Principal) -> WorkItem:
    """Return what one has taken and not submitted yet; without any, take what waits longest.

    Raises Refused with 409 when nothing waits.
    """
    reach = reach_of(principal, WORK)

    async def taken(connection: AsyncConnection) -> WorkItem:
        mine = await queries.taken_by(connection, principal.number)
        if ready := [each for each in mine if each.is_heard]:
            return ready[0]
        for each in await queries.open_for(connection, principal.number, reach=reach):
            try:
                return await _take(connection, principal, each.id)
            except Refused:
                continue  # somebody else was first
        said = "Nothing waits that you may score."
        raise Refused(409, said, faults={"item": "quality_sample.fault_nothing"})

    return await asking.write(taken)


async def give_back(asking: RequestDatabase, principal: Principal, item_id: int) -> WorkItem:
    """Let somebody else take an item. Raises Refused: 404; 409 when it is not one's own."""
    await reached(asking, principal, item_id)

    async def given(connection: AsyncConnection) -> WorkItem:
        item = await mine(connection, principal, item_id)
        if item.session_id is not None:
            said = "A calibration is scored by who joined it."
            raise Refused(409, said, faults={"item": "quality_sample.fault_joined"})
        values = {"state": ItemState.OPEN.value, "inspector": None, "taken_at": None}
        await queries.change(connection, item_id, **values)
        await audit.note(
            connection, audit_entry(principal, "quality_item.given_back", f"{item_id}")
        )
        return found(await queries.one(connection, item_id, reach=EVERYTHING), "item")

    return await asking.write(given)


async def hear(
    asking: RequestDatabase, principal: Principal, settings: Settings, item_id: int
) -> WorkItem:
    """Keep which call was heard live, as the record of the listening says.

    Raises Refused: 404; 409 while no listening to the agent by who has the item is on record.
    """
    await reached(asking, principal, item_id)

    async def heard(connection: AsyncConnection) -> WorkItem:
        item = to_be_heard(await mine(connection, principal, item_id))
        since = calendar.bounds(item.day, settings.zone)[0]
        call_id = await live.heard(
            connection, agent=item.agent, inspector=principal.number, since=since
        )
        if call_id is None:
            said = "No listening of yours to a call of this agent is on record this week."
            raise Refused(409, said, faults={"item": "quality_sample.fault_not_heard"})
        await queries.change(connection, item_id, subject=call_id, call_id=call_id)
        entry = audit_entry(principal, "quality_item.heard", f"{item_id}", call_id)
        await audit.note(connection, entry)
        return found(await queries.one(connection, item_id, reach=EVERYTHING), "item")

    return await asking.write(heard)


async def make_session(
    asking: RequestDatabase, principal: Principal, given: SessionInput
) -> Session:
    """Begin a calibration. Raises Refused with 422 for a call that no agent had."""
    reach = reach_of(principal, "call.read")
    call_id = given.call_id.lower()

    async def made(connection: AsyncConnection) -> Session:
        call = await sessions.call_to_score(connection, call_id, reach=reach)
        if call is None:
            said = "There is no call with this id that an agent had."
            raise Refused(422, said, faults={"call_id": "quality_sample.fault_call"})
        one = await sessions.add(
            connection,
            name=given.name,
            call_id=call_id,
            agent=call[0],
            made_at=datetime.now(UTC),
            made_by=principal.signature,
        )
        entry = audit_entry(principal, "quality_session.made", f"{one.id}", call_id)
        await audit.note(connection, entry)
        return one

    return await asking.write(made)


async def join_session(
    asking: RequestDatabase, principal: Principal, settings: Settings, session_id: int
) -> WorkItem:
    """Take part in a calibration: it becomes an item of one's own; joined twice it is the same.

    Raises Refused: 404; 409 for a call of one's own.
    """
    reach = reach_of(principal, WORK)
    now = datetime.now(UTC)

    async def joined(connection: AsyncConnection) -> WorkItem:
        one = found(await sessions.one(connection, session_id, reach=reach), "session")
        if one.agent == principal.number:
            raise _yourself()
        fresh = _of_session(one, principal.number, now.astimezone(settings.zone).date(), now)
        item_id = await queries.add(connection, f"session/{session_id}/{principal.number}", fresh)
        if item_id is None:
            every = await queries.of_session(connection, session_id)
            return next(each for each in every if each.inspector == principal.number)
        entry = audit_entry(principal, "quality_session.joined", f"{session_id}", f"{item_id}")
        await audit.note(connection, entry)
        return found(await queries.one(connection, item_id, reach=EVERYTHING), "item")

    return await asking.write(joined)


async def mine(connection: AsyncConnection, principal: Principal, item_id: int) -> WorkItem:
    """Return an item that somebody has taken, locked. Raises Refused with 409."""
    item = found(await queries.one(connection, item_id, reach=EVERYTHING, lock=True), "item")
    if item.state is not ItemState.TAKEN or item.inspector != principal.number:
        said = "You have not taken this item, or it is submitted."
        raise Refused(409, said, faults={"item": "quality_sample.fault_not_yours"})
    return item


def to_be_heard(item: WorkItem) -> WorkItem:
    """Return a live listening that is still to be made. Raises Refused with 409 for another."""
    if item.thing is ItemThing.LIVE and not item.is_heard:
        return item
    said = "This is no live listening that is still to be made."
    raise Refused(409, said, faults={"item": "quality_sample.fault_not_live"})


async def _take(connection: AsyncConnection, principal: Principal, item_id: int) -> WorkItem:
    item = found(await queries.one(connection, item_id, reach=EVERYTHING, lock=True), "item")
    twin = await queries.twin_of(connection, item)
    why = lifecycle.hindrance(item, principal.number, twin_of=twin.inspector if twin else None)
    if why == "quality_sample.fault_yourself":
        raise _yourself()
    if why:
        raise Refused(409, "Somebody else has this item.", faults={"item": why})
    now = datetime.now(UTC)
    if item.state is ItemState.OPEN and await queries.take(
        connection, item_id, principal.number, now
    ):
        entry = audit_entry(principal, "quality_item.taken", f"{item_id}", item.agent)
        await audit.note(connection, entry)
    return found(await queries.one(connection, item_id, reach=EVERYTHING), "item")


async def reached(asking: RequestDatabase, principal: Principal, item_id: int) -> WorkItem:
    """Return an item within somebody's reach; refuse with 404 what is beyond, on record."""
    reach = reach_of(principal, WORK)
    item = await asking.ask(lambda one: queries.one(one, item_id, reach=reach))
    if item is not None:
        return item
    if await asking.ask(lambda one: queries.one(one, item_id, reach=EVERYTHING)) is not None:
        await refused(asking, principal, "quality_sample.work", f"{item_id}")
    raise Refused(404, "There is no item with this id.")


def _yourself() -> Refused:
    said = "Nobody scores their own work."
    return Refused(409, said, faults={"item": "quality_sample.fault_yourself"})


def _of_session(one: Session, inspector: str, day: date, now: datetime) -> WorkItem:
    return WorkItem(
        id=0,
        day=day,
        thing=ItemThing.CALL,
        subject=one.call_id,
        call_id=one.call_id,
        agent=one.agent,
        business=population.OTHER,
        reason=Reason.CALIBRATION,
        signals=(),
        risk=0.0,
        turn=1,
        twin=None,
        session_id=one.id,
        state=ItemState.TAKEN,
        inspector=inspector,
        taken_at=now,
        done_at=None,
        made_at=now,
    )
