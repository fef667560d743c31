"""Pages of what is done with many tickets at once: what to do, and what became of each."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from db.bounded import RequestDatabase
from features.departments import queries as departments
from features.ticket_bulks import actions, queries
from features.ticket_bulks.actions import BulkInput
from features.ticket_bulks.rules import FIELDS, MOST, NEEDS, Outcome, Work, hindrance
from features.ticket_classes import queries as classes
from features.ticket_classes.queries import Sort
from features.ticket_views import choosing
from features.tickets import queries as tickets
from features.tickets.lifecycle import ComplaintClass, Ticket
from permissions.may import may, reach_of
from settings import Settings
from web.api_models import Asking, Person, RowId, TicketNumber, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
LONGEST_QUERY = 2000


class Selection(BaseModel):
    """Which tickets were selected in the list, and for what."""

    pick: Annotated[list[TicketNumber], Field(max_length=MOST)] = Field(default_factory=list)
    every: bool = False
    """All that the list finds, not only those of its page."""
    query: Annotated[str, Field(max_length=LONGEST_QUERY)] = ""
    work: Work | None = None


@router.get("/ticket-bulks/new")
async def choose_work(
    request: Request, principal: Person, asking: Asking, given: Annotated[Selection, Query()]
) -> HTMLResponse:
    """What can be done with the selected tickets; then the form, and which are left alone."""
    chosen, more = await _selected(request, principal, asking, given)
    return await _asked(request, principal, asking, chosen, given.work, Typed({}), more=more)


@router.post("/ticket-bulks")
async def begin_bulk(request: Request, principal: Person, asking: Asking) -> Response:
    """Begin it."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    try:
        given = form.read(BulkInput, tickets=_picked(form), **_deadline(form, settings))
        key = form.shown("key")[:64]
        begun = await actions.begin(asking, principal, settings, given, key)
        await actions.go_on(asking, principal, settings, begun.id)
    except Refused as refused:
        status = form.refuse(refused)
        numbers = [each["number"] for each in _picked(form)][:MOST]
        reach = reach_of(principal, "ticket.act")
        chosen = await asking.ask(lambda one: tickets.by_numbers(one, numbers, reach=reach))
        work = next((each for each in Work if each == form.shown("work")), None)
        return await _asked(request, principal, asking, chosen, work, form, status=status)
    return RedirectResponse(f"/ticket-bulks/{begun.id}", status_code=303)


@router.get("/ticket-bulks/{bulk_id}")
async def show_bulk(
    request: Request, bulk_id: RowId, principal: Person, asking: Asking
) -> HTMLResponse:
    """What was done, what was not and why, and what is still to be done."""
    settings: Settings = request.app.state.settings
    bulk = found(
        await asking.ask(lambda one: queries.one(one, bulk_id, principal.account_id)), "bulk"
    )
    return page(
        request,
        "ticket_bulk.html",
        bulk=bulk,
        parts=[
            (each.value, [one for one in bulk.items if one.outcome is each])
            for each in (Outcome.REFUSED, Outcome.WAITING, Outcome.DONE)
        ],
        show=Formats(settings.zone, principal.role),
    )


@router.post("/ticket-bulks/{bulk_id}/go-on")
async def go_on_with_bulk(
    request: Request, bulk_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Do the next tickets; the page asks for it by itself until none is left."""
    await actions.go_on(asking, principal, request.app.state.settings, bulk_id)
    return RedirectResponse(f"/ticket-bulks/{bulk_id}", status_code=303)


def _deadline(form: Typed, settings: Settings) -> dict[str, Any]:
    """Return the deadline of the form's day and time, on the house's clock."""
    if "deadline" in form.typed:
        return {}
    now, has_one = datetime.now(UTC), form.shown("deadline_day") or form.shown("deadline_time")
    return {"deadline": form.moment("deadline", now, settings.zone) if has_one else None}


def _picked(form: Typed) -> list[dict[str, str]]:
    """Return the tickets of the form's field `picks`, `20261121-00042:3,…`."""
    parts = [one.rpartition(":") for one in form.shown("picks").split(",") if one]
    return [{"number": number, "version": version} for number, _, version in parts]


async def _selected(
    request: Request, principal: Principal, asking: RequestDatabase, given: Selection
) -> tuple[Sequence[Ticket], bool]:
    """Return the selected tickets, and whether the list finds more than can be done at once."""
    reach = reach_of(principal, "ticket.act")
    if not given.every:
        numbers = list(dict.fromkeys(given.pick))
        return await asking.ask(lambda one: tickets.by_numbers(one, numbers, reach=reach)), False
    settings: Settings = request.app.state.settings
    filters, _ = choosing.read(given.query)
    wanted = choosing.wanted(
        filters, settings.number_plan, principal.role, principal.number, datetime.now(UTC)
    )
    listing = partial(tickets.tickets, reach=reach, limit=MOST)
    rows = await asking.ask(lambda one: listing(one, wanted))
    return rows.items, rows.next is not None


async def _asked(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    chosen: Sequence[Ticket],
    work: Work | None,
    form: Typed,
    *,
    status: int = 200,
    more: bool = False,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    why: Mapping[Work, Sequence[tuple[Ticket, str]]] = {
        each: [(one, hindrance(one, each, principal.role)) for one in chosen]
        for each in Work
        if each is not Work.SORT or may(principal, "ticket.write")
    }
    standing = why.get(work, ()) if work else ()
    return page(
        request,
        "ticket_bulk_new.html",
        status=status,
        chosen=chosen,
        counts=[(each.value, sum(not reason for _, reason in said)) for each, said in why.items()],
        work=work.value if work else "",
        fields=FIELDS.get(work, ()) if work else (),
        needed=NEEDS.get(work, "") if work else "",
        doing=[one for one, reason in standing if not reason],
        left=[(one, reason) for one, reason in standing if reason],
        more=more,
        most=MOST,
        form=form,
        key=form.shown("key") or uuid4().hex,
        longest=longest(BulkInput),
        show=Formats(settings.zone, principal.role),
        **await _choices(asking, settings),
    )


async def _choices(asking: RequestDatabase, settings: Settings) -> dict[str, Any]:
    today = datetime.now(settings.zone).date()
    return {
        "departments": await asking.ask(departments.departments),
        "choices": {
            "business": await asking.ask(lambda one: classes.valid(one, Sort.BUSINESS, today)),
            "nature": await asking.ask(lambda one: classes.valid(one, Sort.NATURE, today)),
            "complaint_class": [each.value for each in ComplaintClass],
        },
    }
