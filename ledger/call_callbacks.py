"""Callbacks that calls themselves make (SIL-4, CBK-1): journal events become rows, once."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.events import JournalEvent
from features.callbacks import queries as callbacks
from features.callbacks.lifecycle import CallbackKind
from features.calls.lifecycle import CallRecord
from phone_numbers.phone_number import Kind, phone_number
from phone_numbers.plan import NumberPlan

LONGEST_MIN = 24 * 60

CallOf = Callable[[JournalEvent], CallRecord | None]


async def keep_callbacks(
    connection: AsyncConnection,
    events: Iterable[JournalEvent],
    call_of: CallOf,
    plan: NumberPlan,
) -> None:
    """Keep what `events` say was promised, in the caller's transaction; told twice it is one."""
    for event in events:
        kind, minutes = _said(event)
        if kind is None:
            continue
        call = call_of(event)
        if call is None:
            continue
        caller = phone_number(call.number, plan)
        if caller.kind is Kind.WITHHELD:  # nobody there to be called back
            continue
        at = datetime.fromtimestamp(event.at, UTC)
        await callbacks.make(
            connection,
            number=caller.shown,
            identity=caller.identity,
            kind=kind,
            due_at=at + timedelta(minutes=minutes),
            call_id=call.id,
            came_at=call.ring_started if kind is CallbackKind.QUEUE else None,
            now=at,
        )


def _said(event: JournalEvent) -> tuple[CallbackKind | None, int]:
    if event.name != "TR_CALLBACK":
        return None, 0
    kind, minutes = event.data.get("kind", ""), event.data.get("minutes", "")
    if kind not in {CallbackKind.CANNOT_HEAR, CallbackKind.QUEUE} or not minutes.isdecimal():
        return None, 0
    return CallbackKind(kind), min(int(minutes[:6]), LONGEST_MIN)
