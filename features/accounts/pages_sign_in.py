"""Pages of signing in and out and of passwords. They work without any script."""

from datetime import datetime
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from authentication import cookie
from db.bounded import RequestDatabase
from features.accounts import actions_session as actions
from features.accounts.actions_session import Credentials, NewPassword, TooOften
from features.accounts.api_session import (
    carry,
    party_or_none,
    sessions_of,
    sign_in_from,
    sign_in_of,
)
from settings import Settings
from web.api_models import Asking, Person, RowId
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.live import floor_of
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False)


@router.get("/login")
async def show_sign_in(request: Request, next: str = "/") -> HTMLResponse:  # noqa: A002
    """The page to sign in on."""
    return sign_in_page(request, onward=next)


@router.post("/login")
async def sign_in(request: Request) -> Response:
    """Sign in, and go on to where the person wanted to be."""
    form = await typed(request)
    onward = form.shown("next", "/")
    try:
        entered = await sign_in_from(request, form.read(Credentials))
    except Refused as refused:
        status = form.refuse(refused)
        until = refused.until if isinstance(refused, TooOften) else None
        fault, number = next(iter(form.faults.values())), form.shown("number")
        return sign_in_page(request, status, fault=fault, until=until, number=number, onward=onward)
    where = "/password" if entered.account.must_change else ours(onward)
    answer = RedirectResponse(where, status_code=303)
    carry(request, answer, entered)
    return answer


@router.post("/logout")
async def sign_out(request: Request, principal: Person, asking: Asking) -> Response:
    """Sign out, and show the page to sign in on; in a call, a sentence."""
    try:
        await actions.sign_out(asking, floor_of(request), principal)
    except Refused as refused:
        Typed({}).refuse(refused)
        return page(request, "problem.html", status=409, fault="call")
    answer = RedirectResponse("/login", status_code=303)
    cookie.take(answer, request)
    return answer


@router.get("/password")
async def show_password(request: Request, principal: Person, asking: Asking) -> HTMLResponse:
    """The page of the own password and the own sessions."""
    return await _password(request, principal, asking, Typed({}))


@router.post("/password/sessions/{session_id}")
async def end_session(
    request: Request, session_id: RowId, principal: Person, asking: Asking
) -> Response:
    """End a session that was left open somewhere else."""
    form = Typed({})
    try:
        await actions.end_session(asking, floor_of(request), principal, session_id)
    except Refused as refused:
        return await _password(request, principal, asking, form, form.refuse(refused))
    return RedirectResponse("/password", status_code=303)


@router.post("/password")
async def put_password(request: Request, principal: Person, asking: Asking) -> Response:
    """Change the own password; all other sessions of the person end."""
    form, floor, signing_in = await typed(request), floor_of(request), sign_in_of(request)
    try:
        given = form.read(NewPassword)
        await actions.put_password(asking, floor, signing_in, principal, given)
    except Refused as refused:
        return await _password(request, principal, asking, form, form.refuse(refused))
    return RedirectResponse("/", status_code=303)


def ours(where: str) -> str:
    """Return an address on this desk, `/` for any that would lead elsewhere."""
    if not where.startswith("/") or where.startswith(("//", "/\\")) or not where.isprintable():
        return "/"
    return where if "\\" not in where and not urlsplit(where).netloc else "/"


def sign_in_page(
    request: Request,
    status: int = 200,
    *,
    fault: str = "",
    until: datetime | None = None,
    number: str = "",
    onward: str = "/",
) -> HTMLResponse:
    """Return the page to sign in on, with what was wrong."""
    zone = settings_of(request).zone
    return page(
        request,
        "login.html",
        status=status,
        fault=fault,
        until=f"{until.astimezone(zone):%H:%M:%S}" if until else "",
        number=number,
        asks_code=fault.startswith("login.code_"),
        has_party=party_or_none(request) is not None,
        next=ours(onward),
        oidc=bool(settings_of(request).oidc_issuer),
    )


async def _password(
    request: Request, principal: Principal, asking: RequestDatabase, form: Typed, status: int = 200
) -> HTMLResponse:
    held = (
        [] if principal.must_change else await sessions_of(principal.account_id, principal, asking)
    )
    return page(
        request,
        "password.html",
        status=status,
        fault=next(iter(form.faults.values()), ""),
        must_change=principal.must_change,
        sessions=held,
        show=Formats(settings_of(request).zone, principal.role),
    )


def settings_of(request: Request) -> Settings:
    """Return the desk's settings."""
    found: Settings = request.app.state.settings
    return found
