"""Page of one ticket: its timeline, how it stands, and what can be done with it now."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from features.audit.access import audit_entry, noted, theirs
from features.calls.opening import openable
from features.customers import queries as customers
from features.department_calls import queries as department_calls
from features.department_links import actions as links
from features.department_links import queries as department_links
from features.department_links import rules
from features.department_links.house import can_send
from features.departments import queries as departments
from features.legal_holds import queries as legal_holds
from features.legal_holds.lifecycle import Thing
from features.ticket_classes import queries as ticket_classes
from features.ticket_classes.queries import Sort
from features.ticket_clocks.house import house
from features.ticket_life.orders import OrderKind, OrderState
from features.ticket_life.verbs import Place, Verb, place
from features.ticket_pages import view
from features.ticket_repeats import showing as repeats
from features.tickets import actions, history, queries, saves
from features.tickets.actions import VerbInput
from features.tickets.lifecycle import (
    ComplaintClass,
    Satisfaction,
    Ticket,
)
from permissions.may import may, reach_of
from phone_numbers.phone_number import phone_number
from settings import Settings
from web.api_models import Asking, CurrentUser, Person, TicketNumber, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import language_of, page
from web.problems import Refused
from web.words import said

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

TONES: Mapping[Place, str] = {
    Place.NEW: "warm",
    Place.TO_REVIEW: "warm",
    Place.RETURNED: "bad",
    Place.REVIEW: "bad",
    Place.DISPATCHED: "busy",
    Place.ACCEPTED: "busy",
    Place.HANDLED: "warm",
    Place.SURVEYED: "good",
    Place.ANSWERED: "good",
    Place.WAITING: "quiet",
    Place.WITHDRAWN: "quiet",
    Place.CLOSED: "good",
    Place.ARCHIVED: "quiet",
}


@router.get("/tickets/{ticket_id}")
async def show_ticket(
    request: Request,
    ticket_id: TicketNumber,
    principal: CurrentUser,
    asking: Asking,
    done: str = "",
) -> HTMLResponse:
    """One ticket: what happened to it, how it stands, and what can be done with it now."""
    verb = Verb(done) if done in set(Verb) else None
    shown_so = await shown_again(request, principal, asking, ticket_id, Typed({}), done=verb)
    noted(asking, audit_entry(principal, "ticket.read", ticket_id))
    return shown_so


@router.post("/tickets/{ticket_id}/verbs/{verb}")
async def act_on_ticket(
    request: Request, ticket_id: TicketNumber, verb: Verb, principal: Person, asking: Asking
) -> Response:
    """Do something with a ticket."""
    settings: Settings = request.app.state.settings
    now = datetime.now(UTC)
    form = await typed(request)
    try:
        moments: dict[str, Any] = {
            name: form.moment(name, now, settings.zone) if form.shown(f"{name}_day") else None
            for name in ("deadline", "restored_at")
            if name not in form.typed
        }
        given = form.read(VerbInput, **moments)
        await actions.act(asking, principal, settings, ticket_id, verb, given)
    except Refused as refused:
        status = form.refuse(refused)
        return await shown_again(
            request, principal, asking, ticket_id, form, status=status, tried=verb
        )
    return RedirectResponse(f"/tickets/{ticket_id}?done={verb.value}", status_code=303)


@router.post("/tickets/{ticket_id}/department-link")
async def send_link(
    request: Request, ticket_id: TicketNumber, principal: Person, asking: Asking
) -> Response:
    """Send the ticket's department a new link to its order."""
    form = await typed(request)
    try:
        await links.send_again(asking, principal, request.app.state.settings, ticket_id)
    except Refused as refused:
        status = form.refuse(refused)
        return await shown_again(request, principal, asking, ticket_id, form, status=status)
    return RedirectResponse(f"/tickets/{ticket_id}#department-link", status_code=303)


