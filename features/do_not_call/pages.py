"""Owns the page of the do-not-call list: who must not be rung by a campaign, and why (SEC-1)."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import Patience
from features.do_not_call import queries as do_not_call
from features.do_not_call.api import added, entry_of, read_number, taken_off
from permissions.routes import may
from phone_numbers.phone_number import phone_number
from settings import Settings
from web.asking import Asking, CurrentUser, Person, Plan
from web.current_user import Principal
from web.forms import Typed, typed
from web.pages import page
from web.shown import Formats

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ROWS = 100
LONGEST_WHY = 200


@router.get("/do-not-call")
async def show_do_not_call(
    request: Request, principal: CurrentUser, asking: Asking, after: str = "", saved: str = ""
) -> HTMLResponse:
    """The list, and the form for one more number."""
    return await _shown(request, principal, asking, Typed({}), after=after, saved=saved)


@router.post("/do-not-call")
async def add(request: Request, principal: Person, asking: Asking) -> Response:
    """Put a number on the list."""
    form = await typed(request)
    number = read_number(form.line("number", longest=40), request.app.state.settings)
    why = form.line("why", longest=LONGEST_WHY, needed="do_not_call.fault_why")
    if number is None:
        form.faults["number"] = "do_not_call.fault_number"
    elif not form.faults:
        fresh = await asking.write(added(entry_of(number, why, principal), principal))
        if fresh:
            return RedirectResponse("/do-not-call?saved=on", status_code=303)
        form.faults["number"] = "do_not_call.fault_there"
    return await _shown(request, principal, asking, form, status=422)


@router.post("/do-not-call/remove")
async def remove(request: Request, principal: Person, asking: Asking, plan: Plan) -> Response:
    """Take a number off the list."""
    form = await typed(request)
    number = phone_number(form.line("number", longest=40), plan)
    await asking.write(taken_off(number, principal))
    return RedirectResponse("/do-not-call?saved=off", status_code=303)


async def _shown(
    request: Request,
    principal: Principal,
    asking: Patience,
    form: Typed,
    *,
    after: str = "",
    saved: str = "",
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    show = Formats(settings.zone, principal.role)
    behind = after[:40] if show.numbers else ""
    rows = await asking.ask(lambda one: do_not_call.listed(one, after=behind, limit=ROWS))
    return page(
        request,
        "do_not_call.html",
        status=status,
        rows=rows,
        more=rows[-1].number if len(rows) == ROWS and show.numbers else None,
        form=form,
        saved=saved,
        longest_why=LONGEST_WHY,
        may_add=may(principal.role, "POST", "/do-not-call") and principal.account_id is not None,
        may_remove=may(principal.role, "POST", "/do-not-call/remove"),
        show=show,
    )
