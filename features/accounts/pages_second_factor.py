"""Pages of one's own second factor: the secret as a QR code, a code as its proof, its end."""

import segno
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from features.accounts import actions_second_factor as actions
from features.accounts import second_factor
from features.accounts.actions_second_factor import Code, OwnPassword
from features.accounts.api_session import sign_in_of
from settings import Settings
from web.api_models import Asking, Person
from web.current_user import Principal
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

WHERE = "/password/second-factor"


@router.get(WHERE)
async def show_second_factor(request: Request, principal: Person, asking: Asking) -> HTMLResponse:
    """Whether signing in asks for a code, and how to have it so."""
    return await _shown(request, principal, asking, Typed({}))


@router.post(WHERE)
async def begin(request: Request, principal: Person, asking: Asking) -> Response:
    """Show the secret, this once."""
    form = await typed(request)
    try:
        given = form.read(OwnPassword)
        secret = await actions.begin(asking, sign_in_of(request), principal, given)
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return await _shown(request, principal, asking, form, secret=secret)


@router.post(f"{WHERE}/prove")
async def prove(request: Request, principal: Person, asking: Asking) -> Response:
    """Prove the app with a code; after a wrong one the secret is still the same."""
    form = await typed(request)
    try:
        await actions.prove(asking, sign_in_of(request), principal, form.read(Code))
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(WHERE, status_code=303)


@router.post(f"{WHERE}/remove")
async def remove(request: Request, principal: Person, asking: Asking) -> Response:
    """Sign in with the password alone again."""
    form = await typed(request)
    try:
        await actions.remove(asking, sign_in_of(request), principal, form.read(OwnPassword))
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(WHERE, status_code=303)


async def _shown(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    secret: str = "",
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    found = await asking.ask(lambda one: second_factor.of(one, principal.account_id or 0))
    address = (
        second_factor.uri(secret, number=principal.number, company=settings.company)
        if secret
        else ""
    )
    return page(
        request,
        "second_factor.html",
        status=status,
        fault=next(iter(form.faults.values()), ""),
        begun=found is not None,
        in_use=found is not None and found.confirmed_at is not None,
        secret=secret,
        picture=segno.make(address).svg_data_uri(scale=5) if address else "",
    )
