"""Page of the do-not-call list: whom no campaign may ring, and why (SEC-1)."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from callflow.text import clean
from db.bounded import RequestDatabase
from features.do_not_call import actions
from features.do_not_call import queries as do_not_call
from features.do_not_call.actions import WhyInput, read_number
from permissions.may import may
from settings import Settings
from web.api_models import Asking, CurrentUser, Person, Plan
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.list_place import FIRST, ListPlace, Place
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 100


@router.get("/do-not-call")
async def show_do_not_call(
    request: Request, principal: CurrentUser, asking: Asking, place: Place
) -> HTMLResponse:
    """The list, and the form for one more number."""
    return await _shown(request, principal, asking, Typed({}), place)


@router.post("/do-not-call")
async def add(request: Request, principal: Person, asking: Asking) -> Response:
    """Put a number on the list."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    number = form.line("number", longest=40)
    if read_number(number, settings) is None:
        form.faults["number"] = "do_not_call.fault_number"
    try:
        await actions.add(asking, principal, settings, number, form.read(WhyInput))
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse("/do-not-call?saved=on", status_code=303)


@router.post("/do-not-call/remove")
async def remove(request: Request, principal: Person, asking: Asking, plan: Plan) -> Response:
    """Take a number off the list."""
    form = await typed(request)
    number = form.line("number", longest=40)
    try:
        await actions.remove(asking, principal, plan, number)
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse("/do-not-call?saved=off", status_code=303)


async def _shown(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    place: ListPlace = FIRST,
    *,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    show = Formats(settings.zone, principal.role)
    behind = clean(place.after, 40) if show.numbers else ""
    rows = await asking.ask(lambda one: do_not_call.listed(one, after=behind, limit=ROWS))
    return page(
        request,
        "do_not_call.html",
        status=status,
        rows=rows,
        more=rows[-1].number if len(rows) == ROWS and show.numbers else None,
        form=form,
        saved=place.saved,
        longest_why=longest(WhyInput)["why"],
        may_add=may(principal, "do_not_call.add") and principal.account_id is not None,
        may_remove=may(principal, "do_not_call.remove"),
        show=show,
    )
