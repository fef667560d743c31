"""Wake-ups by a guest's telephone (WAK-1): see, add and cancel those of one line.

All of it runs in the caller's transaction (on SQLite one with `writing=True`).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit import log as audit
from features.wake_ups import register as wake_register
from features.wake_ups.lifecycle import OVER
from features.wake_ups.register import Through
from features.wake_ups.rules import Registration
from features.wake_ups.tables import WakeUpRow

MOST_OF_A_LINE = 10
"""Wake-ups of one telephone that are still to come; who wants more asks a person."""

_OVER = sorted(state.value for state in OVER)


@dataclass(frozen=True, slots=True)
class Next:
    """What rings next at a telephone."""

    registration_id: int
    due: datetime


async def next_of(connection: AsyncConnection, number: str) -> Next | None:
    """Return what rings next at a number, whoever registered it; None: nothing."""
    row = WakeUpRow
    found = await connection.execute(
        select(row.registration_id, row.due)
        .where(row.number == number, row.state.not_in(_OVER))
        .order_by(row.due, row.id)
        .limit(1)
    )
    one = found.one_or_none()
    return None if one is None else Next(one.registration_id, one.due)


async def put(
    connection: AsyncConnection, wanted: Registration, *, call_id: str, now: datetime
) -> bool:
    """Keep a guest's wish, once however often it is said; False: this line has too many.

    Raises InThePastError, and KnownError when somebody else registers it at this moment.
    """
    if await wake_register.known(connection, [wanted], now=now):
        return True
    row = WakeUpRow
    waiting = await connection.execute(
        select(func.count())
        .select_from(row)
        .where(row.number == wanted.number, row.state.not_in(_OVER))
    )
    if waiting.scalar_one() >= MOST_OF_A_LINE:
        return False
    key = await wake_register.register(
        connection, wanted, made_by=None, now=now, through=Through.GUEST, call_id=call_id
    )
    await audit.note(connection, audit.by_telephone("wake.registered", f"{key}", at=now))
    return True


async def cancel(connection: AsyncConnection, key: int, *, now: datetime) -> bool:
    """Take a guest's wish off the register; False: it was off already."""
    done = await wake_register.cancel(connection, key, by=None, now=now, through=Through.GUEST)
    if done:
        await audit.note(connection, audit.by_telephone("wake.cancelled", f"{key}", at=now))
    return done
