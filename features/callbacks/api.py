"""Owns the API of promised calls back (CBK-1): made during a call, kept or cancelled later."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from features.callbacks import due as call_backs
from features.callbacks import queries as promises
from features.callbacks.lifecycle import ON_THE_PHONE, CallNow, PromiseKind, PromiseState, Settled
from features.callbacks.queries import Promise, PromiseFilter
from features.calls import queries
from features.customers.shapes import PromiseShape
from features.tickets import saves as desk_tickets
from web.asking import (
    Asking,
    Given,
    Identity,
    Known,
    Many,
    Number,
    Paged,
    RowId,
    Text,
    TicketNumber,
    Typed,
    found,
    turned,
)
from web.current_user import Holder
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/promises", tags=["promises"])

A_MONTH_IN_MINUTES = 31 * 24 * 60


class WhichPromises(Paged):
    """Which promises; every field that is given must hold. Times are when they are due."""

    number: Text | None = Field(None, description="Whom to call, whole.")
    call_id: Identity | None = Field(None, description="The call in which it was promised.")
    state: PromiseState | None = None
    by: Text | None = Field(None, description="Who promised.", examples=["1001"])


class PromiseGiven(Given):
    """A call back to be promised: to a number, or to who is on a call."""

    number: Number | None = Field(None, description="Whom to call; left out: the call's number.")
    call_id: Identity | None = None
    ticket: TicketNumber | None = Field(None, description="The ticket it is about.")
    minutes: int = Field(
        30, ge=1, le=A_MONTH_IN_MINUTES, description="From now until it is due (CBK-1)."
    )
    note: Typed = ""


class PromiseSettled(Given):
    """How a promise ended."""

    state: PromiseState = Field(description="`kept` or `cancelled`.")
    note: Typed = Field("", description="Replaces the promise's note unless empty.")


@router.get("", responses=documented(401, 403, 422, 503))
async def list_promises(
    wanted: Annotated[WhichPromises, Query()], _holder: Known, asking: Asking
) -> Many[PromiseShape]:
    """Promises, the last one due first."""
    page = await turned(asking, promises.promises, PromiseFilter(**wanted.filters()), wanted)
    return Many(items=[PromiseShape.of(each) for each in page.items], next=page.next)


@router.post(
    "",
    status_code=201,
    responses={
        200: {"model": PromiseShape, "description": "It was promised already."},
        **documented(401, 403, 404, 422, 503),
    },
)
async def make_promise(
    given: PromiseGiven, holder: Known, asking: Asking, answer: Response
) -> PromiseShape:
    """Promise a call back. Asked again in the same call for the same minute: 200, the one kept."""
    now = datetime.now(UTC)
    promise, fresh = await asking.write(
        lambda connection: _made(connection, given, holder, now=now)
    )
    answer.status_code = HTTPStatus.CREATED if fresh else HTTPStatus.OK
    return PromiseShape.of(promise)


@router.patch("/{promise_id}", responses=documented(401, 403, 404, 409, 422, 503))
async def settle_promise(
    promise_id: RowId, given: PromiseSettled, _holder: Known, asking: Asking
) -> PromiseShape:
    """Say that a promise was kept, or is not needed any more."""
    if given.state not in {PromiseState.KEPT, PromiseState.CANCELLED}:
        raise Refused(422, "A promise becomes `kept` or `cancelled`.")
    event, now = Settled(kept=given.state is PromiseState.KEPT), datetime.now(UTC)

    async def settled(connection: AsyncConnection) -> Promise | None:
        done = await call_backs.apply(connection, promise_id, event, now, note=given.note)
        promise = await promises.promise(connection, promise_id)
        if promise is not None and done is None and promise.state is not given.state:
            raise Refused(409, f"This promise is {promise.state.value} already.")
        return promise

    return PromiseShape.of(found(await asking.write(settled), "promise"))


@router.post("/{promise_id}/call", responses=documented(401, 403, 404, 409, 422, 503))
async def call_now(promise_id: RowId, _holder: Known, asking: Asking) -> PromiseShape:
    """Have the customer called as soon as an agent is free: the answer is there."""
    now = datetime.now(UTC)

    async def called(connection: AsyncConnection) -> Promise | None:
        done = await call_backs.apply(connection, promise_id, CallNow(), now)
        promise = await promises.promise(connection, promise_id)
        if promise is not None and done is None and promise.state not in ON_THE_PHONE:
            raise Refused(409, f"This promise is {promise.state.value} already.")
        return promise

    return PromiseShape.of(found(await asking.write(called), "promise"))


async def _made(
    connection: AsyncConnection, given: PromiseGiven, holder: Holder, *, now: datetime
) -> tuple[Promise, bool]:
    """Return the promise, and whether it is a new one."""
    number, ticket_id = given.number, None
    if number is None:
        if given.call_id is None:
            raise Refused(422, "Say whom to call: a number, or the call.")
        number = found(await queries.caller(connection, given.call_id.lower()), "call")
    if given.ticket is not None:
        ticket_id = found(await desk_tickets.key(connection, given.ticket), "ticket")
    key, fresh = await promises.once(
        connection,
        number=number,
        kind=PromiseKind.AGENT,
        due_at=now + timedelta(minutes=given.minutes),
        call_id=given.call_id and given.call_id.lower(),
        ticket_id=ticket_id,
        account_id=holder.account_id,
        note=given.note,
        now=now,
    )
    return found(await promises.promise(connection, key), "promise"), fresh
