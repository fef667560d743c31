"""Page of legal holds: what is kept whatever its time, with the forms to put and to lift one."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from db.paging import UnknownCursorError
from features.legal_holds import actions, queries
from features.legal_holds.actions import HoldInput, LiftInput
from features.legal_holds.lifecycle import Thing
from permissions.may import may
from settings import Settings
from web.api_models import Asking, CurrentUser, Person, RowId
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import language_of, page
from web.problems import Refused
from web.words import said

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 50


@router.get("/legal-holds")
async def show_legal_holds(
    request: Request,
    principal: CurrentUser,
    asking: Asking,
    cursor: str = "",
    saved: str = "",
    thing: str = "",
    subject: str = "",
) -> HTMLResponse:
    """Holds, the newest first; `thing` and `subject` fill the form."""
    form = Typed({"thing": thing[:8], "subject": subject[:40]})
    return await _shown(request, principal, asking, form, cursor=cursor, saved=saved)


@router.post("/legal-holds")
async def put(request: Request, principal: Person, asking: Asking) -> Response:
    """Put a hold."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    until = form.day("until", datetime.now(settings.zone).date())
    form.typed["until"] = f"{until}" if until else form.typed.get("until", "")
    try:
        await actions.put(asking, principal, settings, form.read(HoldInput))
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse("/legal-holds?saved=put", status_code=303)


@router.post("/legal-holds/{hold_id}/lift")
async def lift(request: Request, hold_id: RowId, principal: Person, asking: Asking) -> Response:
    """Lift a hold; why it cannot be is said above the list."""
    form = await typed(request)
    try:
        await actions.lift(asking, principal, hold_id, form.read(LiftInput))
    except Refused as refused:
        status = form.refuse(refused)
        return await _shown(request, principal, asking, Typed({}), status=status, lifting=form)
    return RedirectResponse("/legal-holds?saved=lifted", status_code=303)


def _last_day(ends_at: datetime, *, zone: ZoneInfo) -> date:
    return (ends_at - timedelta(seconds=1)).astimezone(zone).date()


async def _shown(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    cursor: str = "",
    saved: str = "",
    status: int = 200,
    lifting: Typed | None = None,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    try:
        rows = await asking.ask(lambda one: queries.holds(one, limit=ROWS, cursor=cursor or None))
    except UnknownCursorError:
        rows, cursor = await asking.ask(lambda one: queries.holds(one, limit=ROWS)), ""
    t = said(language_of(request))
    return page(
        request,
        "legal_holds.html",
        status=status,
        form=form,
        rows=rows.items,
        next=rows.next,
        cursor=cursor,
        saved=saved,
        lifting=lifting,
        now=datetime.now(UTC),
        last_day=partial(_last_day, zone=settings.zone),
        things=[(each.value, t(f"legal_hold.thing_{each}")) for each in Thing],
        longest=longest(HoldInput),
        may_put=may(principal, "legal_hold.put") and principal.account_id is not None,
        may_lift=may(principal, "legal_hold.lift") and principal.account_id is not None,
        show=Formats(settings.zone, principal.role),
    )
