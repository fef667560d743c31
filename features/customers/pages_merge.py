"""Pages on which two customers who are one are made one, and apart again (SEC-1)."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit.access import audit_entry, noted
from features.customers import actions_merge, merges
from features.customers import queries as customers
from features.customers.actions_merge import Preview
from features.customers.inputs import MergeInput
from features.customers.merging import UNDONE_WITHIN
from features.customers.pages import address, shown
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan
from settings import Settings
from web.api_models import Asking, CurrentUser, Plan, RowId, Text, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/customer-duplicates")
async def show_duplicates(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """Customers who may be one, offered and not forced."""
    groups = await asking.ask(customers.duplicates)
    return page(
        request,
        "customer_duplicates.html",
        alike=groups,
        address=address,
        show=_show(request, principal),
    )


@router.get("/customers/{number}/merge")
async def show_merge(
    request: Request, number: Text, other: RowId, principal: CurrentUser, asking: Asking, plan: Plan
) -> HTMLResponse:
    """What a merge would make of two; nothing is changed."""
    two = await asking.ask(lambda one: actions_merge.preview(one, plan, number, other))
    for each in (two.kept, two.gone):
        noted(asking, audit_entry(principal, "customer.read", each.number))
    return _preview(request, principal, two, Typed({}))


@router.post("/customers/{number}/merge")
async def merge(
    request: Request, number: Text, principal: CurrentUser, asking: Asking, plan: Plan
) -> Response:
    """Make one customer of two."""
    form = await typed(request)
    try:
        given = form.read(MergeInput)
        await actions_merge.merge(asking, principal, plan, number, given)
    except Refused as refused:
        status = form.refuse(refused)
        two = await _two(asking, plan, number, form, refused.current)
        return _preview(request, principal, two, form, status=status)
    return RedirectResponse(f"{address(number)}?saved=merged", status_code=303)


@router.post("/customer-merges/{merge_id}/undo")
async def undo(
    request: Request, merge_id: RowId, principal: CurrentUser, asking: Asking, plan: Plan
) -> Response:
    """Make two customers of one again."""
    try:
        merge = await actions_merge.undo(asking, principal, merge_id)
    except Refused as refused:
        form = Typed({})
        status = form.refuse(refused)
        number = await asking.ask(lambda one: _number_of(one, merge_id))
        read = phone_number(number, plan)
        return await shown(request, read, principal, asking, form, status=status)
    return RedirectResponse(f"{address(merge.gone.number)}?saved=undone", status_code=303)


async def _number_of(connection: AsyncConnection, merge_id: int) -> str:
    merge = found(await merges.one(connection, merge_id), "merge")
    return merge.kept.number


async def _two(
    asking: RequestDatabase, plan: NumberPlan, number: str, form: Typed, _now: BaseModel | None
) -> Preview:
    other = form.shown("other")
    if not other.isdecimal() or len(other) > 15:
        raise Refused(422, "Say which customer is the same.")
    return await asking.ask(lambda one: actions_merge.preview(one, plan, number, int(other)))


def _preview(
    request: Request, principal: Principal, two: Preview, form: Typed, *, status: int = 200
) -> HTMLResponse:
    return page(
        request,
        "customer_merge.html",
        status=status,
        two=two,
        form=form,
        days=UNDONE_WITHIN.days,
        address=address,
        show=_show(request, principal),
    )


def _show(request: Request, principal: Principal) -> Formats:
    settings: Settings = request.app.state.settings
    return Formats(settings.zone, principal.role)
