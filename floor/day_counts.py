"""Asking the ledger's rows for the figures of the day, when something has happened.

Each figure is what `docs/figures.md` says, and what a call's own page shows, added up.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

from sqlalchemy import ColumnElement, Float, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.events import DEFAULT_NODE
from features.accounts.references import PERSON
from features.calls.lifecycle import Disposition
from features.calls.references import CALL, TALK_SEGMENT
from features.duties.references import DUTY, DUTY_EVENT
from floor.database_access import WITHIN_S, DatabaseAccess
from floor.day_figures import AgentDay, Counted, DayFigures
from floor.service_level import QueueWait

SOON_S: Final = 1.0
"""After something happened the ledger is asked no more often than this."""
FOLLOWS: Final = timedelta(seconds=4)
"""The ledger tells of what happened a moment later; on a busy machine, some seconds."""
AT_LEAST_EVERY_S: Final = 15.0
RESTS: Final = 50.0
"""So many times as long as the last answer took we wait for the next: a large day costs no more."""


class DayCounts:
    """When the day's figures are asked for again."""

    def __init__(
        self,
        day: DayFigures,
        records: DatabaseAccess,
        *,
        zone: tzinfo,
        node: str = DEFAULT_NODE,
    ) -> None:
        self._day, self._records, self._zone, self._node = day, records, zone, node
        self._of: date | None = None
        self._asked: datetime | None = None
        self._took_s = 0.0
        self._follow_until = datetime.min.replace(tzinfo=UTC)

    def due(self, now: datetime) -> bool:
        """Tell whether the ledger may have more to tell than we know."""
        if self._asked is None:
            return True
        if self._day.stale:
            self._follow_until = now + FOLLOWS
        waited_s = (now - self._asked).total_seconds()
        soon_s = max(SOON_S, RESTS * self._took_s)
        return waited_s >= (soon_s if now < self._follow_until else AT_LEAST_EVERY_S)

    async def count(self, now: datetime) -> list[str]:
        """Take over the ledger's figures; a new day begins at nought. Raises what asking raises.

        Return the numbers of those whose own figures are others now.
        """
        began = now.astimezone(self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
        if began.date() != self._of:
            self._of = began.date()
            self._day.begins()
        self._asked, self._day.stale = now, False
        begun = time.perf_counter()
        found = await self._records.ask(
            lambda one: counted(one, began, now, self._node), within=WITHIN_S
        )
        self._took_s = time.perf_counter() - begun
        return self._day.put(found)


async def counted(
    database: AsyncConnection, began: datetime, now: datetime, node: str = DEFAULT_NODE
) -> Counted:
    """Return the figures of the calls that rang, and of what agents did, since the day began.

    They are those of the whole house; callers of this node go by their linkedid.
    """
    waits, missed = await _calls(database, began, node)
    wrapped = await _wrap_ups(database, began, now)
    talked = await _talks(database, began)
    agents = {
        number: AgentDay(
            **talked.get(number, {}),
            wrap_up_s=round(wrapped.get(number, 0.0), 1),
            missed=missed[number],
        )
        for number in {*talked, *missed, *wrapped}
    }
    return Counted(waits=waits, agents=agents)


async def _calls(
    database: AsyncConnection, began: datetime, own: str
) -> tuple[dict[str, QueueWait], Counter[str]]:
    found = await database.execute(
        select(
            CALL.c.node,
            CALL.c.linkedid,
            CALL.c.waited_s,
            CALL.c.agent_answered,
            CALL.c.disposition,
            CALL.c.misses,
        ).where(CALL.c.ring_started >= began, CALL.c.queued_at.is_not(None))
    )
    waits: dict[str, QueueWait] = {}
    missed: Counter[str] = Counter()
    for node, linkedid, waited_s, answered, disposition, misses in found:
        missed.update(str(miss["agent"]) for miss in misses)
        if waited_s is not None:
            gave_up = disposition == Disposition.ABANDONED_QUEUE.value
            caller = linkedid if node == own else f"{node} {linkedid}"
            waits[caller] = QueueWait(waited_s, answered is not None, sent_on=not gave_up)
    return waits, missed


async def _talks(database: AsyncConnection, began: datetime) -> dict[str, dict[str, Any]]:
    """Return the columns of `AgentDay` that segments tell, by agent."""
    lasted = _seconds(database)(TALK_SEGMENT.c.from_at, TALK_SEGMENT.c.to_at)
    held = func.sum(TALK_SEGMENT.c.held_s)
    found = await database.execute(
        select(
            TALK_SEGMENT.c.agent,
            func.count(TALK_SEGMENT.c.call_id.distinct()),
            func.sum(lasted) - held,
            held,
            func.max(TALK_SEGMENT.c.to_at),
        )
        .where(TALK_SEGMENT.c.from_at >= began, TALK_SEGMENT.c.to_at.is_not(None))
        .group_by(TALK_SEGMENT.c.agent)
    )
    return {
        agent: {
            "calls": calls,
            "talk_s": round(max(0.0, talk_s), 1),
            "held_s": round(held_s, 1),
            "last_talk": last,
        }
        for agent, calls, talk_s, held_s, last in found
    }


async def _wrap_ups(database: AsyncConnection, began: datetime, now: datetime) -> dict[str, float]:
    """Return the seconds that everybody has written after calls."""
    found = await database.execute(
        select(DUTY_EVENT.c.duty_id, PERSON.c.number, DUTY_EVENT.c.at, DUTY_EVENT.c.what)
        .join(DUTY, DUTY.c.id == DUTY_EVENT.c.duty_id)
        .join(PERSON, PERSON.c.id == DUTY.c.account_id)
        .where(DUTY_EVENT.c.at >= began, DUTY_EVENT.c.what.in_(_TURNS))
        .order_by(DUTY_EVENT.c.duty_id, DUTY_EVENT.c.id)
    )
    wrapped: defaultdict[str, float] = defaultdict(float)
    writing: dict[int, tuple[str, datetime]] = {}
    for duty, number, at, what in found:
        if begun := writing.pop(duty, None):
            wrapped[number] += (at - begun[1]).total_seconds()
        if what == "wrap_up":
            writing[duty] = (number, at)
    for number, since in writing.values():
        wrapped[number] += max(0.0, (now - since).total_seconds())
    return wrapped


_TURNS: Final = ("ready", "paused", "wrap_up", "signed_in", "signed_out")


def _seconds(database: AsyncConnection) -> Callable[[Any, Any], ColumnElement[float]]:
    """Return how this database says the seconds between two moments."""
    if database.dialect.name == "sqlite":
        return lambda since, to: (func.julianday(to) - func.julianday(since)) * 86_400.0
    return lambda since, to: cast(func.extract("epoch", to - since), Float)
