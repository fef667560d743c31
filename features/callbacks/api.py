"""API of callbacks (CBK-1): made during a call, completed or cancelled later."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from features.callbacks import actions
from features.callbacks import queries as callbacks
from features.callbacks.actions import CallbackInput, CallbackSettlement
from features.callbacks.lifecycle import CallbackState
from features.callbacks.queries import CallbackFilter
from features.customers.shapes import CallbackShape
from web.api_models import (
    Asking,
    CurrentUser,
    Identity,
    ListPage,
    ListQuery,
    Plan,
    RowId,
    Text,
    list_page,
)
from web.problems import documented

router = APIRouter(prefix="/api/v1/callbacks", tags=["callbacks"])


class WhichCallbacks(ListQuery):
    """Which callbacks; every field that is given must hold. Times are when they are due."""

    number: Text | None = Field(None, description="Whom to call, whole.")
    call_id: Identity | None = Field(None, description="The call in which it was promised.")
    state: CallbackState | None = None
    by: Text | None = Field(None, description="Who promised.", examples=["1001"])


@router.get("", responses=documented(401, 403, 422, 503))
async def list_callbacks(
    wanted: Annotated[WhichCallbacks, Query()], _principal: CurrentUser, asking: Asking, plan: Plan
) -> ListPage[CallbackShape]:
    """Callbacks, the last one due first."""
    which = CallbackFilter(**wanted.filters(plan))
    page = await list_page(asking, callbacks.callbacks, which, wanted)
    return ListPage(items=[CallbackShape.of(each) for each in page.items], next=page.next)


@router.post(
    "",
    status_code=201,
    responses={
        200: {"model": CallbackShape, "description": "It was promised already."},
        **documented(401, 403, 404, 422, 503),
    },
)
async def make_callback(
    request: Request,
    given: CallbackInput,
    principal: CurrentUser,
    asking: Asking,
    answer: Response,
) -> CallbackShape:
    """Promise a call back. Asked again in the same call for the same minute: 200, the one kept."""
    callback, fresh = await actions.make(asking, principal, request.app.state.settings, given)
    answer.status_code = HTTPStatus.CREATED if fresh else HTTPStatus.OK
    return CallbackShape.of(callback)


@router.patch("/{callback_id}", responses=documented(401, 403, 404, 409, 422, 503))
async def settle_callback(
    callback_id: RowId, given: CallbackSettlement, principal: CurrentUser, asking: Asking
) -> CallbackShape:
    """Say that a callback was completed, or is not needed any more."""
    return CallbackShape.of(await actions.settle(asking, principal, callback_id, given))


@router.post("/{callback_id}/call", responses=documented(401, 403, 404, 409, 422, 503))
async def call_now(callback_id: RowId, principal: CurrentUser, asking: Asking) -> CallbackShape:
    """Have the customer called as soon as an agent is free: the answer is there."""
    return CallbackShape.of(await actions.call_now(asking, principal, callback_id))
