"""Does one thing with many tickets: each by the same action as its own page, upon its version.

A bulk is kept with its tickets first; then each request does some of them. What a request that died
has done is done once: the action of a ticket knows what it was asked before (TKT-3…13).
"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Self

from pydantic import Field, field_validator, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.ticket_bulks import queries
from features.ticket_bulks.rules import (
    FEWEST,
    FIELDS,
    MOST,
    NEEDS,
    PORTION,
    PORTION_S,
    Bulk,
    Item,
    Outcome,
    Work,
)
from features.ticket_classes.choosing import require_valid
from features.tickets import actions as tickets
from features.tickets.actions import TicketFields, TicketSave, VerbInput
from features.tickets.lifecycle import ComplaintClass
from permissions.may import may
from settings import Settings
from web.api_models import InputModel, Line, Moment, TicketNumber, Typed, found
from web.current_user import Principal
from web.forms import Says, wrong
from web.problems import Refused

Key = Annotated[str, Field(max_length=64, pattern=r"^[0-9A-Za-z-]*$")]
_MISSING: Final = {
    "department": "Say where they go: `department`.",
    "note": "Say it in a sentence: `note`.",
    "clerk": "Say who keeps them from now on: `clerk`.",
}


class Picked(InputModel):
    """One ticket, upon the version that was read."""

    number: TicketNumber
    version: int = Field(ge=1, le=2**31 - 1)


class BulkInput(InputModel):
    """What is to be done with which tickets."""

    work: Work
    tickets: Annotated[
        list[Picked], Field(min_length=1, max_length=MOST), Says("ticket_bulk.fault_picks")
    ] = Field(description=f"At most {MOST}, each once.")
    note: Typed = ""
    department: Line = ""
    deadline: Annotated[Moment | None, Says("ticket.lacks_deadline")] = Field(
        None, description="Of a dispatch: by when; left out: as the department has it."
    )
    clerk: Annotated[Line, Field(max_length=8)] = ""
    business: Annotated[Line, Field(max_length=40)] = ""
    nature: Annotated[Line, Field(max_length=40)] = ""
    complaint_class: ComplaintClass | None = None

    @field_validator("tickets")
    @classmethod
    def _each_once(cls, picked: list[Picked]) -> list[Picked]:
        if len({one.number for one in picked}) < len(picked):
            raise ValueError("should name each ticket once")
        return picked

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        needed = NEEDS.get(self.work)
        if needed and not getattr(self, needed).strip():
            raise wrong(needed, f"ticket.lacks_{needed}", _MISSING[needed])
        if self.work is Work.SORT and not self.given():
            raise wrong("business", "ticket_bulk.fault_class", "Choose at least one class.")
        return self

    def given(self) -> dict[str, str]:
        """Return what was typed of what this work asks for."""
        typed = {name: getattr(self, name) for name in FIELDS.get(self.work, ())}
        return {name: _kept(said) for name, said in typed.items() if said}


def _kept(said: object) -> str:
    """Return something that was typed as the row keeps it, and `VerbInput` reads it again."""
    return said.isoformat() if isinstance(said, datetime) else f"{said}"


async def begin(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    given: BulkInput,
    key: Key | None = None,
) -> Bulk:
    """Keep what is to be done; begun twice with the same key it is the same bulk.

    Raises Refused: 403 where the role does nothing of it; 422 for a class that is not valid, and
    for a clerk who keeps no tickets.
    """
    if principal.account_id is None:
        raise Refused(403, "This is for people who have signed in.")
    if given.work is Work.SORT and not may(principal, "ticket.write"):
        raise Refused(403, f"The role {principal.role.value} sorts no tickets.")
    fresh = Bulk(
        account_id=principal.account_id,
        work=given.work,
        given=given.given(),
        begun_at=datetime.now(UTC),
        items=[Item(number=one.number, version=one.version) for one in given.tickets],
    )

    async def begun(connection: AsyncConnection) -> Bulk:
        if given.work is Work.SORT:
            today = datetime.now(settings.zone).date()
            await require_valid(connection, None, fresh.given, today)
        if given.work is Work.HAND:
            await tickets.must_keep_tickets(connection, given.clerk)
        bulk_id, is_new = await queries.begin(connection, fresh, key or None)
        if is_new:
            detail = f"{given.work.value}: {len(fresh.items)}"
            await audit.note(
                connection, audit_entry(principal, "ticket_bulk.begun", f"{bulk_id}", detail)
            )
        return found(await queries.one(connection, bulk_id, principal.account_id), "bulk")

    return await asking.write(begun)


async def go_on(
    asking: RequestDatabase, principal: Principal, settings: Settings, bulk_id: int
) -> Bulk:
    """Do the next tickets of one's own bulk; return it as it is then. Raises Refused with 404."""
    bulk = found(
        await asking.ask(lambda one: queries.one(one, bulk_id, principal.account_id)), "bulk"
    )
    clock = asyncio.get_running_loop().time
    until = clock() + PORTION_S
    became: dict[str, Item] = {}
    for item in bulk.waiting[:PORTION]:
        after = await _one(asking, principal, settings, bulk, item)
        await asking.write(lambda one, now_so=after: queries.became(one, bulk_id, now_so))  # type: ignore[misc]
        became[item.number] = after
        if clock() > until and len(became) >= FEWEST:
            break
    return replace(bulk, items=[became.get(one.number, one) for one in bulk.items])


async def _one(
    asking: RequestDatabase, principal: Principal, settings: Settings, bulk: Bulk, item: Item
) -> Item:
    """Do it with one ticket, as its own page does."""
    try:
        if bulk.work.verb is None:
            fields = TicketFields(**bulk.given)
            save = TicketSave(version=item.version, fields=fields)
            await tickets.save(asking, principal, settings, item.number, save)
        else:
            said: dict[str, Any] = {**bulk.given, "version": item.version}
            given = VerbInput(**said)
            await tickets.act(asking, principal, settings, item.number, bulk.work.verb, given)
    except Refused as refused:
        why = next(iter(refused.faults.values()), "ticket_bulk.gone")
        return replace(item, outcome=Outcome.REFUSED, why=why)
    return replace(item, outcome=Outcome.DONE)
