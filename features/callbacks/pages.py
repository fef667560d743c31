"""Owns the page of promised calls back (CBK-1): what is late, what waits, what was kept."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import Patience
from features.callbacks import due as call_backs
from features.callbacks import queries as callbacks
from features.callbacks.lifecycle import (
    ON_THE_PHONE,
    CallbackKind,
    CallbackState,
    CallNow,
    Event,
    Settled,
)
from permissions.routes import allowed
from phone_numbers.phone_number import phone_number
from settings import Settings
from web.asking import Asking, CurrentUser, Person, Plan, RowId
from web.current_user import Principal
from web.forms import Typed, typed
from web.pages import page
from web.shown import Formats

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

MINUTES = (30, 120, 1440)
LONGEST_NOTE = 300
TAGS: Mapping[CallbackState, str] = {
    CallbackState.OPEN: "",
    CallbackState.RINGING: "busy",
    CallbackState.TAKEN: "busy",
    CallbackState.DIALLING: "busy",
    CallbackState.TALKING: "busy",
    CallbackState.KEPT: "good",
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
async def callback_call(
    request: Request, principal: Person, asking: Asking, plan: Plan
) -> Response:
    """Callback a call back to a number."""
    form = await typed(request)
    sent = form.line("number", longest=40, needed="callback.fault_number")
    number = phone_number(sent, plan)
    minutes = form.choice("minutes", [str(each) for each in MINUTES], "callback.fault_minutes")
    note = form.text("note", longest=LONGEST_NOTE)
    if sent and not number.identity:
        form.faults["number"] = "callback.fault_number"
    if form.faults:
        return await _shown(request, principal, asking, form, status=422)
    now = datetime.now(UTC)

    async def made(connection: AsyncConnection) -> None:
        await callbacks.once(
            connection,
            number=number.shown,
            identity=number.identity,
            kind=CallbackKind.AGENT,
            due_at=now + timedelta(minutes=int(minutes)),
            call_id=None,
            ticket_id=None,
            account_id=principal.account_id,
            note=note,
            now=now,
        )

    await asking.write(made)
    return RedirectResponse("/callbacks?saved=made", status_code=303)


@router.post("/callbacks/{callback_id}/call")
async def call_customer(callback_id: RowId, _principal: Person, asking: Asking) -> Response:
    """Have the customer called as soon as an agent is free."""
    return await _said(asking, callback_id, CallNow(), "call")


@router.post("/callbacks/{callback_id}/kept")
async def say_kept(callback_id: RowId, _principal: Person, asking: Asking) -> Response:
    """Say that the customer has been called."""
    return await _said(asking, callback_id, Settled(kept=True), "kept")


@router.post("/callbacks/{callback_id}/cancel")
async def cancel_callback(callback_id: RowId, _principal: Person, asking: Asking) -> Response:
    """Say that the call is not needed any more."""
    return await _said(asking, callback_id, Settled(kept=False), "cancel")


async def _said(asking: Patience, callback_id: int, event: Event, what: str) -> Response:
    now = datetime.now(UTC)
    done = await asking.write(
        lambda connection: call_backs.apply(connection, callback_id, event, now)
    )
    saved = what if done is not None else "late"
    return RedirectResponse(f"/callbacks?saved={saved}", status_code=303)


async def _shown(
    request: Request,
    principal: Principal,
    asking: Patience,
    form: Typed,
    *,
    status: int = 200,
    saved: str = "",
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    now = datetime.now(UTC)
    waiting = await asking.ask(callbacks.waiting)
    over = await asking.ask(callbacks.over)
    loud = [each for each in waiting if each.shouts(now)]
    return page(
        request,
        "callbacks.html",
        status=status,
        loud=len(loud),
        waiting=[*loud, *(each for each in waiting if not each.shouts(now))],
        over=over,
        form=form,
        saved=saved if saved in _SAVED else "",
        tags=TAGS,
        minutes=MINUTES,
        longest=LONGEST_NOTE,
        on_the_phone=ON_THE_PHONE,
        talking=CallbackState.TALKING,
        sees_calls=_sees_calls(principal),
        show=Formats(settings.zone, principal.role),
        now=now,
    )


def _sees_calls(principal: Principal) -> bool:
    rule = allowed("GET", "/calls/{call_id}")
    return isinstance(rule, frozenset) and principal.role in rule


_SAVED = frozenset({"made", "call", "kept", "cancel", "late"})
