"""Pages of signing in and out and of passwords. They work without any script."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from authentication import cookie
from authentication.admission import TooManyAtOnceError
from authentication.passwords import BadPasswordError
from authentication.sign_in import ClosedError, SignIn, Visitor, WrongError
from db.bounded import RequestDatabase
from features.accounts import sessions
from features.accounts.api_session import RowId, end_one_session, sessions_of
from features.accounts.password_change import WrongOldError, change_password
from features.duties.in_a_call import not_in_a_call
from settings import Settings
from web.current_user import Principal, person, request_database
from web.formats import Formats
from web.live import streams_end
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False)

Person = Annotated[Principal, Depends(person)]
Asking = Annotated[RequestDatabase, Depends(request_database)]
Typed = Annotated[str, Form(max_length=200)]


@router.get("/login")
async def show_sign_in_page(request: Request, next: str = "/") -> HTMLResponse:  # noqa: A002
    """The page to sign in on."""
    return sign_in_page(request, onward=next)


@router.post("/login")
async def sign_in(
    request: Request,
    number: Typed = "",
    password: Typed = "",
    next: Typed = "/",  # noqa: A002
) -> Response:
    """Sign in, and go on to where the person wanted to be."""
    now, marks, number = datetime.now(UTC), sign_in_of(request).marks, number.strip()
    try:
        visitor = Visitor.of(request, number, marks)
        entered = await sign_in_of(request).enter(number, password, visitor, now=now)
    except WrongError:
        return sign_in_page(request, 401, fault="wrong", number=number, onward=next)
    except ClosedError as error:
        until = error.until.astimezone(settings_of(request).zone).strftime("%H:%M:%S")
        return sign_in_page(request, 429, fault="closed", until=until, number=number, onward=next)
    except TooManyAtOnceError:
        return sign_in_page(request, 503, fault="busy", number=number, onward=next)
    where = "/password" if entered.account.must_change else ours(next)
    answer = RedirectResponse(where, status_code=303)
    cookie.put(answer, request, entered.secret)
    marks.put(answer, request, entered.account.number, now=now)
    return answer


@router.post("/logout")
async def sign_out(request: Request, principal: Person, asking: Asking) -> Response:
    """Sign out, and show the page to sign in on; in a call, a sentence."""
    try:
        not_in_a_call(request, principal)
    except Refused:
        return page(request, "problem.html", status=409, fault="call")
    session_id, now = principal.session_id, datetime.now(UTC)
    if session_id is not None:
        await asking.write(lambda database: sessions.end(database, session_id, now=now))
        streams_end(request, principal)
    answer = RedirectResponse("/login", status_code=303)
    cookie.take(answer, request)
    return answer


@router.get("/password")
async def show_password(request: Request, principal: Person, asking: Asking) -> HTMLResponse:
    """The page of the own password and the own sessions."""
    return await _password(request, principal, asking)


@router.post("/password/sessions/{session_id}")
async def end_session(
    request: Request, session_id: RowId, principal: Person, asking: Asking
) -> Response:
    """End a session that was left open somewhere else."""
    try:
        await end_one_session(request, session_id, principal, asking)
    except Refused as refused:
        if refused.status_code != HTTPStatus.CONFLICT:
            raise
        return await _password(request, principal, asking, 409, fault="call")
    return RedirectResponse("/password", status_code=303)


@router.post("/password")
async def put_password(
    request: Request, principal: Person, asking: Asking, old: Typed = "", new: Typed = ""
) -> Response:
    """Change the own password; all other sessions of the person end."""
    now = datetime.now(UTC)
    try:
        not_in_a_call(request, principal)
        await change_password(sign_in_of(request), principal, old, new, asking=asking, now=now)
    except Refused:
        return await _password(request, principal, asking, 409, fault="call")
    except WrongOldError:
        return await _password(request, principal, asking, 403, fault="old")
    except BadPasswordError as error:
        return await _password(request, principal, asking, 422, fault=error.fault)
    except (ClosedError, TooManyAtOnceError):
        return await _password(request, principal, asking, 429, fault="busy")
    return RedirectResponse("/", status_code=303)


def sign_in_of(request: Request) -> SignIn:
    """Return the desk's way in."""
    found: SignIn = request.app.state.sign_in
    return found


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
    until: str = "",
    number: str = "",
    onward: str = "/",
) -> HTMLResponse:
    """Return the page to sign in on, with what was wrong."""
    return page(
        request,
        "login.html",
        status=status,
        fault=fault,
        until=until,
        number=number,
        next=ours(onward),
        oidc=bool(settings_of(request).oidc_issuer),
    )


async def _password(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    status: int = 200,
    *,
    fault: str = "",
) -> HTMLResponse:
    held = (
        [] if principal.must_change else await sessions_of(principal.account_id, principal, asking)
    )
    return page(
        request,
        "password.html",
        status=status,
        fault=fault,
        must_change=principal.must_change,
        sessions=held,
        show=Formats(settings_of(request).zone, principal.role),
    )


def settings_of(request: Request) -> Settings:
    """Return the desk's settings."""
    found: Settings = request.app.state.settings
    return found
