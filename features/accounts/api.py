"""API of accounts, for administrators (SEC-3): people and their sessions.

A password that is given here serves once: the person must change it.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from authentication.passwords import Passwords
from features.accounts import actions
from features.accounts import queries as accounts
from features.accounts.actions import NUMBER, AccountChange, AccountInput
from features.accounts.api_session import sessions_of
from features.accounts.shapes import AccountShape, PasswordShown, SessionShape
from web.api_models import Asking, CurrentUser, ListPage, found
from web.live import floor_of
from web.problems import documented

router = APIRouter(prefix="/api/v1/accounts", tags=["people"])

Number = Annotated[str, Path(pattern=NUMBER, description="工号")]


@router.get("", responses=documented(401, 403, 503))
async def list_accounts(_principal: CurrentUser, asking: Asking) -> ListPage[AccountShape]:
    """Every account, by number; never more than one page."""
    held = await asking.ask(accounts.accounts)
    return ListPage(items=[AccountShape.of(each) for each in held], next=None)


@router.post("", status_code=201, responses=documented(401, 403, 409, 422, 503))
async def add_account(
    request: Request, given: AccountInput, principal: CurrentUser, asking: Asking
) -> PasswordShown:
    """Make an account; the answer holds the one-time password, and nothing ever shows it again."""
    account, password = await actions.add(asking, hashing_of(request), principal, given)
    return PasswordShown(account=AccountShape.of(account), password=password)


@router.patch("/{number}", responses=documented(401, 403, 404, 409, 422, 503))
async def change_account(
    request: Request, number: Number, given: AccountChange, principal: CurrentUser, asking: Asking
) -> AccountShape:
    """Change a name, role, department, team or language, disable or enable.

    It counts from the next request. Changed meanwhile by somebody else: 409, and `current` is what
    is so now.
    """
    floor = floor_of(request)
    return AccountShape.of(await actions.change(asking, floor, principal, number, given))


@router.post("/{number}/password", responses=documented(401, 403, 404, 422, 503))
async def reset_password(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> PasswordShown:
    """Give a one-time password to somebody who forgot theirs; their sessions end, locks open."""
    account, password = await actions.reset(
        asking, floor_of(request), hashing_of(request), principal, number
    )
    return PasswordShown(account=AccountShape.of(account), password=password)


@router.get("/{number}/sessions", responses=documented(401, 403, 404, 422, 503))
async def list_sessions_of(
    number: Number, principal: CurrentUser, asking: Asking
) -> ListPage[SessionShape]:
    """The browsers in which somebody is signed in; never more than one page."""
    account = found(await asking.ask(lambda each: accounts.by_number(each, number)), "account")
    return ListPage(items=await sessions_of(account.id, principal, asking), next=None)


@router.delete("/{number}/sessions", status_code=204, responses=documented(401, 403, 404, 422, 503))
async def end_sessions_of(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> Response:
    """End every session of somebody: a leak, a machine that was left open, a last day (SEC-5)."""
    await actions.end_sessions(asking, floor_of(request), principal, number)
    return Response(status_code=204)


def hashing_of(request: Request) -> Passwords:
    """Return what makes of passwords what is kept of them."""
    hashing: Passwords = request.app.state.sign_in.passwords
    return hashing
