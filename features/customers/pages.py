"""Page of one customer: facts, callbacks, open tickets (QUE-1, QUE-3)."""

from datetime import UTC, datetime
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from db.bounded import RequestDatabase
from features.audit.access import audit_entry, noted
from features.callbacks import queries as callbacks
from features.callbacks.pages import MINUTES
from features.calls import queries
from features.calls.pages import tone
from features.calls.queries import CallFilter
from features.campaigns import results as campaign_results
from features.campaigns.wording import asked, meant
from features.customers import actions
from features.customers import queries as customers
from features.customers.actions import CustomerInput
from features.customers.queries import Customer, CustomerSort
from features.do_not_call import queries as do_not_call
from features.tickets import queries as ticket_queries
from features.tickets.queries import TicketFilter
from permissions.may import may, reach_of
from phone_numbers.phone_number import PhoneNumber, phone_number
from settings import Settings
from web.api_models import Asking, CurrentUser, Plan, Text
from web.current_user import Principal
from web.formats import Formats, between
from web.forms import Typed, longest, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

CALLS_SHOWN = 10
TICKETS_SHOWN = 10


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
    noted(asking, audit_entry(principal, "customer.read", read.shown))
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
    try:
        given = form.read(CustomerInput, empty={"area"})
        await actions.save(asking, principal, plan, number, given)
    except Refused as refused:
        status = form.refuse(refused)
        return await _shown(
            request, read, principal, asking, form, status=status, theirs=refused.current
        )
    return RedirectResponse(f"{_address(read)}?saved=1", status_code=303)


def _address(number: PhoneNumber) -> str:
    return f"/customers/{quote(number.shown, safe='')}"


async def _shown(
    request: Request,
    number: PhoneNumber,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    status: int = 200,
    saved: bool = False,
    theirs: BaseModel | None = None,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    known = await asking.ask(lambda connection: customers.customer(connection, number.identity))
    calls, tickets = CallFilter(number=number), TicketFilter(customer_number=number)
    reach = reach_of(principal, "call.read")
    called = await asking.ask(
        lambda each: queries.calls(each, calls, reach=reach, limit=CALLS_SHOWN)
    )
    ticket_reach = reach_of(principal, "ticket.read")
    opened = await asking.ask(
        lambda each: ticket_queries.tickets(each, tickets, reach=ticket_reach, limit=TICKETS_SHOWN)
    )
    numbers = [each.number for each in opened.items]
    visits = await asking.ask(lambda each: campaign_results.of_number(each, number.identity))
    visits_of = await asking.ask(lambda each: campaign_results.of_ticket_numbers(each, numbers))
    refuses = await asking.ask(lambda each: do_not_call.why(each, number.identity))
    promised = await asking.ask(lambda connection: callbacks.open_to(connection, number.identity))
    return page(
        request,
        "customer.html",
        status=status,
        number=number.shown,
        customer=known,
        form=form if form.typed else _filled(known),
        theirs=theirs,
        seen=_seen(form, known, theirs),
        longest=longest(CustomerInput),
        calls=called.items,
        tickets=opened.items,
        callbacks=promised,
        visits=visits,
        visits_of=visits_of,
        refuses=refuses,
        asked=asked,
        meant=meant,
        opens_campaigns=may(principal, "campaign.read"),
        sorts=list(CustomerSort),
        may_write=may(principal, "customer.write"),
        sees_calls=may(principal, "call.read"),
        may_callback=principal.account_id is not None and bool(number.identity),
        callback_minutes=MINUTES,
        saved=saved,
        now=datetime.now(UTC),
        tone=tone,
        between=between,
        show=Formats(settings.zone, principal.role),
    )


def _seen(form: Typed, known: Customer | None, theirs: BaseModel | None) -> str:
    """Return upon which save the form is typed: after a conflict upon the other's."""
    if form.typed and theirs is None:
        return form.shown("seen")
    return known.updated_at.isoformat() if known else ""


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
