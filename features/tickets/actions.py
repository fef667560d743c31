"""Changes of tickets by people and programs (TKT-1, TKT-3): open, save, ask for what it lacks.

The agent's page asks the API, which calls these. Each change is in the audit log (SEC-1), and every
version of a ticket is kept. `lifecycle` decides what a save makes of a ticket.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from pydantic import Field, field_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.accounts import queries as accounts
from features.audit import log as audit
from features.audit.access import audit_entry, theirs
from features.callbacks import queries as callbacks
from features.calls import queries as calls
from features.ticket_classes.choosing import require_closing, require_valid
from features.ticket_clocks.house import house
from features.ticket_life.deciding import LacksError, NotNowError, NotTheirsError
from features.ticket_life.verbs import Given, Need, Verb, place
from features.tickets import acts, queries, saves
from features.tickets.acts import ClosedDepartmentError, ConflictError
from features.tickets.authors import author
from features.tickets.lifecycle import (
    ComplaintClass,
    Satisfaction,
    Ticket,
    TicketKind,
    TicketState,
)
from features.tickets.shapes import TicketShape
from permissions.may import reach_of
from permissions.roles import WRITERS, Role
from permissions.scopes import EVERYTHING, Reach, Scope
from settings import Settings
from web.api_models import Identity, InputModel, Line, Moment, TicketNumber, Typed, found
from web.current_user import Principal
from web.forms import Says
from web.problems import Refused


class TicketFields(InputModel):
    """What people type into a ticket; what is left out stays as it is."""

    kind: TicketKind = TicketKind.UNKNOWN
    business: Annotated[Line, Field(max_length=40)] | None = Field(
        None,
        description="Business class of TKT-1, a valid one.",
        examples=["固定电话"],
    )
    nature: Annotated[Line, Field(max_length=40)] | None = Field(
        None, description="Nature of TKT-1, a valid one.", examples=["资费"]
    )
    state: TicketState = Field(TicketState.NEW, description="Answered or dispatched (TKT-3).")
    customer_number: Line = ""
    customer_name: Line = ""
    body: Typed = ""
    answer: Typed = Field("", description="What the customer was told.")
    department: Line = Field("", description="Who it is dispatched to.")
    complaint_class: ComplaintClass | None = Field(None, description="How soon (TKT-9).")


class TicketSave(InputModel):
    """One save, upon one version."""

    version: int = Field(ge=1, le=2**31 - 1, description="The version it was typed upon.")
    fields: TicketFields


class VerbInput(InputModel):
    """What is said with a verb; `docs/tickets.md` has what each one needs."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1), Says("ticket.late")] = Field(
        description="The version that it is asked upon."
    )
    note: Typed = ""
    department: Line = Field("", description="Where it goes; left out: the ticket's own.")
    deadline: Annotated[Moment | None, Says("ticket.lacks_deadline")] = Field(
        None, description="By when it is to be handled; left out: as the department has it."
    )
    warning: Typed = Field("", description="Written warning of a second dispatch (TKT-11).")
    handling: Typed = Field("", description="What was done (TKT-8).")
    cause: Typed = Field("", description="Of a fault (TKT-8).")
    restored_at: Annotated[Moment | None, Says("ticket.lacks_restored_at")] = Field(
        None, description="When the line worked again (TKT-8)."
    )
    satisfaction: Satisfaction | None = None
    complaint_class: ComplaintClass | None = Field(None, description="TKT-9.")
    closing: Annotated[Line, Field(max_length=40)] = Field(
        "", description="Of a close: one of the house's closing codes (`/ticket-classes`)."
    )
    clerk: Annotated[Line, Field(max_length=8)] = Field(
        "", description="Account number of who keeps it from now on."
    )
    order: TicketNumber | None = Field(None, description="Of a review: which order.")
    call_id: Identity | None = Field(None, description="The call in which it was said.")

    @field_validator("restored_at")
    @classmethod
    def _has_been(cls, when: datetime | None) -> datetime | None:
        if when is not None and when > datetime.now(UTC):
            raise ValueError("should not be to come")
        return when


async def open_for_call(
    asking: RequestDatabase, principal: Principal, settings: Settings, call_id: str
) -> Ticket:
    """Return the call's own ticket, opened by the first who asks; asking again changes nothing.

    Raises Refused with 404 for a call that is not there, or is another's.
    """
    now = datetime.now(UTC)
    await _must_be_theirs(asking, principal, call_id)

    async def opened(connection: AsyncConnection) -> Ticket:
        ticket, is_new = found(
            await saves.open_for_call(
                connection,
                call_id,
                handler=principal.number or None,
                author=author(principal, call_id=call_id),
                house=house(settings),
                day=now.astimezone(settings.zone).date(),
                now=now,
            ),
            "call",
        )
        if is_new:
            await audit.note(connection, audit_entry(principal, "ticket.opened", ticket.number))
        return ticket

    return await asking.write(opened)


