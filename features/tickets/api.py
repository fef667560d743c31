"""API of tickets: the list, one ticket, and saves while it is typed (TKT-1, TKT-3)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit.access import audit_entry, noted, theirs
from features.tickets import queries
from features.tickets import saves as ticket_saves
from features.tickets.authors import author
from features.tickets.lifecycle import BUSINESSES, NATURES, Ticket, TicketKind, TicketState
from features.tickets.queries import TicketFilter
from features.tickets.saves import ConflictError, TicketVersion
from features.tickets.shapes import TicketShape, TicketVersionShape
from permissions.may import reach_of
from permissions.roles import sees_numbers
from permissions.scopes import EVERYTHING
from web.api_models import (
    Asking,
    CurrentUser,
    Identity,
    InputModel,
    Line,
    ListPage,
    ListQuery,
    Plan,
    Text,
    TicketNumber,
    Typed,
    found,
    list_page,
    may_search_by_number,
)
from web.current_user import Principal
from web.problems import MEDIA_TYPE, TITLES, Problem, Refused, documented

router = APIRouter(prefix="/api/v1/tickets", tags=["tickets"])


class WhichTickets(ListQuery):
    """Which tickets (TKT-14); every field that is given must hold. Times are of the opening."""

    number: Text | None = Field(None, description="The customer's number, whole.")
    call_id: Identity | None = Field(None, description="The call it came from.")
    ref: Text | None = Field(None, description="The X-Ref of that call.")
    agent: Text | None = Field(None, description="The agent who answered that call.")
    handler: Text | None = Field(None, description="Who keeps the matter (QUE-3).")
    kind: TicketKind | None = None
    state: TicketState | None = None
    to_review: bool | None = Field(None, description="Dispatched by a junior (TKT-3).")


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


class TicketConflict(Problem):
    """Somebody saved the ticket meanwhile."""

    current: TicketShape


@router.get("", responses=documented(401, 403, 422, 503))
async def list_tickets(
    wanted: Annotated[WhichTickets, Query()], principal: CurrentUser, asking: Asking, plan: Plan
) -> ListPage[TicketShape]:
    """Tickets, newest first."""
    may_search_by_number(principal, wanted.number)
    filters = wanted.filters(plan)
    which = TicketFilter(customer_number=filters.pop("number"), **filters)
    listing = partial(queries.tickets, reach=reach_of(principal, "ticket.read"))
    page = await list_page(asking, listing, which, wanted)
    return ListPage(items=[_shown(ticket, principal) for ticket in page.items], next=page.next)


@router.get("/{ticket_id}", responses=documented(401, 403, 404, 422, 503))
async def show_ticket(
    ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> TicketShape:
    """One ticket, by its number."""
    ticket = found(await ticket_of(ticket_id, principal, asking), "ticket")
    noted(asking, audit_entry(principal, "ticket.read", ticket.number))
    return _shown(ticket, principal)


@router.patch(
    "/{ticket_id}",
    response_model=TicketShape,
    responses=documented(401, 403, 404, 409, 422, 503),
)
async def save_ticket(
    ticket_id: TicketNumber, given: TicketSave, principal: CurrentUser, asking: Asking
) -> TicketShape | JSONResponse:
    """Save what was typed. Saved meanwhile by somebody else: 409, and `current` is what is so now.

    Dispatching needs a department: without one 422. What is so already makes no new version, so a
    save whose answer was lost may be sent again.
    """
    fields = _fields(given.fields)

    async def saved(connection: AsyncConnection) -> Ticket | None:
        await _require_department(connection, ticket_id, fields)
        return await ticket_saves.save(
            connection,
            ticket_id,
            version=given.version,
            fields=fields,
            author=author(principal),
            now=datetime.now(UTC),
        )

    try:
        ticket = await asking.write(saved)
    except ConflictError as conflict:
        return _conflict(_shown(conflict.current, principal))
    return _shown(found(ticket, "ticket"), principal)


@router.get("/{ticket_id}/versions", responses=documented(401, 403, 404, 422, 503))
async def list_versions(
    ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> ListPage[TicketVersionShape]:
    """Every save of one ticket, oldest first; it is never more than one page."""

    reach = reach_of(principal, "ticket.write")

    async def kept(connection: AsyncConnection) -> list[TicketVersion] | None:
        if await queries.ticket(connection, ticket_id, reach=reach) is None:
            return None
        return list(await ticket_saves.versions(connection, ticket_id))

    versions = found(await asking.ask(kept), "ticket")
    noted(asking, audit_entry(principal, "ticket.versions", ticket_id))
    return ListPage(items=[TicketVersionShape.of(each) for each in versions], next=None)


async def ticket_of(ticket_id: str, principal: Principal, asking: RequestDatabase) -> Ticket | None:
    """Return a ticket that somebody may read."""
    return await theirs(
        asking,
        principal,
        "ticket.read",
        ticket_id,
        lambda one, reach: queries.ticket(one, ticket_id, reach=reach),
    )


async def _require_department(
    connection: AsyncConnection, ticket_id: str, fields: Mapping[str, Any]
) -> None:
    """Raise Refused with 422 for a dispatch to nobody (TKT-3)."""
    if not {"state", "department"} & fields.keys():
        return
    before = await queries.ticket(connection, ticket_id, reach=EVERYTHING)
    state = fields.get("state", before.state if before else TicketState.NEW)
    department = fields.get("department", before.department if before else "")
    if state is TicketState.DISPATCHED and not department.strip():
        raise Refused(422, "A dispatched ticket needs the department that it goes to.")


def _fields(given: TicketFields) -> Mapping[str, Any]:
    return {name: getattr(given, name) for name in given.model_fields_set}


def _conflict(current: TicketShape) -> JSONResponse:
    body = TicketConflict(
        type="urn:thirdring:problem:not-as-it-was",
        title=TITLES[409],
        status=409,
        detail=f"Somebody saved this ticket meanwhile; it is at version {current.version}.",
        current=current,
    )
    return JSONResponse(body.model_dump(mode="json"), status_code=409, media_type=MEDIA_TYPE)


def _shown(ticket: Ticket, principal: Principal) -> TicketShape:
    shape = TicketShape.of(ticket)
    return shape if sees_numbers(principal.role) else shape.masked()
