"""Page of one's own passkeys and recovery codes. A script adds passkeys: browsers want one."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from authentication.passkeys import NoPartyError, party_of
from db.bounded import RequestDatabase
from features.accounts.actions_second_factor import OwnPassword
from features.accounts.api_session import sign_in_of
from features.passkeys import actions
from features.passkeys.actions import Name
from features.passkeys.api import own
from settings import Settings
from web.api_models import Asking, Person, RowId
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

WHERE = "/password/passkeys"


@router.get(WHERE)
async def show_passkeys(request: Request, principal: Person, asking: Asking) -> HTMLResponse:
    """The own passkeys, and how to add one."""
    return await _shown(request, principal, asking, Typed({}))


@router.post(f"{WHERE}/codes")
async def make_codes(request: Request, principal: Person, asking: Asking) -> Response:
    """Show fresh recovery codes, this once."""
    form = await typed(request)
    try:
        given = form.read(OwnPassword)
        codes = await actions.new_codes(asking, sign_in_of(request), principal, given)
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return await _shown(request, principal, asking, form, codes=codes)


@router.post(f"{WHERE}/{{passkey_id}}")
async def rename(
    request: Request, passkey_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Call a passkey otherwise."""
    form = await typed(request)
    try:
        await actions.rename(asking, principal, passkey_id, form.read(Name))
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(WHERE, status_code=303)


@router.post(f"{WHERE}/{{passkey_id}}/remove")
async def remove(
    request: Request, passkey_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Forget a passkey."""
    form = await typed(request)
    try:
        given = form.read(OwnPassword)
        await actions.remove(asking, sign_in_of(request), principal, passkey_id, given)
    except Refused as refused:
        return await _shown(request, principal, asking, form, status=form.refuse(refused))
    return RedirectResponse(WHERE, status_code=303)


async def _shown(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    codes: list[str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    found, left = await own(asking, principal.account_id or 0)
    return page(
        request,
        "passkeys.html",
        status=status,
        fault=next(iter(form.faults.values()), ""),
        passkeys=found,
        left=left,
        codes=codes or [],
        has_party=_has_party(request),
        host=request.url.hostname or "",
        show=Formats(settings.zone, principal.role),
    )


def _has_party(request: Request) -> bool:
    try:
        party_of(request)
    except NoPartyError:
        return False
    return True