async def shown_again(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    number: str,
    form: Typed,
    *,
    status: int = 200,
    done: Verb | None = None,
    tried: Verb | None = None,
) -> HTMLResponse:
    """Return the page of a ticket; `form` is one that was wrong, with its status."""
    settings: Settings = request.app.state.settings
    now = datetime.now(UTC)
    reach = reach_of(principal, "ticket.read")
    ticket = await theirs(
        asking,
        principal,
        "ticket.read",
        number,
        lambda one, within: queries.ticket(one, number, reach=within),
    )
    ticket = found(ticket, "ticket")
    entries = await asking.ask(lambda one: history.of_ticket(one, number, reach=reach))
    reads_versions = may(principal, "ticket.write")
    versions = await asking.ask(lambda one: saves.versions(one, number)) if reads_versions else []
    orders = await asking.ask(lambda one: queries.orders(one, number, reach=reach))
    standing = await asking.ask(lambda one: queries.clocks(one, number, house(settings), now))
    calls = [each for each in {ticket.call_id, *(one.in_call for one in entries)} if each]
    opens = await asking.ask(lambda one: openable(one, principal, calls))
    rung = await asking.ask(lambda one: department_calls.of_number(one, number))
    identity = phone_number(ticket.customer_number, settings.number_plan).identity
    known, others = None, []
    if may(principal, "customer.read"):
        known = await asking.ask(lambda one: customers.customer(one, identity))
        by = known.identities if known else tuple(filter(None, [identity]))
        open_ones = await asking.ask(lambda one: saves.open_of_customer(one, by))
        others = [one for one in open_ones if one.number != number]
    named = {Thing.TICKET: [number], Thing.NUMBER: [identity], Thing.CALL: calls}
    holds = await asking.ask(partial(legal_holds.on, now=now, subjects=named))
    codes = await asking.ask(lambda one: ticket_classes.every(one, Sort.CLOSING))
    link = await asking.ask(lambda one: department_links.last_of_number(one, number))
    with_department = rules.is_with(ticket, ticket.department)
    writes = can_send(settings) and may(principal, "department_link.send")
    acts = principal.account_id is not None and await _may_act(asking, principal, ticket)
    can = view.buttons(ticket, orders, principal.role) if acts else []
    return page(
        request,
        "ticket.html",
        status=status,
        ticket=ticket,
        letters=may(principal, "mail.read"),
        holds=holds,
        may_hold=may(principal, "legal_hold.put"),
        events=view.timeline(entries, versions),
        orders=orders,
        clocks=view.clock_lines(standing),
        opens=opens,
        rung=rung if rung and (reach.whole or rung.department == reach.department) else None,
        link=link,
        link_lasts=link is not None and link.lasts(now) and rules.is_with(ticket, link.department),
        links=reach.whole and (link is not None or (writes and with_department)),
        sends=acts and writes and with_department,
        repeats=await repeats.asked(asking, principal, settings, ticket),
        relates=principal.account_id is not None and may(principal, "ticket.write"),
        known=known,
        others=others,
        can=can,
        tried=next((one for one in can if one.verb is tried), None),
        faults=form.faults,
        reviews=acts and may(principal, "ticket.review"),
        waits=OrderState.TO_REVIEW,
        returning=OrderKind.RETURN,
        form=form,
        blank=Typed({}),
        done=done,
        shown_value=partial(_shown_value, said(language_of(request))),
        departments=await asking.ask(departments.departments),
        classes=list(ComplaintClass),
        closings=[one for one in codes if one.valid(now.astimezone(settings.zone).date())],
        satisfactions=list(Satisfaction),
        longest=longest(VerbInput),
        **shown(settings, principal, now),
    )


def _shown_value(t: Callable[..., str], field: str, value: str) -> str:
    """Return a field's value in the page's language."""
    return t(f"ticket_kind.{value}") if field == "kind" else value


async def _may_act(asking: RequestDatabase, principal: Principal, ticket: Ticket) -> bool:
    if not may(principal, "ticket.act"):
        return False
    if reach_of(principal, "ticket.act").whole:
        return True
    return (
        await asking.ask(
            lambda one: actions.reachable(one, ticket.number, reach_of(principal, "ticket.act"))
        )
        is not None
    )


def shown(settings: Settings, principal: Principal, now: datetime) -> dict[str, Any]:
    """Return what every page with tickets on it needs."""
    return {
        "tones": TONES,
        "place": place,
        "span": view.span,
        "show": Formats(settings.zone, principal.role),
        "now": now,
    }
