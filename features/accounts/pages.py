"""Page of accounts, for administrators (SEC-3)."""

import re
from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from callflow.text import clean
from db.bounded import RequestDatabase
from features.accounts import api as acts
from features.accounts import queries as accounts
from features.accounts.api import NUMBER, AccountChange, GivenPassword, NewAccount, Number
from permissions.roles import Role
from settings import Settings
from web.api_models import Asking, CurrentUser
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

LONGEST_NAME = 40
LANGUAGES = ("zh", "en")
DONE: Final = frozenset({"disable", "enable", "end", "role"})
LONGEST_DEPARTMENT = 80
FAULT_OF_STATUS: Final = {404: "accounts.fault_none", 409: "accounts.fault_taken"}


@router.get("/accounts")
async def show_accounts(
    request: Request, principal: CurrentUser, asking: Asking, done: str = "", number: str = ""
) -> HTMLResponse:
    """Everybody, by number, and the form of a new account."""
    known = done in DONE and re.fullmatch(NUMBER, number)
    return await _shown(request, principal, asking, done=(done, number) if known else None)


@router.post("/accounts")
async def add_account(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """Make an account; its one-time password is shown this once."""
    form = await typed(request)
    number = form.line("number", longest=6)
    if not re.fullmatch(NUMBER, number):
        form.faults["number"] = "accounts.fault_number"
    name = form.line("name", longest=LONGEST_NAME, needed="accounts.fault_name")
    role = form.choice("role", [each.value for each in Role], "accounts.fault_role")
    language = form.choice("language", LANGUAGES, "accounts.fault_role")
    department = form.line("department", longest=LONGEST_DEPARTMENT)
    if form.faults:
        return await _shown(request, principal, asking, form=form, status=422)
    wanted = NewAccount(
        number=number, name=name, role=Role(role), department=department, language=language
    )
    try:
        given = await acts.add_account(request, wanted, principal, asking)
    except Refused as refused:
        form.faults["number"] = _fault(refused)
        return await _shown(request, principal, asking, form=form, status=refused.status_code)
    return await _shown(request, principal, asking, given=given, status=201)


@router.post("/accounts/{number}/reset")
async def reset(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """Give somebody a one-time password, shown this once."""
    try:
        given = await acts.reset_password(request, number, principal, asking)
    except Refused as refused:
        return await _refused(request, principal, asking, refused)
    return await _shown(request, principal, asking, given=given)


@router.post("/accounts/{number}/disable")
async def disable(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> Response:
    """Let somebody in no more."""
    change = AccountChange(disabled=True)
    return await _changed(request, number, change, principal, asking, done="disable")


@router.post("/accounts/{number}/enable")
async def enable(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> Response:
    """Let somebody in again."""
    change = AccountChange(disabled=False)
    return await _changed(request, number, change, principal, asking, done="enable")


@router.post("/accounts/{number}/role")
async def change_role(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> Response:
    """Give somebody another role, or department."""
    form = await typed(request)
    role = form.choice("role", [each.value for each in Role], "accounts.fault_role")
    if form.faults:
        return await _shown(request, principal, asking, sentence="accounts.fault_role", status=422)
    department = form.line("department", longest=LONGEST_DEPARTMENT)
    change = AccountChange(role=Role(role), department=department)
    return await _changed(request, number, change, principal, asking, done="role")


@router.post("/accounts/{number}/end")
async def end_sessions(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> Response:
    """End every session of somebody."""
    try:
        await acts.end_sessions_of(request, number, principal, asking)
    except Refused as refused:
        return await _refused(request, principal, asking, refused)
    return RedirectResponse(f"/accounts?done=end&number={number}", status_code=303)


async def _changed(
    request: Request,
    number: str,
    change: AccountChange,
    principal: Principal,
    asking: RequestDatabase,
    *,
    done: str,
) -> Response:
    try:
        await acts.change_account(request, number, change, principal, asking)
    except Refused as refused:
        return await _refused(request, principal, asking, refused)
    return RedirectResponse(f"/accounts?done={done}&number={number}", status_code=303)


async def _refused(
    request: Request, principal: Principal, asking: RequestDatabase, refused: Refused
) -> HTMLResponse:
    sentence = _fault(refused) if refused.status_code != 422 else "accounts.fault_own"
    return await _shown(request, principal, asking, sentence=sentence, status=refused.status_code)


def _fault(refused: Refused) -> str:
    return FAULT_OF_STATUS.get(refused.status_code, "accounts.fault_busy")


async def _shown(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    *,
    form: Typed | None = None,
    given: GivenPassword | None = None,
    done: tuple[str, str] | None = None,
    sentence: str = "",
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    held = await asking.ask(accounts.accounts)
    return page(
        request,
        "accounts.html",
        status=status,
        people=held,
        form=form or Typed({}),
        given=given,
        done=done,
        sentence=sentence,
        roles=list(Role),
        me=principal.number,
        now=datetime.now(UTC),
        clean=clean,
        show=Formats(settings.zone, principal.role),
    )
