"""Owns the page of promised calls back (CBK-1): what is late, what waits, what was kept."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import Patience
from features.callbacks import due as call_backs
from features.callbacks import queries as promises
from features.callbacks.lifecycle import (
    ON_THE_PHONE,
    CallNow,
    Event,
    PromiseKind,
    PromiseState,
    Settled,
)
from permissions.routes import allowed
from settings import Settings
from web.asking import Asking, Known, Person, RowId
from web.current_user import Holder
from web.forms import Typed, typed
from web.pages import page
from web.shown import Shown

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

MINUTES = (30, 120, 1440)
LONGEST_NOTE = 300
TAGS: Mapping[PromiseState, str] = {
    PromiseState.OPEN: "",
    PromiseState.RINGING: "busy",
    PromiseState.TAKEN: "busy",
    PromiseState.DIALLING: "busy",
    PromiseState.TALKING: "busy",
    PromiseState.KEPT: "good",
    PromiseState.FAILED: "bad",
    PromiseState.UNKNOWN: "bad",
    PromiseState.CANCELLED: "quiet",
}

_WHOLE = re.compile(r"^\+?[0-9*#]{2,20}$")


@router.get("/promises")
async def show_promises(
    request: Request, holder: Known, asking: Asking, saved: str = ""
) -> HTMLResponse:
    """What was promised: late ones first, then what waits, then what is over."""
    return await _shown(request, holder, asking, Typed({}), saved=saved)


@router.post("/promises")
async def promise_call(request: Request, holder: Person, asking: Asking) -> Response:
    """Promise a call back to a number."""
    form = await typed(request)
    number = re.sub(r"[\s().-]", "", form.line("number", longest=40, needed="promise.fault_number"))
    minutes = form.choice("minutes", [str(each) for each in MINUTES], "promise.fault_minutes")
    note = form.text("note", longest=LONGEST_NOTE)
    if number and not _WHOLE.match(number):
        form.faults["number"] = "promise.fault_number"
    if form.faults:
        return await _shown(request, holder, asking, form, status=422)
    now = datetime.now(UTC)

    async def made(connection: AsyncConnection) -> None:
        await promises.once(
            connection,
            number=number,
            kind=PromiseKind.AGENT,
            due_at=now + timedelta(minutes=int(minutes)),
            call_id=None,
            ticket_id=None,
            account_id=holder.account_id,
            note=note,
            now=now,
        )

    await asking.write(made)
    return RedirectResponse("/promises?saved=made", status_code=303)


@router.post("/promises/{promise_id}/call")
async def call_customer(promise_id: RowId, _holder: Person, asking: Asking) -> Response:
    """Have the customer called as soon as an agent is free."""
    return await _said(asking, promise_id, CallNow(), "call")


@router.post("/promises/{promise_id}/kept")
async def say_kept(promise_id: RowId, _holder: Person, asking: Asking) -> Response:
    """Say that the customer has been called."""
    return await _said(asking, promise_id, Settled(kept=True), "kept")


@router.post("/promises/{promise_id}/cancel")
async def cancel_promise(promise_id: RowId, _holder: Person, asking: Asking) -> Response:
    """Say that the call is not needed any more."""
    return await _said(asking, promise_id, Settled(kept=False), "cancel")


async def _said(asking: Patience, promise_id: int, event: Event, what: str) -> Response:
    now = datetime.now(UTC)
    done = await asking.write(
        lambda connection: call_backs.apply(connection, promise_id, event, now)
    )
    saved = what if done is not None else "late"
    return RedirectResponse(f"/promises?saved={saved}", status_code=303)


async def _shown(
    request: Request,
    holder: Holder,
    asking: Patience,
    form: Typed,
    *,
    status: int = 200,
    saved: str = "",
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    now = datetime.now(UTC)
    waiting = await asking.ask(promises.waiting)
    over = await asking.ask(promises.over)
    loud = [each for each in waiting if each.shouts(now)]
    return page(
        request,
        "promises.html",
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
        talking=PromiseState.TALKING,
        sees_calls=_sees_calls(holder),
        show=Shown(settings.zone, holder.role),
        now=now,
    )


def _sees_calls(holder: Holder) -> bool:
    rule = allowed("GET", "/calls/{call_id}")
    return isinstance(rule, frozenset) and holder.role in rule


_SAVED = frozenset({"made", "call", "kept", "cancel", "late"})
