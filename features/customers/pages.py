"""Pages of customers: who is known, one customer with calls, tickets, callbacks (QUE-1, QUE-3)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.text import clean
from db.bounded import RequestDatabase
from db.paging import UnknownCursorError
from features.audit.access import audit_entry, noted
from features.callbacks import queries as callbacks
from features.callbacks.pages import MINUTES
from features.calls import queries
from features.calls.pages import tone
from features.calls.queries import CallFilter
from features.campaigns import results as campaign_results
from features.campaigns.wording import asked, meant
from features.customers import actions, merges
from features.customers import form as forms
from features.customers import queries as customers
from features.customers.inputs import CustomerInput
from features.customers.known import SAID, Customer, from_plain, said
from features.customers.queries import CustomerFilter, CustomerSort
from features.do_not_call import queries as do_not_call
from features.tickets import queries as ticket_queries
from features.tickets.queries import TicketFilter
from permissions.may import may, reach_of
from phone_numbers.phone_number import PhoneNumber, phone_number
from settings import Settings
from web.api_models import Asking, CurrentUser, Plan, Text, found
from web.current_user import Principal
from web.formats import Formats, between
from web.forms import Typed, longest, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

CALLS_SHOWN = 10
TICKETS_SHOWN = 10
ROWS = 50
LONGEST_QUESTION = 80


@router.get("/customers")
async def list_customers(
    request: Request,
    principal: CurrentUser,
    asking: Asking,
    plan: Plan,
    number: str = "",
    q: str = "",
    sort: str = "",
    cursor: str = "",
) -> Response:
    """A box for numbers, names and words; those who were found. A whole number: its own page."""
    read = phone_number(number, plan)
    if read.identity:
        return RedirectResponse(address(read.shown), status_code=303)
    faults = {"q": "customer.fault_number"} if number else {}
    words = clean(q or number, LONGEST_QUESTION)
    whole = phone_number(words, plan)
    known = await asking.ask(lambda one: customers.customer(one, whole.identity))
    if known is not None and not sort:
        return RedirectResponse(address(whole.shown), status_code=303)
    wanted = CustomerFilter(words=words, sort=_sort(sort))
    try:
        listed = await asking.ask(
            lambda one: customers.listed(one, wanted, limit=ROWS, cursor=cursor or None)
        )
    except UnknownCursorError:
        return RedirectResponse("/customers", status_code=303)
    again = {"q": words, "sort": sort}
    return page(
        request,
        "customers.html",
        status=422 if faults else 200,
        form=Typed({"q": words, "sort": sort}, faults),
        customers=listed.items,
        sorts=list(CustomerSort),
        first=f"/customers?{urlencode(again)}" if cursor else "",
        next=f"/customers?{urlencode(again | {'cursor': listed.next})}" if listed.next else "",
        unknown=whole.shown if whole.identity and len(whole.identity) > 6 else "",
        address=address,
        may_merge=may(principal, "customer.merge"),
        may_import=may(principal, "customer.import"),
        may_write=may(principal, "customer.write"),
        show=_show(request, principal),
    )


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
    return await shown(request, read, principal, asking, Typed({}), saved=saved)


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
        kept = await actions.save(asking, principal, plan, number, forms.given(form))
    except Refused as refused:
        status = form.refuse(refused)
        return await shown(
            request, read, principal, asking, form, status=status, theirs=refused.current
        )
    return RedirectResponse(f"{address(kept.number)}?saved=1", status_code=303)


@router.get("/customers/{number}/history")
async def show_history(
    request: Request, number: Text, principal: CurrentUser, asking: Asking, plan: Plan
) -> HTMLResponse:
    """Who changed what, when."""
    read = phone_number(number, plan)
    noted(asking, audit_entry(principal, "customer.read", read.shown))
    known = await asking.ask(lambda one: customers.customer(one, read.identity))
    now = found(known, "customer")
    before = await asking.ask(lambda one: customers.versions(one, now.id))
    every = [now, *map(from_plain, before)]
    return page(
        request,
        "customer_history.html",
        customer=now,
        address=address(now.number),
        versions=[
            (each, _changed(each, every[place + 1] if place + 1 < len(every) else None))
            for place, each in enumerate(every)
        ],
        show=_show(request, principal),
    )


def address(number: str) -> str:
    """Return the page of a number."""
    return f"/customers/{quote(number, safe='')}"


def _changed(after: Customer, before: Customer | None) -> Sequence[tuple[str, str, str]]:
    """Return each field that a save changed, as it was and as it became."""
    new, old = said(after), said(before) if before else {}
    return [
        (name, _told(old.get(name)), _told(new[name]))
        for name in SAID
        if _told(new[name]) != _told(old.get(name))
    ]


def _told(value: object) -> str:
    """Return a field as one text; parts in lines."""
    if isinstance(value, tuple):
        lines = (
            " · ".join(
                text
                for name in each.__slots__
                if name != "identity" and (text := getattr(each, name))
            )
            for each in value
        )
        return "\n".join(lines)
    return "" if value is None else str(value)


def _sort(given: str) -> CustomerSort | None:
    return CustomerSort(given) if given in set(CustomerSort) else None


def _show(request: Request, principal: Principal) -> Formats:
    settings: Settings = request.app.state.settings
    return Formats(settings.zone, principal.role)


async def _beside(
    connection: AsyncConnection, number: PhoneNumber, principal: Principal
) -> Mapping[str, object]:
    """Return what hangs on a customer, by whichever of the customer's numbers."""
    known = await customers.customer(connection, number.identity)
    identities = known.identities if known else tuple(filter(None, (number.identity,)))
    calls = CallFilter(identities=identities) if identities else CallFilter(number=number)
    tickets = TicketFilter(customer_identities=identities)
    if not identities:
        tickets = TicketFilter(customer_number=number)
    called = await queries.calls(
        connection, calls, reach=reach_of(principal, "call.read"), limit=CALLS_SHOWN
    )
    opened = await ticket_queries.tickets(
        connection, tickets, reach=reach_of(principal, "ticket.read"), limit=TICKETS_SHOWN
    )
    visits = [
        visit
        for each in identities or ("",)
        for visit in await campaign_results.of_number(connection, each)
    ]
    may_merge = may(principal, "customer.merge")
    return {
        "customer": known,
        "calls": called.items,
        "tickets": opened.items,
        "visits": visits,
        "visits_of": await campaign_results.of_ticket_numbers(
            connection, [each.number for each in opened.items]
        ),
        "refuses": await do_not_call.why(connection, number.identity),
        "callbacks": await callbacks.open_to(connection, identities),
        "alike": await customers.alike(connection, known) if known and may_merge else (),
        "merged": await merges.of_customer(connection, known.id) if known and may_merge else (),
    }


