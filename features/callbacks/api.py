"""Owns the API of promised calls back (CBK-1): made during a call, kept or cancelled later."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from features.callbacks import due as call_backs
from features.callbacks import queries as callbacks
from features.callbacks.lifecycle import ON_THE_PHONE, CallbackKind, CallbackState, CallNow, Settled
from features.callbacks.queries import Callback, CallbackFilter
from features.calls import queries
from features.customers.shapes import CallbackShape
from features.tickets import saves as ticket_saves
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan
from web.asking import (
    Asking,
    CurrentUser,
    Given,
    Identity,
    Many,
    Paged,
    Plan,
    RowId,
    Text,
    TicketNumber,
    Typed,
    found,
    turned,
)
from web.current_user import Principal
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/callbacks", tags=["callbacks"])

A_MONTH_IN_MINUTES = 31 * 24 * 60


class WhichCallbacks(Paged):
    """Which callbacks; every field that is given must hold. Times are when they are due."""

    number: Text | None = Field(None, description="Whom to call, whole.")
    call_id: Identity | None = Field(None, description="The call in which it was promised.")
    state: CallbackState | None = None
    by: Text | None = Field(None, description="Who promised.", examples=["1001"])


class CallbackGiven(Given):
    """A call back to be promised: to a number, or to who is on a call."""

    number: Text | None = Field(None, description="Whom to call; left out: the call's number.")
    call_id: Identity | None = None
    ticket: TicketNumber | None = Field(None, description="The ticket it is about.")
    minutes: int = Field(
        30, ge=1, le=A_MONTH_IN_MINUTES, description="From now until it is due (CBK-1)."
    )
    note: Typed = ""


class CallbackSettled(Given):
    """How a callback ended."""

    state: CallbackState = Field(description="`kept` or `cancelled`.")
    note: Typed = Field("", description="Replaces the callback's note unless empty.")


@router.get("", responses=documented(401, 403, 422, 503))
async def list_callbacks(
    wanted: Annotated[WhichCallbacks, Query()], _principal: CurrentUser, asking: Asking, plan: Plan
) -> Many[CallbackShape]:
    """Callbacks, the last one due first."""
    which = CallbackFilter(**wanted.filters(plan))
    page = await turned(asking, callbacks.callbacks, which, wanted)
    return Many(items=[CallbackShape.of(each) for each in page.items], next=page.next)


@router.post(
    "",
    status_code=201,
    responses={
        200: {"model": CallbackShape, "description": "It was promised already."},
        **documented(401, 403, 404, 422, 503),
    },
)
async def make_callback(
    given: CallbackGiven, principal: CurrentUser, asking: Asking, plan: Plan, answer: Response
) -> CallbackShape:
    """Callback a call back. Asked again in the same call for the same minute: 200, the one kept."""
    now = datetime.now(UTC)
    callback, fresh = await asking.write(
        lambda connection: _made(connection, given, principal, plan, now=now)
    )
    answer.status_code = HTTPStatus.CREATED if fresh else HTTPStatus.OK
    return CallbackShape.of(callback)


@router.patch("/{callback_id}", responses=documented(401, 403, 404, 409, 422, 503))
async def settle_callback(
    callback_id: RowId, given: CallbackSettled, _principal: CurrentUser, asking: Asking
) -> CallbackShape:
    """Say that a callback was kept, or is not needed any more."""
    if given.state not in {CallbackState.KEPT, CallbackState.CANCELLED}:
        raise Refused(422, "A callback becomes `kept` or `cancelled`.")
    event, now = Settled(kept=given.state is CallbackState.KEPT), datetime.now(UTC)

    async def settled(connection: AsyncConnection) -> Callback | None:
        done = await call_backs.apply(connection, callback_id, event, now, note=given.note)
        callback = await callbacks.callback(connection, callback_id)
        if callback is not None and done is None and callback.state is not given.state:
            raise Refused(409, f"This callback is {callback.state.value} already.")
        return callback

    return CallbackShape.of(found(await asking.write(settled), "callback"))


@router.post("/{callback_id}/call", responses=documented(401, 403, 404, 409, 422, 503))
async def call_now(callback_id: RowId, _principal: CurrentUser, asking: Asking) -> CallbackShape:
    """Have the customer called as soon as an agent is free: the answer is there."""
    now = datetime.now(UTC)

    async def called(connection: AsyncConnection) -> Callback | None:
        done = await call_backs.apply(connection, callback_id, CallNow(), now)
        callback = await callbacks.callback(connection, callback_id)
        if callback is not None and done is None and callback.state not in ON_THE_PHONE:
            raise Refused(409, f"This callback is {callback.state.value} already.")
        return callback

    return CallbackShape.of(found(await asking.write(called), "callback"))


async def _made(
    connection: AsyncConnection,
    given: CallbackGiven,
    principal: Principal,
    plan: NumberPlan,
    *,
    now: datetime,
) -> tuple[Callback, bool]:
    """Return the callback, and whether it is a new one."""
    sent, ticket_id = given.number, None
    if sent is None:
        if given.call_id is None:
            raise Refused(422, "Say whom to call: a number, or the call.")
        sent = found(await queries.caller(connection, given.call_id.lower()), "call")
    number = phone_number(sent, plan)
    if not number.identity:
        raise Refused(422, "There is no telephone number to call.")
    if given.ticket is not None:
        ticket_id = found(await ticket_saves.key(connection, given.ticket), "ticket")
    key, fresh = await callbacks.once(
        connection,
        number=number.shown,
        identity=number.identity,
        kind=CallbackKind.AGENT,
        due_at=now + timedelta(minutes=given.minutes),
        call_id=given.call_id and given.call_id.lower(),
        ticket_id=ticket_id,
        account_id=principal.account_id,
        note=given.note,
        now=now,
    )
    return found(await callbacks.callback(connection, key), "callback"), fresh
