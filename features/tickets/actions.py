"""The changes of tickets by people and programs (TKT-1, TKT-3): opened, saved, asked for.

The agent's page asks the API, which calls these. Each change is on record (SEC-1),
and every version of a ticket is kept. What a save makes of a ticket is `lifecycle`'s to decide.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry, theirs
from features.calls import queries as calls
from features.tickets import queries, saves
from features.tickets.authors import author
from features.tickets.lifecycle import BUSINESSES, NATURES, Ticket, TicketKind, TicketState
from features.tickets.saves import ConflictError
from features.tickets.shapes import TicketShape
from permissions.may import reach_of
from permissions.roles import sees_numbers
from permissions.scopes import EVERYTHING
from settings import Settings
from web.api_models import InputModel, Line, Typed, found
from web.current_user import Principal
from web.problems import Refused


def _among(known: tuple[str, ...]) -> AfterValidator:
    def checked(value: str) -> str:
        if value not in known:
            raise ValueError(f"should be one of {'、'.join(known)}")
        return value

    return AfterValidator(checked)


class TicketFields(InputModel):
    """What people type into a ticket; what is left out stays as it is."""

    kind: TicketKind = TicketKind.UNKNOWN
    business: Annotated[Line, _among(BUSINESSES)] | None = Field(
        None, description="Business class of TKT-1.", examples=[BUSINESSES[0]]
    )
    nature: Annotated[Line, _among(NATURES)] | None = Field(
        None, description="Nature of TKT-1.", examples=[NATURES[0]]
    )
    state: TicketState = Field(TicketState.NEW, description="Answered or dispatched (TKT-3).")
    customer_number: Line = ""
    customer_name: Line = ""
    body: Typed = ""
    answer: Typed = Field("", description="What the customer was told.")
    department: Line = Field("", description="Who it is dispatched to.")


class TicketSave(InputModel):
    """One save, upon one version."""

    version: int = Field(ge=1, le=2**31 - 1, description="The version it was typed upon.")
    fields: TicketFields


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
                author=author(principal),
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


async def save(
    asking: RequestDatabase, principal: Principal, number: str, given: TicketSave
) -> Ticket:
    """Save what was typed upon a version; what is so already makes no new one.

    Raises Refused: 404, 422 for a dispatch to nobody, 409 when somebody saved meanwhile, with the
    ticket as it is now.
    """
    fields = {name: getattr(given.fields, name) for name in given.fields.model_fields_set}

    async def saved(connection: AsyncConnection) -> Ticket:
        before = await queries.ticket(connection, number, reach=EVERYTHING)
        _require_department(before, fields)
        after = found(
            await saves.save(
                connection,
                number,
                version=given.version,
                fields=fields,
                author=author(principal),
                now=datetime.now(UTC),
            ),
            "ticket",
        )
        if before is None or after.version != before.version:
            said = f"version {after.version}: {', '.join(sorted(fields))}"[:80]
            await audit.note(connection, audit_entry(principal, "ticket.write", number, said))
        return after

    try:
        return await asking.write(saved)
    except ConflictError as conflict:
        raise _late(conflict.current, principal) from None


def shown(ticket: Ticket, principal: Principal) -> TicketShape:
    """Return a ticket as somebody may see it."""
    shape = TicketShape.of(ticket)
    return shape if sees_numbers(principal.role) else shape.masked()


def _late(now_so: Ticket, principal: Principal) -> Refused:
    return Refused(
        409,
        f"Somebody saved this ticket meanwhile; it is at version {now_so.version}.",
        current=shown(now_so, principal),
    )


def _require_department(before: Ticket | None, fields: Mapping[str, Any]) -> None:
    """Raise Refused with 422 for a dispatch to nobody (TKT-3)."""
    if not {"state", "department"} & fields.keys():
        return
    state = fields.get("state", before.state if before else TicketState.NEW)
    department = fields.get("department", before.department if before else "")
    if state is TicketState.DISPATCHED and not department.strip():
        raise Refused(422, "A dispatched ticket needs the department that it goes to.")


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
