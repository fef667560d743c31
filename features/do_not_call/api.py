"""API of the do-not-call list (SEC-1)."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from features.do_not_call import actions
from features.do_not_call import queries as do_not_call
from features.do_not_call.actions import WhyInput
from features.do_not_call.shapes import DoNotCallShape
from permissions.roles import sees_numbers
from settings import Settings
from web.api_models import Asking, CurrentUser, Plan
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/do-not-call", tags=["campaigns"])

Typed = Annotated[str, Path(max_length=40, pattern=r"^[^\x00-\x1f]+$")]
"""As somebody writes it: 一三八… is a number, too; what is none is refused."""


@router.get("", responses=documented(401, 403, 422, 503))
async def list_do_not_call(
    principal: CurrentUser,
    asking: Asking,
    after: Annotated[str, Query(max_length=40, pattern=r"^[0-9+]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> list[DoNotCallShape]:
    """Numbers in order, from behind one on."""
    if after and not sees_numbers(principal.role):
        raise Refused(403, f"The role {principal.role.value} may not search by number.")
    rows = await asking.ask(lambda one: do_not_call.listed(one, after=after, limit=limit))
    return [DoNotCallShape.of(each) for each in rows]


@router.put("/{number}", responses=documented(401, 403, 409, 422, 503))
async def put_do_not_call(
    request: Request, number: Typed, given: WhyInput, principal: CurrentUser, asking: Asking
) -> DoNotCallShape:
    """Put a number on the list; one that is there already stays as it is.

    409: it is there for another reason, which `current` tells.
    """
    settings: Settings = request.app.state.settings
    entry = await actions.add(asking, principal, settings, number, given)
    return DoNotCallShape.of(entry)


@router.delete("/{number}", status_code=204, responses=documented(401, 403, 404, 422, 503))
async def take_off_do_not_call(
    number: Typed, principal: CurrentUser, asking: Asking, plan: Plan
) -> None:
    """Take a number off the list: campaigns may ring it again."""
    await actions.remove(asking, principal, plan, number)