async def shown(
    request: Request,
    number: PhoneNumber,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    status: int = 200,
    saved: str = "",
    theirs: BaseModel | None = None,
) -> HTMLResponse:
    """Return the page of one customer."""
    beside = await asking.ask(lambda one: _beside(one, number, principal))
    known = beside["customer"]
    assert known is None or isinstance(known, Customer)
    filled = form if form.typed else forms.filled(known)
    if not form.typed:
        filled.faults |= form.faults
    return page(
        request,
        "customer.html",
        status=status,
        number=number.shown,
        form=filled,
        theirs=theirs,
        seen=_seen(form, known, theirs),
        longest=longest(CustomerInput),
        columns=forms.COLUMNS,
        rows_of=lambda kind: forms.rows_shown(filled, kind),
        **beside,
        asked=asked,
        meant=meant,
        opens_campaigns=may(principal, "campaign.read"),
        sorts=list(CustomerSort),
        may_write=may(principal, "customer.write"),
        sees_calls=may(principal, "call.read"),
        may_callback=principal.account_id is not None and bool(number.identity),
        callback_minutes=MINUTES,
        saved=saved,
        address=address,
        now=datetime.now(UTC),
        tone=tone,
        between=between,
        show=_show(request, principal),
    )


def _seen(form: Typed, known: Customer | None, theirs: BaseModel | None) -> str:
    """Return upon which save the form is typed: after a conflict upon the other's."""
    if form.typed and theirs is None:
        return form.shown("seen")
    return known.updated_at.isoformat() if known else ""