async def ask_once(asking: RequestDatabase, principal: Principal, call_id: str) -> bool:
    """Return whether to ask the agent for what the call's ticket lacks: True once, at wrap-up.

    Raises Refused as `open_for_call`.
    """
    await _must_be_theirs(asking, principal, call_id)
    now = datetime.now(UTC)
    return await asking.write(lambda connection: saves.ask_once(connection, call_id, now=now))


async def writable(
    asking: RequestDatabase, principal: Principal, number: str, verb: str = "ticket.write"
) -> Ticket | None:
    """Return a ticket that somebody may write into: another's is answered as if it were not there.

    Whose work it is: its keeper's, and that of who talked in the call that it came from.
    """

    return await theirs(
        asking, principal, verb, number, lambda one, reach: reachable(one, number, reach)
    )


async def reachable(connection: AsyncConnection, number: str, reach: Reach) -> Ticket | None:
    """Return a ticket within a reach: one's own too is that of a call in which one talked."""
    ticket = await queries.ticket(connection, number, reach=reach)
    if ticket is not None or reach.whole:
        return ticket
    other = await queries.ticket(connection, number, reach=EVERYTHING)
    if other is None or other.call_id is None or reach.scope is not Scope.OWN:
        return None
    talked = await calls.caller(connection, other.call_id, reach=reach)
    return other if talked is not None else None


async def save(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    number: str,
    given: TicketSave,
) -> Ticket:
    """Save what was typed upon a version; what is so already makes no new one.

    A `state` among it is the verb that leads there. Raises Refused: 404, 403 and 422 as `act`, 422
    for a class that is not valid, 409 when somebody saved meanwhile, with the ticket as it is now.
    """
    fields = {name: getattr(given.fields, name) for name in given.fields.model_fields_set}
    before = found(await writable(asking, principal, number), "ticket")

    async def saved(connection: AsyncConnection) -> Ticket:
        await require_valid(connection, before, fields, datetime.now(settings.zone).date())
        after, verb = found(
            await saves.save(
                connection,
                number,
                version=given.version,
                fields=fields,
                author=author(principal),
                house=house(settings),
                now=datetime.now(UTC),
            ),
            "ticket",
        )
        if after.version == given.version + 1:
            named = [*sorted(fields), *([verb.value] if verb else [])]
            said = f"version {after.version}: {', '.join(named)}"[:80]
            await audit.note(connection, audit_entry(principal, "ticket.write", number, said))
        return after

    with told(before, principal.role):
        return await asking.write(saved)


async def act(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    number: str,
    verb: Verb,
    given: VerbInput,
) -> Ticket:
    """Do something with a ticket, upon a version; the same asked again is done once.

    Raises Refused: 404; 403 where another role does this; 422 with what it lacks; 409 with the
    ticket as it is when it stands otherwise, or somebody was first.
    """
    before = found(await writable(asking, principal, number, "ticket.act"), "ticket")
    said = given.model_dump(exclude={"version", "call_id"}, exclude_none=True)
    call_id = given.call_id.lower() if given.call_id else None
    if call_id is not None:
        await _must_be_theirs(asking, principal, call_id)

    async def acted(connection: AsyncConnection) -> Ticket:
        if verb is Verb.HAND and given.clerk:
            await must_keep_tickets(connection, given.clerk)
        in_call = call_id or await _surveyed_in(connection, principal, before, verb)
        after, is_new = found(
            await acts.act(
                connection,
                number,
                verb,
                Given(**said),
                version=given.version,
                author=author(principal, call_id=in_call),
                house=house(settings),
                now=datetime.now(UTC),
            ),
            "ticket",
        )
        if is_new and verb is Verb.CLOSE:
            today = datetime.now(settings.zone).date()
            await require_closing(connection, before.closing, after.closing, today)
        if is_new:
            detail = f"{verb.value}: version {after.version}"
            await audit.note(connection, audit_entry(principal, "ticket.act", number, detail))
        return after

    with told(before, principal.role):
        return await asking.write(acted)


