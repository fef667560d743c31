"""Owns the page of one customer: what is known, what was promised, what is open (QUE-1, QUE-3)."""

import re
from datetime import UTC, datetime
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import Patience
from features.audit import log as audit
from features.audit.looks import look, noted
from features.callbacks import queries as callbacks
from features.callbacks.pages import MINUTES
from features.calls import queries
from features.calls.pages import tone
from features.calls.queries import CallFilter, TicketFilter
from features.campaigns import results as campaign_results
from features.campaigns.wording import asked, meant
from features.customers import queries as customers
from features.customers.queries import Customer, CustomerSort
from permissions.routes import allowed, may
from phone_numbers.phone_number import PhoneNumber, phone_number
from settings import Settings
from web.asking import Asking, CurrentUser, Plan, Text
from web.current_user import Principal
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused
from web.shown import Formats, between

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

CALLS_SHOWN = 10
TICKETS_SHOWN = 10
LONGEST_NAME = 80
LONGEST_NOTE = 2000
LONGEST_AREA = 80

_AGENT = re.compile(r"^\d{3,6}$")


@router.get("/customers")
async def find_customer(
    request: Request, _principal: CurrentUser, plan: Plan, number: str = ""
) -> Response:
    """A box for a number; the number's page."""
    read = phone_number(number, plan)
    if read.identity:
        return RedirectResponse(_address(read), status_code=303)
    faults = {"number": "customer.fault_number"} if number else {}
    form = Typed({"number": number[:40]}, faults)
    return page(request, "customers.html", status=422 if faults else 200, form=form)


@router.get("/customers/{number}")
async def show_customer(
    request: Request,
    number: Text,
    principal: CurrentUser,
    asking: Asking,
    plan: Plan,
    saved: str = "",
) -> HTMLResponse:
    """One customer; the look is on record."""
    read = phone_number(number, plan)
    noted(asking, look(principal, "customer.read", read.shown))
    return await _shown(request, read, principal, asking, Typed({}), saved=bool(saved))


@router.post("/customers/{number}")
async def save_customer(
    request: Request, number: Text, principal: CurrentUser, asking: Asking, plan: Plan
) -> Response:
    """Keep what was typed."""
    read = phone_number(number, plan)
    if not read.identity:
        raise Refused(422, "This is no telephone number.")
    form = await typed(request)
    name = form.line("name", longest=LONGEST_NAME)
    sort = form.choice("sort", [each.value for each in CustomerSort], "customer.fault_sort")
    note = form.text("note", longest=LONGEST_NOTE)
    area = form.line("area", longest=LONGEST_AREA)
    agent = form.line("first_agent", longest=6)
    if agent and not _AGENT.match(agent):
        form.faults["first_agent"] = "customer.fault_agent"
    if form.faults:
        return await _shown(request, read, principal, asking, form, status=422)
    customer = Customer(
        number=read.shown,
        identity=read.identity,
        name=name,
        sort=CustomerSort(sort),
        note=note,
        area=area,
        first_agent=agent or None,
        updated_at=datetime.now(UTC),
        updated_by=principal.number or principal.name,
    )
    seen = look(principal, "customer.write", read.shown)

    async def change(connection: AsyncConnection) -> None:
        await customers.keep(connection, customer)
        await audit.note(connection, seen)

    await asking.write(change)
    return RedirectResponse(f"{_address(read)}?saved=1", status_code=303)


def _address(number: PhoneNumber) -> str:
    return f"/customers/{quote(number.shown, safe='')}"


def may_open(principal: Principal) -> bool:
    """Tell whether somebody may look at customers."""
    return _may(principal, "GET")


def _may(principal: Principal, method: str) -> bool:
    rule = allowed(method, "/customers/{number}")
    return isinstance(rule, frozenset) and principal.role in rule


async def _shown(
    request: Request,
    number: PhoneNumber,
    principal: Principal,
    asking: Patience,
    form: Typed,
    *,
    status: int = 200,
    saved: bool = False,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    known = await asking.ask(lambda connection: customers.customer(connection, number.identity))
    calls, tickets = CallFilter(number=number), TicketFilter(customer_number=number)
    called = await asking.ask(lambda each: queries.calls(each, calls, limit=CALLS_SHOWN))
    opened = await asking.ask(lambda each: queries.tickets(each, tickets, limit=TICKETS_SHOWN))
    numbers = [each.number for each in opened.items]
    visits = await asking.ask(lambda each: campaign_results.of_number(each, number.identity))
    visits_of = await asking.ask(lambda each: campaign_results.of_ticket_numbers(each, numbers))
    refuses = await asking.ask(lambda each: campaign_results.refusal(each, number.identity))
    promised = await asking.ask(lambda connection: callbacks.open_to(connection, number.identity))
    return page(
        request,
        "customer.html",
        status=status,
        number=number.shown,
        customer=known,
        form=form if form.typed else _filled(known),
        calls=called.items,
        tickets=opened.items,
        callbacks=promised,
        visits=visits,
        visits_of=visits_of,
        refuses=refuses,
        asked=asked,
        meant=meant,
        opens_campaigns=may(principal.role, "GET", "/campaigns/{campaign_id}"),
        sorts=list(CustomerSort),
        may_write=_may(principal, "POST"),
        may_callback=principal.account_id is not None and bool(number.identity),
        callback_minutes=MINUTES,
        saved=saved,
        now=datetime.now(UTC),
        tone=tone,
        between=between,
        show=Formats(settings.zone, principal.role),
    )


def _filled(known: Customer | None) -> Typed:
    if known is None:
        return Typed({})
    return Typed(
        {
            "name": known.name,
            "sort": known.sort.value,
            "note": known.note,
            "area": known.area,
            "first_agent": known.first_agent or "",
        }
    )
