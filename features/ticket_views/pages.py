"""Pages of views of the ticket list: kept from the list's head, put in order, shared, deleted."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from features.ticket_views import actions, choosing, queries
from features.ticket_views.actions import VERBS, NewView, OrderInput, ViewSave, viewer
from features.ticket_views.rules import LONGEST_NAME, UNDONE_WITHIN, Shared
from permissions.may import may
from settings import Settings
from web.api_models import Asking, Person, RowId
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
LONGEST_QUERY = 2000


@router.get("/ticket-views")
async def show_views(
    request: Request, principal: Person, asking: Asking, removed: int = 0
) -> HTMLResponse:
    """All views that one sees; `removed` is the one that was deleted just now."""
    return await _shown(request, principal, asking, Typed({}), removed=removed)


@router.post("/ticket-views")
async def add_view(request: Request, principal: Person, asking: Asking) -> Response:
    """Keep the list as it is shown as a view."""
    form = await typed(request)
    try:
        kept = await actions.add(asking, principal, form.read(NewView, **_said(form)))
    except Refused as refused:
        status = form.refuse(refused)
        return await _shown(request, principal, asking, form, status=status)
    return RedirectResponse(f"/tickets?view={kept.id}", status_code=303)


@router.post("/ticket-views/order")
async def order_views(request: Request, principal: Person, asking: Asking) -> Response:
    """Move a view up or down, or have the list begin with it."""
    form = await typed(request)
    try:
        given = form.read(OrderInput, ids=None)
        await actions.put_order(asking, principal, given)
    except Refused as refused:
        status = form.refuse(refused)
        return await _shown(request, principal, asking, form, status=status)
    return RedirectResponse("/ticket-views", status_code=303)


@router.post("/ticket-views/{view_id}")
async def save_view(
    request: Request, view_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Rename a view, share it, or have it show what the list shows now."""
    form = await typed(request)
    said = _said(form) if form.shown("query") else {"filters": None, "columns": None}
    try:
        given = form.read(ViewSave, empty=form.typed.keys() & {"name"}, **said)
        await actions.save(asking, principal, view_id, given)
    except Refused as refused:
        status = form.refuse(refused)
        return await _shown(request, principal, asking, form, status=status, tried=view_id)
    onward = f"/tickets?view={view_id}" if form.shown("query") else "/ticket-views"
    return RedirectResponse(onward, status_code=303)


@router.post("/ticket-views/{view_id}/remove")
async def remove_view(view_id: RowId, principal: Person, asking: Asking) -> Response:
    """Delete a view; the next page offers to put it back."""
    await actions.remove(asking, principal, view_id)
    asked = urlencode({"removed": view_id})
    return RedirectResponse(f"/ticket-views?{asked}", status_code=303)


@router.post("/ticket-views/{view_id}/restore")
async def restore_view(
    request: Request, view_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Put a deleted view back."""
    form = Typed({})
    try:
        await actions.restore(asking, principal, view_id)
    except Refused as refused:
        status = form.refuse(refused)
        return await _shown(request, principal, asking, form, status=status)
    return RedirectResponse("/ticket-views", status_code=303)


def _said(form: Typed) -> dict[str, Any]:
    """Return what the list showed, as its address said it in the field `query`."""
    filters, columns = choosing.read(form.shown("query")[:LONGEST_QUERY])
    return {
        "filters": {name: text for name, text in filters.items() if text},
        "columns": [each.value for each in columns],
    }


def sharing(principal: Principal) -> list[Shared]:
    """Return with whom somebody may share a view."""
    who = viewer(principal)
    return [
        each for each in Shared if may(principal, VERBS[each]) and who.shares_as(each) is not None
    ]


async def _shown(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    status: int = 200,
    removed: int = 0,
    tried: int = 0,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    account = principal.account_id or 0
    since = datetime.now(UTC) - UNDONE_WITHIN
    views = await asking.ask(lambda one: queries.seen(one, viewer(principal)))
    choice = await asking.ask(lambda one: queries.choice(one, account))
    gone = await asking.ask(lambda one: queries.deleted(one, account, since))
    return page(
        request,
        "ticket_views.html",
        status=status,
        views=views,
        first=choice.first,
        gone=gone,
        removed=next((one for one in gone if one.id == removed), None),
        form=form,
        tried=tried,
        blank=Typed({}),
        sharing=sharing(principal),
        longest=LONGEST_NAME,
        show=Formats(settings.zone, principal.role),
    )
