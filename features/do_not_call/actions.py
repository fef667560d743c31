"""Changes of the do-not-call list by people and programs (SEC-1).

The page and the API both call these. Each change is on record. Who asks for it by
telephone, or in a talk of a campaign, is put on by the dispatcher and by `features.campaigns`.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.do_not_call import queries as do_not_call
from features.do_not_call.queries import Entry
from features.do_not_call.shapes import DoNotCallShape
from imports.numbers import Numbers, WrongNumberError
from imports.written import written
from phone_numbers.phone_number import PhoneNumber, phone_number
from phone_numbers.plan import NumberPlan
from settings import Settings
from web.api_models import InputModel, LongLine, found
from web.current_user import Principal
from web.forms import Says
from web.problems import Refused


class WhyInput(InputModel):
    """Why a number is not called."""

    why: Annotated[LongLine, Field(min_length=1), Says("do_not_call.fault_why")]


async def add(
    asking: RequestDatabase, principal: Principal, settings: Settings, number: str, given: WhyInput
) -> Entry:
    """Put a number on the list, as somebody typed it. One that is there already stays as it is.

    Raises Refused: 422 for no number; 409, with the line as it is, when there is another reason.
    """
    read = read_number(number, settings)
    if read is None:
        said = "This is no telephone number."
        raise Refused(422, said, faults={"number": "do_not_call.fault_number"})
    entry = Entry(read.shown, read.identity, given.why, datetime.now(UTC), principal.signature)

    async def added(connection: AsyncConnection) -> Entry:
        if await do_not_call.put(connection, entry):
            seen = audit_entry(principal, "do_not_call.added", read.shown, why=given.why)
            await audit.note(connection, seen)
            return entry
        before = found(await do_not_call.one(connection, read.identity), "number")
        if before.why != given.why:
            raise Refused(
                409,
                f"{before.by} put this number on the list before; `current` says why.",
                faults={"number": "do_not_call.fault_there"},
                current=DoNotCallShape.of(before),
            )
        return before

    return await asking.write(added)


async def remove(
    asking: RequestDatabase, principal: Principal, plan: NumberPlan, number: str
) -> None:
    """Take a number off the list: campaigns may ring it again. Raises Refused with 404."""
    read = _listed_number(number, plan)

    async def removed(connection: AsyncConnection) -> None:
        if not await do_not_call.take_off(connection, read.identity):
            said = "This number is not on the list."
            raise Refused(404, said, faults={"number": "do_not_call.fault_gone"})
        await audit.note(connection, audit_entry(principal, "do_not_call.removed", read.shown[:80]))

    await asking.write(removed)


def _listed_number(given: str, plan: NumberPlan) -> PhoneNumber:
    """Return a number however it is written; what no list takes any more may stand there still."""
    try:
        return phone_number(written(given, plan), plan)
    except WrongNumberError:
        return phone_number(given, plan)


def read_number(given: str, settings: Settings) -> PhoneNumber | None:
    """Return the number that somebody typed, None when no campaign could ring it anyway."""
    own = frozenset(filter(None, [*settings.phones.split(","), *settings.desk_phones.split(",")]))
    try:
        return Numbers(settings.number_plan, own).read(given).number
    except WrongNumberError:
        return None
