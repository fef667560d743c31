"""The traffic of some days and what it needs of agents, from the figures. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.accounts.references import PERSON
from features.duties.references import DUTY
from features.report_figures import adding, erlang
from features.report_figures.adding import INCOMING, Only, Sums
from features.report_figures.erlang import Load
from features.report_figures.rules import SLOT_MINUTES, SLOTS, bounds, slots
from features.report_figures.tables import CountedDayRow
from permissions.scopes import Reach, Scope

SLOT_S: Final = SLOT_MINUTES * 60.0
USUAL_HANDLING_S: Final = 180.0
"""Of a call where none is known."""
LONGEST_DAYS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Incoming calls of some days, and of as many days before, the same weekdays."""

    total: Sums
    before: Sums
    days: Sequence[Sums]
    half_hours: Sequence[Sums]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One half hour: its calls, the agents that it needs, those who were there."""

    slot: int
    calls: float
    handling_s: float
    needed: int
    there: float | None
    level: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDay:
    """What one agent did on one day (RPT-3)."""

    agent: str
    name: str
    calls: int
    talk_s: float
    held_s: float
    missed: int
    acts: Mapping[str, int]

    @property
    def tickets_opened(self) -> int:
        return self.acts.get("opened", 0)

    @property
    def tickets_closed(self) -> int:
        return self.acts.get("close", 0) + self.acts.get("answer", 0)


async def traffic(
    connection: AsyncConnection, first: date, last: date, *, topic: str | None = None
) -> Traffic:
    """Return the incoming calls of some days; `topic` keeps those of one choice of the menu."""
    weeks = -(-((last - first).days + 1) // 7)
    back = timedelta(days=7 * weeks)
    only: Only = {**INCOMING, "topic": topic}
    return Traffic(
        total=await adding.total(connection, "calls", first, last, only=only),
        before=await adding.total(connection, "calls", first - back, last - back, only=only),
        days=await adding.sums(connection, "calls", first, last, by=("day",), only=only),
        half_hours=await adding.sums(connection, "calls", first, last, by=("slot",), only=only),
    )


async def topics(connection: AsyncConnection, first: date, last: date) -> Sequence[str]:
    """Return what callers chose in the menu on some days."""
    found = await adding.sums(connection, "calls", first, last, by=("topic",), only=INCOMING)
    return [row["topic"] for row in found if row["topic"]]


async def staffing(
    connection: AsyncConnection,
    day: date,
    *,
    today: date,
    zone: tzinfo,
    within_s: float,
    share: float,
    wrap_up_s: float,
) -> Sequence[Staff]:
    """Return for each half hour of a day how many agents it needed, or will need.

    A day to come is expected from the same weekday of the last eight weeks; empty: there was none.
    `wrap_up_s` is what an agent writes after a call; `share` is 0 to 1.
    """
    known = {
        row["slot"]: row
        for row in await adding.sums(connection, "calls", day, day, by=("slot",), only=INCOMING)
    }
    to_come = day > today
    since = day - timedelta(days=7 * erlang.WEEKS)
    handling_s = await _handling_s(connection, since, day) + wrap_up_s
    if to_come:
        expected = erlang.forecast(day, await _past(connection, since, day, before=today))
        calls = list(expected or ())
    else:
        calls = [float(known[slot]["queued"]) if slot in known else 0.0 for slot in range(SLOTS)]
    there = None if to_come else await _there(connection, day, zone)
    return [
        Staff(
            slot=slot,
            calls=round(each, 1),
            handling_s=round(handling_s, 1),
            needed=erlang.needed(Load(each, handling_s), within_s=within_s, share=share),
            there=None if there is None else round(there[slot], 1),
            level=_level(known.get(slot)),
        )
        for slot, each in enumerate(calls)
    ]


def _level(row: Sums | None) -> float | None:
    return float(row["in_time"]) / row["measured"] if row and row["measured"] else None


async def _handling_s(connection: AsyncConnection, first: date, last: date) -> float:
    """Return how long agents talk with a caller on average, holds included."""
    row = await adding.total(
        connection, "calls", first, last, only={**INCOMING, "outcome": "agent"}
    )
    if not row["count"]:
        return USUAL_HANDLING_S
    return (int(row["talk_ms"]) + int(row["held_ms"])) / 1000 / int(row["count"])


async def _past(
    connection: AsyncConnection, since: date, day: date, *, before: date
) -> Mapping[date, Sequence[float]]:
    """Return by day, of the same weekday and over by now, the calls of each half hour."""
    counted = select(CountedDayRow.day).where(
        CountedDayRow.day >= since, CountedDayRow.day < before
    )
    days: Sequence[date] = (await connection.execute(counted)).scalars().all()
    past = {one: [0.0] * SLOTS for one in days if one.weekday() == day.weekday()}
    rows = await adding.sums(connection, "calls", since, before, by=("day", "slot"), only=INCOMING)
    for row in rows:
        if row["day"] in past:
            past[row["day"]][row["slot"]] = float(row["queued"])
    return past


async def _there(connection: AsyncConnection, day: date, zone: tzinfo) -> Sequence[float]:
    """Return for each half hour how many agents were signed in on average."""
    since, until = bounds(day, zone)
    until = min(until, datetime.now(UTC))
    began, ended = DUTY.c.began_at, DUTY.c.ended_at
    query = select(began, ended).where(began < until, or_(ended.is_(None), ended > since))
    found, passed = [0.0] * SLOTS, [0.0] * SLOTS
    duties = (await connection.execute(query)).all()
    for place, slot in enumerate(slots(day, zone)):
        begins = since + timedelta(seconds=place * SLOT_S)
        ends = min(begins + timedelta(seconds=SLOT_S), until)
        if ends <= begins:
            continue
        passed[slot] += (ends - begins).total_seconds()
        for duty_began, duty_ended in duties:
            here = min(duty_ended or ends, ends) - max(duty_began, begins)
            found[slot] += max(0.0, here.total_seconds())
    return [each / whole if whole else 0.0 for each, whole in zip(found, passed, strict=True)]


async def agent_days(connection: AsyncConnection, day: date, *, reach: Reach) -> Sequence[AgentDay]:
    """Return what each agent within a reach did on a day, by their numbers (RPT-3)."""
    only: Only = {"agent": _who(reach)}
    calls = await adding.sums(connection, "agents", day, day, by=("agent",), only=only)
    acts = await adding.sums(connection, "work", day, day, by=("agent", "outcome"), only=only)
    talked = {row["agent"]: row for row in calls}
    done: dict[str, dict[str, int]] = {}
    for row in acts:
        done.setdefault(row["agent"], {})[row["outcome"]] = row["count"]
    numbers = sorted({*talked, *done})
    names = await _names(connection, numbers)
    return [
        AgentDay(
            agent=number,
            name=names.get(number, ""),
            calls=_of(talked, number, "count"),
            talk_s=_of(talked, number, "talk_ms") / 1000,
            held_s=_of(talked, number, "held_ms") / 1000,
            missed=_of(talked, number, "missed"),
            acts=done.get(number, {}),
        )
        for number in numbers
    ]


async def counted_at(connection: AsyncConnection, day: date) -> datetime | None:
    """Return when a day was counted last."""
    query = select(CountedDayRow.counted_at).where(CountedDayRow.day == day)
    at: datetime | None = (await connection.execute(query)).scalar_one_or_none()
    return at


def _of(rows: Mapping[str, Mapping[str, Any]], number: str, name: str) -> int:
    return int(rows[number][name]) if number in rows else 0


def _who(reach: Reach) -> Sequence[str] | None:
    """Return the numbers of those within a reach; None: everybody."""
    match reach.scope:
        case Scope.ALL:
            return None
        case Scope.TEAM:
            return sorted(reach.team | {reach.number})
        case Scope.OWN:
            return [reach.number] if reach.number else []
        case _:
            return []


async def _names(connection: AsyncConnection, numbers: Sequence[str]) -> Mapping[str, str]:
    query = select(PERSON.c.number, PERSON.c.name).where(PERSON.c.number.in_(numbers))
    return {row.number: row.name for row in await connection.execute(query)}