async def _surveyed_in(
    connection: AsyncConnection, principal: Principal, ticket: Ticket, verb: Verb
) -> str | None:
    """Return the call in which a customer was surveyed (TKT-11): one's latest to the customer."""
    if verb not in SURVEYS or not principal.number:
        return None
    known_by = await queries.identity(connection, ticket.number)
    called = {known_by, *await callbacks.called_for(connection, ticket.number)} - {""}
    since = datetime.now(UTC) - SURVEY_WITHIN
    return await calls.last_out(connection, agent=principal.number, identities=called, since=since)


SURVEYS: Final = frozenset({Verb.SATISFIED, Verb.NOT_SATISFIED, Verb.NOT_REACHED})
SURVEY_WITHIN: Final = timedelta(hours=1)
"""So long after a call out to the customer began what is said of a survey is of that call."""


@contextmanager
def told(before: Ticket, role: Role) -> Iterator[None]:
    """Say in a sentence why the lifecycle refuses what was asked of a ticket."""
    try:
        yield
    except ConflictError as conflict:
        now_so = conflict.current
        said = f"Somebody saved this ticket meanwhile; it is at version {now_so.version}."
        faults = {"version": "ticket.late"}
        raise Refused(409, said, faults=faults, current=TicketShape.of(now_so)) from None
    except NotNowError as refused:
        what, at = str(refused), place(before).value
        said = f"A ticket that is {at} cannot be changed so ({what}): see docs/tickets.md."
        faults = {"version": "ticket.not_now"}
        raise Refused(409, said, faults=faults, current=TicketShape.of(before)) from None
    except NotTheirsError as refused:
        said = f"The role {role.value} does not do this ({refused}) here."
        raise Refused(403, said, faults={"version": "ticket.not_yours"}) from None
    except ClosedDepartmentError as refused:
        said = f"Nothing is dispatched to the department {refused} any more."
        raise Refused(422, said, faults={"department": "ticket.department_closed"}) from None
    except LacksError as lacks:
        said = " ".join(NEEDED[need] for need in lacks.needs)
        faults = {_FIELDS.get(need, need.value): f"ticket.lacks_{need}" for need in lacks.needs}
        raise Refused(422, said, faults=faults) from None


NEEDED = {
    Need.NOTE: "Say it in a sentence: `note`.",
    Need.DEPARTMENT: "A dispatched ticket needs the department that it goes to.",
    Need.DEADLINE: "Name a deadline that is to come.",
    Need.WARNING: "A second dispatch needs its written `warning` to the department (TKT-11).",
    Need.HANDLING: "Say what was done or answered: `handling` (TKT-8).",
    Need.CAUSE: "Say the `cause` of the fault (TKT-8).",
    Need.RESTORED: "Say when the line worked again: `restored_at` (TKT-8).",
    Need.SATISFACTION: "Ask the customer first, or say what the customer said: `satisfaction` "
    "(TKT-8); who was not reached three times need not be asked again.",
    Need.HANDLER: "Nobody keeps this ticket: take it first (TKT-8).",
    Need.CLASS: "Say how soon such a complaint can be settled: `complaint_class` (TKT-9).",
    Need.CLERK: "Say who keeps it from now on: `clerk`, an account number.",
    Need.WAITING_ORDER: "No such order waits for a review.",
    Need.FIRST: "A merge is asked for at `…/repeats`, with the ticket that it goes into.",
    Need.ASKED_TIME: "The department has not asked for more time.",
}
"""What a program is told that lacks something."""

_FIELDS = dict.fromkeys((Need.HANDLER, Need.WAITING_ORDER, Need.ASKED_TIME, Need.FIRST), "version")
"""Beside which field of a form it is said, where there is none for it."""


async def must_keep_tickets(connection: AsyncConnection, number: str) -> None:
    """Refuse to hand a ticket to who cannot work on it."""
    account = await accounts.by_number(connection, number)
    if account is None or account.disabled_at is not None or account.role not in WRITERS:
        said = f"Nobody who works on tickets has the account number {number}."
        raise Refused(422, said, faults={"clerk": "ticket.clerk_unknown"})


async def _must_be_theirs(asking: RequestDatabase, principal: Principal, call_id: str) -> None:
    """Refuse a ticket for a call that is another's; one that goes on may have no row yet."""
    if call_id in principal.serving.calls:
        return
    number = await theirs(
        asking,
        principal,
        "ticket.open",
        call_id,
        lambda connection, reach: calls.caller(connection, call_id, reach=reach),
    )
    if number is None and not reach_of(principal, "ticket.open").whole:
        raise Refused(404, "There is no call with this id.")
