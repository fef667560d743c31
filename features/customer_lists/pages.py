"""Pages of lists of customers: brought, watched while they come in, corrected."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from db.bounded import Database
from features.customer_lists import actions
from features.customer_lists import queries as lists
from features.customer_lists.judging import Known
from features.customer_lists.queries import ImportState
from features.customer_lists.wording import key_of
from imports.decoding import LONG_LISTS
from settings import Settings
from web.api_models import Asking, CurrentUser, RowId, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed
from web.pages import language_of, page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

WRONG_SHOWN = 100


@router.get("/customer-imports")
async def show_imports(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """The box for a list, and those that were brought."""
    return await _bringing(request, principal, asking, Typed({}))


@router.post("/customer-imports")
async def bring(request: Request, principal: CurrentUser, asking: Asking) -> Response:
    """Take the list in that was chosen."""
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    async with request.form() as form:
        given, known = form.get("file"), form.get("known")
        name = given.filename or "" if isinstance(given, UploadFile) else ""
        content = b""
        if isinstance(given, UploadFile):
            content = await given.read(LONG_LISTS.largest + 1)
    how = Known.LEAVE if known == Known.LEAVE.value else Known.CHANGE
    try:
        brought = await actions.bring(asking, database, principal, settings, content, name, how)
    except Refused as refused:
        typed = Typed({"known": how.value})
        status = typed.refuse(refused)
        return await _bringing(request, principal, asking, typed, status=status)
    return RedirectResponse(f"/customer-imports/{brought.id}", status_code=303)


@router.get("/customer-imports/{import_id}")
async def show_import(
    request: Request, import_id: RowId, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """One list: how far it is, and what was wrong."""
    brought = found(await asking.ask(lambda one: lists.one(one, import_id)), "list")
    wrong = await asking.ask(lambda one: lists.wrong_rows(one, import_id, limit=WRONG_SHOWN))
    state = brought.state(datetime.now(UTC))
    shown = page(
        request,
        "customer_import.html",
        brought=brought,
        state=state.value,
        wrong=wrong,
        key_of=key_of,
        language_code=language_of(request).value,
        show=_show(request, principal),
    )
    if state is ImportState.RUNNING:
        shown.headers["Refresh"] = "2"
    return shown


async def _bringing(
    request: Request, principal: Principal, asking: Asking, form: Typed, *, status: int = 200
) -> HTMLResponse:
    now = datetime.now(UTC)
    latest = await asking.ask(lists.latest)
    return page(
        request,
        "customer_imports.html",
        status=status,
        form=form,
        lists=[(each, each.state(now).value) for each in latest],
        known=list(Known),
        most=LONG_LISTS,
        show=_show(request, principal),
    )


def _show(request: Request, principal: Principal) -> Formats:
    settings: Settings = request.app.state.settings
    return Formats(settings.zone, principal.role)
