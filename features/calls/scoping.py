"""Which calls are within somebody's reach (SEC-1).

One's own are the calls that one talked in, and those of the customer whom one serves now. A team's
are those in which one of its people talked; those in which nobody of ours did are every team's. A
department's are those of the tickets that it is to settle: the ticket needs them until then.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.ext.asyncio import AsyncConnection

from features.calls import talk_segment_rows as talk_segments
from features.calls.lifecycle import CallRecord
from features.calls.tables import Call
from features.tickets import scoping as tickets
from features.tickets.lifecycle import SETTLING, Ticket
from features.tickets.references import calls_to_settle
from permissions.scopes import Reach, Scope, Thing
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan


async def within(connection: AsyncConnection, reach: Reach) -> ColumnElement[bool]:
    """Return what is so for the calls within a reach; `whose` says the same of one call."""
    match reach.scope:
        case Scope.ALL:
            return true()
        case Scope.OWN:
            return await _own(connection, reach)
        case Scope.TEAM:
            return or_(talk_segments.talked_any(reach.team), await _own(connection, reach))
        case Scope.DEPARTMENT if reach.department:
            return Call.id.in_(calls_to_settle(reach.department))
        case _:
            return false()


async def _own(connection: AsyncConnection, reach: Reach) -> ColumnElement[bool]:
    """Return what is so for calls of who asks; a hidden number is no customer's."""
    which: list[ColumnElement[bool]] = []
    if reach.number:
        which.append(await talk_segments.talked(connection, reach.number))
    if reach.serving.calls:
        which.append(Call.id.in_(sorted(reach.serving.calls)))
    if reach.serving.customers:
        which.append(Call.identity.in_(sorted(reach.serving.customers)))
    return or_(*which) if which else false()


def whose(call: CallRecord, plan: NumberPlan, of_call: Collection[Ticket] = ()) -> Thing:
    """Return whose a call is; `of_call` are its tickets, `plan` is that of the house's numbers."""
    talked = {one.agent for one in call.segments} | {call.agent}
    people = frozenset(filter(None, talked))
    return Thing(
        people=people,
        nobodys=not people,
        call=call.id,
        customer=phone_number(call.number, plan).identity,
        departments=frozenset(
            name
            for ticket in of_call
            if ticket.state in SETTLING
            for name in tickets.whose(ticket).departments
        ),
    )
