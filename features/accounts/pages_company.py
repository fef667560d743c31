"""Pages of signing in with company accounts (OpenID Connect), if set up."""

from datetime import UTC, datetime
from html import escape
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication import cookie
from authentication.oidc import BEGUN_LASTS, Provider, VouchError
from authentication.passwords import one_time
from authentication.sign_in import Visitor
from db.bounded import RequestDatabase
from features.accounts import queries as accounts
from features.accounts.pages_sign_in import ours, settings_of, sign_in_of, sign_in_page
from features.accounts.queries import Account
from web.current_user import request_database
from web.problems import Refused

router = APIRouter(include_in_schema=False, prefix="/login/oidc")

STATE = "thirdring-oidc"
"""The cookie that ties the way back to the browser that left; Lax, since it returns from there."""

Asking = Annotated[RequestDatabase, Depends(request_database)]
Short = Annotated[str, Query(max_length=2000)]

log = structlog.get_logger()


@router.get("")
async def leave(request: Request, next: Short = "/") -> Response:  # noqa: A002
    """Send somebody to the provider."""
    try:
        where, kept = await _provider(request).begin(
            back=_back(request), onward=ours(next), now=datetime.now(UTC)
        )
    except VouchError as error:
        log.warning("provider refused", why=str(error))
        return sign_in_page(request, 503, fault="company")
    answer = RedirectResponse(where, status_code=303)
    answer.set_cookie(
        STATE,
        kept,
        path="/login/oidc",
        max_age=int(BEGUN_LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=cookie.over_tls(request),
    )
    return answer


@router.get("/return")
async def come_back(
    request: Request, asking: Asking, state: Short = "", code: Short = ""
) -> Response:
    """Let somebody in whom the provider vouches for, if the number is an account's."""
    provider, now = _provider(request), datetime.now(UTC)
    try:
        kept = request.cookies.get(STATE, "")
        vouched = await provider.finish(
            state=state, code=code, kept=kept, back=_back(request), now=now
        )
        account = await _account(request, asking, vouched.number)
    except VouchError as error:
        log.warning("provider refused", why=str(error))
        return sign_in_page(request, 403, fault="company")
    entered = await sign_in_of(request).seat(account, Visitor.of(request), now=now)
    # A redirect would still count as the provider's doing, and the strict cookie would stay away.
    where = escape(vouched.onward)
    answer = HTMLResponse(
        "<!doctype html><title>ThirdRing</title>"
        f'<meta http-equiv="refresh" content="0;url={where}">'
        f'<a href="{where}">ThirdRing</a>'
    )
    answer.delete_cookie(STATE, path="/login/oidc", httponly=True, samesite="lax")
    cookie.put(answer, request, entered.secret)
    sign_in_of(request).marks.put(answer, request, account.number, now=now)
    return answer


def _back(request: Request) -> str:
    """Return our own address that the provider sends people back to."""
    scheme = "https" if cookie.over_tls(request) else "http"
    return str(request.url_for("come_back").replace(scheme=scheme))


async def _account(request: Request, asking: RequestDatabase, number: str) -> Account:
    """Return the account of a number. Raises VouchError when nobody may come in with it."""
    account = await asking.ask(lambda database: accounts.by_number(database, number))
    if account is None or account.disabled_at is not None:
        raise VouchError("no account with this number")
    if not account.must_change:
        return account
    # The one-time password that somebody knows serves nobody any more.
    kept = await sign_in_of(request).passwords.kept(one_time() + one_time())

    async def change(database: AsyncConnection) -> Account | None:
        return await accounts.set_password(database, account.id, kept, must_change=False)

    return await asking.write(change) or account


def _provider(request: Request) -> Provider:
    provider: Provider = request.app.state.provider
    if not settings_of(request).oidc_issuer:
        raise Refused(404, "There is no provider of company accounts here.")
    return provider
