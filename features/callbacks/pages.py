"""Page of callbacks (CBK-1): overdue, waiting, completed."""

from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from features.callbacks import actions
from features.callbacks import queries as callbacks
from features.callbacks.actions import LONGEST_NOTE, CallbackInput, CallbackSettlement
from features.callbacks.lifecycle import ON_THE_PHONE, CallbackState
from features.calls.opening import openable
from settings import Settings
from web.api_models import Asking, CurrentUser, Person, RowId
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

MINUTES = (30, 120, 1440)
TAGS: Mapping[CallbackState, str] = {
    CallbackState.OPEN: "",
    CallbackState.RINGING: "busy",
    CallbackState.TAKEN: "busy",
    CallbackState.DIALLING: "busy",
    CallbackState.TALKING: "busy",
    CallbackState.COMPLETED: "good",
    CallbackState.FAILED: "bad",
    CallbackState.UNKNOWN: "bad",
    CallbackState.CANCELLED: "quiet",
}


@router.get("/callbacks")
async def show_callbacks(
    request: Request, principal: CurrentUser, asking: Asking, saved: str = ""
) -> HTMLResponse:
    """What was promised: late ones first, then what waits, then what is over."""
    return await _shown(request, principal, asking, Typed({}), saved=saved)


@router.post("/callbacks")
async def make_callback(request: Request, principal: Person, asking: Asking) -> Response:
    """Promise a call back to a number."""
    form = await typed(request)
    try:
        await actions.make(asking, principal, request.app.state.settings, form.read(CallbackInput))
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse("/callbacks?saved=made", status_code=303)


@router.post("/callbacks/{callback_id}/call")
async def call_customer(
    request: Request, callback_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Have the customer called as soon as an agent is free."""
    change = actions.call_now(asking, principal, callback_id)
    return await _answered(request, principal, asking, change, "call")


@router.post("/callbacks/{callback_id}/completed")
async def say_completed(
    request: Request, callback_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Say that the customer has been called."""
    completed = CallbackSettlement(state=CallbackState.COMPLETED)
    change = actions.settle(asking, principal, callback_id, completed)
    return await _answered(request, principal, asking, change, "completed")


@router.post("/callbacks/{callback_id}/cancel")
async def cancel_callback(
    request: Request, callback_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Say that the call is not needed any more."""
    cancelled = CallbackSettlement(state=CallbackState.CANCELLED)
    change = actions.settle(asking, principal, callback_id, cancelled)
    return await _answered(request, principal, asking, change, "cancel")


async def _answered(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    change: Awaitable[object],
    saved: str,
) -> Response:
    form = Typed({})
    try:
        await change
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(f"/callbacks?saved={saved}", status_code=303)


async def _shown(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    status: int = 200,
    saved: str = "",
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    now = datetime.now(UTC)
    waiting = await asking.ask(callbacks.waiting)
    over = await asking.ask(callbacks.over)
    of_calls = [each.call_id for each in (*waiting, *over)]
    opens = await asking.ask(lambda one: openable(one, principal, of_calls))
    loud = [each for each in waiting if each.raises_alarm(now)]
    return page(
        request,
        "callbacks.html",
        status=status,
        loud=len(loud),
        waiting=[*loud, *(each for each in waiting if not each.raises_alarm(now))],
        over=over,
        form=form,
        saved=saved if saved in _SAVED else "",
        tags=TAGS,
        minutes=MINUTES,
        longest=LONGEST_NOTE,
        on_the_phone=ON_THE_PHONE,
        talking=CallbackState.TALKING,
        opens=opens,
        show=Formats(settings.zone, principal.role),
        now=now,
    )


_SAVED = frozenset({"made", "call", "completed", "cancel"})
