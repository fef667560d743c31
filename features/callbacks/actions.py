"""Changes of callbacks by people and programs (CBK-1): made, called now, settled.

The pages and the API both call these, with the same models. Each change
is on record (SEC-1). What follows from each is `lifecycle`'s to decide.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, field_validator, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from dispatch.guard import guard
from features.audit import log as audit
from features.audit.access import audit_entry
from features.callbacks import due
from features.callbacks import queries as callbacks
from features.callbacks.lifecycle import (
    ON_THE_PHONE,
    CallbackKind,
    CallbackState,
    CallNow,
    Event,
    Settled,
)
from features.callbacks.queries import Callback
from features.calls import queries as calls
from features.tickets import saves as ticket_saves
from permissions.may import reach_of
from phone_numbers.phone_number import phone_number
from settings import Settings
from web.api_models import Identity, InputModel, TicketNumber, found, several_lines
from web.current_user import Principal
from web.forms import Says, wrong
from web.problems import Refused

A_MONTH_IN_MINUTES: Final = 31 * 24 * 60
LONGEST_NOTE: Final = 300

Note = Annotated[str, Field(max_length=LONGEST_NOTE), AfterValidator(several_lines)]


class CallbackInput(InputModel):
    """A call back to be promised: to a number, or to who is on a call."""

    number: Annotated[
        str | None,
        Field(min_length=1, max_length=40),
        Says("callback.fault_number"),
    ] = Field(None, description="Whom to call; left out: the call's number.")
    call_id: Identity | None = None
    ticket: TicketNumber | None = Field(None, description="The ticket it is about.")
    minutes: Annotated[int, Field(ge=1, le=A_MONTH_IN_MINUTES), Says("callback.fault_minutes")] = (
        Field(30, description="From now until it is due (CBK-1).")
    )
    note: Note = ""

    @model_validator(mode="after")
    def _says_whom(self) -> Self:
        if self.number is None and self.call_id is None:
            said = "Say whom to call: a number, or the call."
            raise wrong("number", "callback.fault_number", said)
        return self


class CallbackSettlement(InputModel):
    """How a callback ended."""

    state: CallbackState = Field(description="`completed` or `cancelled`.")
    note: Note = Field("", description="Replaces the callback's note unless empty.")

    @field_validator("state")
    @classmethod
    def _is_an_end(cls, state: CallbackState) -> CallbackState:
        if state not in {CallbackState.COMPLETED, CallbackState.CANCELLED}:
            raise wrong("state", "form.wrong", "A callback becomes `completed` or `cancelled`.")
        return state


async def make(
    asking: RequestDatabase, principal: Principal, settings: Settings, given: CallbackInput
) -> tuple[Callback, bool]:
    """Keep a callback; return it, and whether it is new.

    Asked again in the same call (or by the same person) for the same minute it is the one that was
    kept. Raises Refused: 404 for a call or a ticket that is not there, 422 for a number that may
    never be rung: nobody is promised what is not kept (CBK-1).
    """
    now = datetime.now(UTC)

    async def made(connection: AsyncConnection) -> tuple[Callback, bool]:
        call_id = given.call_id and given.call_id.lower()
        reach = reach_of(principal, "call.number")
        sent = given.number or found(
            await calls.caller(connection, call_id or "", reach=reach), "call"
        )
        number = phone_number(sent, settings.number_plan)
        if not number.identity:
            said = "There is no telephone number to call."
            raise Refused(422, said, faults={"number": "callback.fault_number"})
        if guard(settings).never(number.shown) is not None:
            said = "This number may never be rung: see THIRDRING_DIAL_ALLOWED."
            raise Refused(422, said, faults={"number": "callback.fault_never"})
        ticket_id = None
        if given.ticket is not None:
            ticket_id = found(await ticket_saves.key(connection, given.ticket), "ticket")
        key, fresh = await callbacks.once(
            connection,
            number=number.shown,
            identity=number.identity,
            kind=CallbackKind.AGENT,
            due_at=now + timedelta(minutes=given.minutes),
            call_id=call_id,
            ticket_id=ticket_id,
            account_id=principal.account_id,
            note=given.note,
            now=now,
        )
        if fresh:
            detail = f"{given.minutes} min"
            await audit.note(connection, audit_entry(principal, "callback.made", str(key), detail))
        return found(await callbacks.callback(connection, key), "callback"), fresh

    return await asking.write(made)


async def call_now(asking: RequestDatabase, principal: Principal, callback_id: int) -> Callback:
    """Have the customer called as soon as an agent is free: the answer is there.

    Raises Refused: 404, or 409 when it is over. Who is being called already stays so.
    """
    return await _changed(asking, principal, callback_id, CallNow(), "callback.now", ON_THE_PHONE)


async def settle(
    asking: RequestDatabase, principal: Principal, callback_id: int, given: CallbackSettlement
) -> Callback:
    """Say that a callback was completed, or is not needed any more.

    Raises Refused: 404, or 409 when it ended otherwise, or both talk (SIL-6).
    """
    event = Settled(completed=given.state is CallbackState.COMPLETED)
    action = f"callback.{given.state.value}"
    return await _changed(
        asking, principal, callback_id, event, action, {given.state}, note=given.note
    )


async def _changed(
    asking: RequestDatabase,
    principal: Principal,
    callback_id: int,
    event: Event,
    action: str,
    already: Collection[CallbackState],
    *,
    note: str = "",
) -> Callback:
    """Let something happen to a callback; one in a state of `already` may stay as it is."""
    now = datetime.now(UTC)

    async def changed(connection: AsyncConnection) -> Callback:
        done = await due.apply(connection, callback_id, event, now, note=note)
        callback = found(await callbacks.callback(connection, callback_id), "callback")
        if done is not None:
            await audit.note(connection, audit_entry(principal, action, str(callback_id)))
        elif callback.state not in already:
            said = f"This callback is {callback.state.value} already."
            raise Refused(409, said, faults={"state": "callback.saved_late"})
        return callback

    return await asking.write(changed)
