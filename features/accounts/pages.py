"""The page of the accounts, for administrators (SEC-3): everybody, team by team."""

import re
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from callflow.text import clean
from db.bounded import RequestDatabase
from features.accounts import actions
from features.accounts import queries as accounts
from features.accounts.actions import NUMBER, AccountChange, AccountInput
from features.accounts.api import Number, hashing_of
from features.accounts.queries import Account
from permissions.roles import Role
from settings import Settings
from web.api_models import Asking, CurrentUser
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.live import floor_of
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

DONE: Final = frozenset({"disable", "enable", "end", "role"})


@router.get("/accounts")
async def show_accounts(
    request: Request, principal: CurrentUser, asking: Asking, done: str = "", number: str = ""
) -> HTMLResponse:
    """Everybody, by number, and the form of a new account."""
    known = done in DONE and re.fullmatch(NUMBER, number)
    return await _shown(
        request, principal, asking, Typed({}), done=(done, number) if known else None
    )


@router.post("/accounts")
async def add_account(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """Make an account; its one-time password is shown this once."""
    form = await typed(request)
    try:
        wanted = form.read(AccountInput)
        given = await actions.add(asking, hashing_of(request), principal, wanted)
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return await _shown(request, principal, asking, Typed({}), given=given, status=201)


@router.post("/accounts/{number}/reset")
async def reset(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """Give somebody a one-time password, shown this once."""
    form, floor, hashing = Typed({}), floor_of(request), hashing_of(request)
    try:
        given = await actions.reset(asking, floor, hashing, principal, number)
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return await _shown(request, principal, asking, form, given=given)


@router.post("/accounts/{number}/disable")
async def disable(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> Response:
    """Let somebody in no more."""
    off = AccountChange(disabled=True)
    change = actions.change(asking, floor_of(request), principal, number, off)
    return await _answered(request, principal, asking, change, f"disable&number={number}")


@router.post("/accounts/{number}/enable")
async def enable(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> Response:
    """Let somebody in again."""
    on = AccountChange(disabled=False)
    change = actions.change(asking, floor_of(request), principal, number, on)
    return await _answered(request, principal, asking, change, f"enable&number={number}")


@router.post("/accounts/{number}/role")
async def change_role(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> Response:
    """Give somebody another role, department or team."""
    form = await typed(request)
    try:
        wanted = form.read(AccountChange, empty=("department", "team"))
    except Refused as refused:
        again = Typed({}, form.faults)
        return await _shown(request, principal, asking, again, status=refused.status_code)
    change = actions.change(asking, floor_of(request), principal, number, wanted)
    return await _answered(request, principal, asking, change, f"role&number={number}")


@router.post("/accounts/{number}/end")
async def end_sessions(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> Response:
    """End every session of somebody."""
    change = actions.end_sessions(asking, floor_of(request), principal, number)
    return await _answered(request, principal, asking, change, f"end&number={number}")


async def _answered(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    change: Awaitable[object],
    done: str,
) -> Response:
    form = Typed({})
    try:
        await change
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(f"/accounts?done={done}", status_code=303)


async def _shown(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    given: tuple[Account, str] | None = None,
    done: tuple[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    held = await asking.ask(accounts.accounts)
    return page(
        request,
        "accounts.html",
        status=status,
        people=sorted(held, key=lambda one: (not one.team, one.team)),
        teams=sorted({one.team for one in held if one.team}),
        form=form,
        given=given,
        done=done,
        roles=list(Role),
        me=principal.number,
        now=datetime.now(UTC),
        clean=clean,
        show=Formats(settings.zone, principal.role),
    )
