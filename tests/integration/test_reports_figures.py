"""Figures are kept equal to a full count, whatever changes late and whoever counts (bar g)."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest_asyncio
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.engine import engine
from features.calls import talk_segment_rows, writes
from features.calls.lifecycle import CallRecord, Direction, Disposition, Miss
from features.calls.tables import Call, TalkSegmentRow
from features.calls.talk_segments import How, TalkSegment
from features.report_figures import counting, marks, rollup
from features.report_figures.rollup import RollUp
from features.report_figures.tables import CountedByRow, CountedDayRow, FigureRow, MarkRow
from features.ticket_clocks.house import house
from features.tickets import history
from features.tickets import writes as ticket_writes
from features.tickets.history import Author
from features.tickets.lifecycle import TicketKind, TicketSource, opened
from features.tickets.tables import TicketEntryRow, TicketRow
from settings import Settings
from tests.integration.test_tickets_queries import call
from tests.numbers import CHINA as PLAN
from tests.unit.test_call_fold import talked

CHINA = ZoneInfo("Asia/Shanghai")
WITHIN_S = 15.0
HOUSE = house(Settings())
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
SUMS = counting.SUMS


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = engine(database_url)
    yield made
    await made.dispose()


def roll_up(database: AsyncEngine, zone: ZoneInfo = CHINA) -> RollUp:
    """Return one that does not rest: tests have no time."""
    made = RollUp(database, zone=zone, within_s=WITHIN_S)
    made.rests_s = 0.0
    return made


async def counted(database: AsyncEngine, one: RollUp | None = None) -> None:
    worker = one or roll_up(database)
    while await worker.turn() or await waiting(database):
        pass


async def waiting(database: AsyncEngine) -> bool:
    async with database.connect() as connection:
        return (await connection.execute(select(MarkRow.id).limit(1))).first() is not None


def chance_call(number: int, chance: random.Random) -> CallRecord:
    """Return a call of its own, with everything that is counted drawn."""
    began = NOON + timedelta(minutes=chance.randrange(-3 * 1440, 3 * 1440), seconds=number % 60)
    talks = [
        TalkSegment(
            agent=chance.choice(["2001", "2002", "8001"]),
            seat="w01",
            from_at=began + timedelta(seconds=30 + 40 * each),
            to_at=began + timedelta(seconds=30 + 40 * each + chance.randrange(1, 40)),
            how=How.ANSWERED,
            held_s=chance.randrange(0, 9) / 10,
        )
        for each in range(chance.randrange(0, 3))
    ]
    waited = chance.choice([3.25, 15.0, 15.001, 40.0])
    queued = chance.random() < 0.8
    return replace(
        call(number, talked().record()),
        ring_started=began,
        direction=chance.choice([Direction.IN, Direction.IN, Direction.OUT]),
        topic=chance.choice([None, "complaint", "fault"]),
        disposition=chance.choice([*Disposition, None]),
        queued_at=began if queued else None,
        waited_s=waited if queued else None,
        agent_answered=began if talks and queued else None,
        held_ans1=chance.random() < 0.5,
        misses=tuple(Miss("2003", began, 12.0) for _ in range(chance.randrange(0, 3))),
        talk_s=sum((each.to_at - each.from_at).total_seconds() for each in talks if each.to_at),
        held_s=sum(each.held_s for each in talks),
        segments=tuple(talks),
    )


async def keep(database: AsyncEngine, *calls: CallRecord) -> None:
    """Keep calls as the ledger does, with their marks (`JournalImporter._fold`)."""
    async with database.execution_options(writing=True).begin() as connection:
        await marks.mark(connection, await _moments(connection, [one.id for one in calls]))
        await writes.keep_calls(connection, calls, PLAN)
        await talk_segment_rows.keep(connection, calls)
        await marks.mark(connection, await _moments(connection, [one.id for one in calls]))


async def _moments(connection: AsyncConnection, ids: list[str]) -> list[datetime]:
    rang = await connection.execute(select(Call.ring_started).where(Call.id.in_(ids)))
    spoke = await connection.execute(
        select(TalkSegmentRow.from_at).where(TalkSegmentRow.call_id.in_(ids))
    )
    return [*rang.scalars(), *spoke.scalars()]


async def full_count(database: AsyncEngine) -> dict[str, Counter[Any]]:
    """Count every row anew, in a way of its own."""
    found: dict[str, Counter[Any]] = {}
    async with database.connect() as connection:
        calls = (await connection.execute(select(Call.__table__))).mappings().all()
        talks = (await connection.execute(select(TalkSegmentRow.__table__))).mappings().all()
        tickets = (await connection.execute(select(TicketRow.__table__))).mappings().all()
        entries = (await connection.execute(select(TicketEntryRow.__table__))).mappings().all()
    for one in calls:
        key = _when(one["ring_started"])
        key += one["direction"], one["topic"] or "", one["disposition"] or ""
        queued = one["queued_at"] is not None
        answered = one["agent_answered"] is not None
        late = queued and one["waited_s"] > WITHIN_S
        for name, value in {
            "count": 1,
            "queued": queued,
            "measured": queued and (answered or late),
            "in_time": queued and answered and not late,
            "rang_in_time": one["held_ans1"],
            "waited_ms": round(1000 * (one["waited_s"] or 0)),
            "talk_ms": round(1000 * (one["talk_s"] or 0)),
            "held_ms": round(1000 * one["held_s"]),
        }.items():
            found.setdefault(f"calls.{name}", Counter())[key] += int(value)
        for miss in one["misses"] if queued else ():
            spot = (*_when(one["ring_started"]), miss["agent"])
            found.setdefault("agents.missed", Counter())[spot] += 1
    _count_talks(found, talks)
    about = {one["id"]: one for one in tickets}
    for one in tickets:
        key = _day(one["created_at"]), *_about(one), one["state"]
        found.setdefault("tickets.count", Counter())[key] += 1
    for one in entries:
        if one["what"] not in counting.UNCOUNTED:
            key = _day(one["at"]), *_about(about[one["ticket_id"]]), one["what"]
            found.setdefault("acts.count", Counter())[key] += 1
    return {name: +counter for name, counter in found.items() if +counter}


def _count_talks(found: dict[str, Counter[Any]], talks: Any) -> None:
    spots: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for one in talks:
        if one["to_at"] is not None:
            spots.setdefault((_day(one["from_at"]), one["agent"], one["call_id"]), []).append(one)
    for (_, agent, _), each in spots.items():
        spot = (*_when(min(one["from_at"] for one in each)), agent)
        held = sum(round(1000 * one["held_s"]) for one in each)
        lasted = sum(round(1000 * (one["to_at"] - one["from_at"]).total_seconds()) for one in each)
        for name, value in {"count": 1, "held_ms": held, "talk_ms": lasted - held}.items():
            found.setdefault(f"agents.{name}", Counter())[spot] += value


def _about(one: Any) -> tuple[str, ...]:
    return one["kind"], one["business"] or "", one["nature"] or "", one["department"]


def _when(at: datetime) -> tuple[Any, ...]:
    wall = at.astimezone(CHINA)
    return wall.date(), wall.hour * 2 + wall.minute // 30


def _day(at: datetime) -> date:
    return at.astimezone(CHINA).date()


async def kept(database: AsyncEngine) -> dict[str, Counter[Any]]:
    """Return the figures that are kept, in the same form."""
    keys = {
        "calls": ("day", "slot", "direction", "topic", "outcome"),
        "agents": ("day", "slot", "agent"),
        "tickets": ("day", "kind", "business", "nature", "department", "outcome"),
        "acts": ("day", "kind", "business", "nature", "department", "outcome"),
    }
    found: dict[str, Counter[Any]] = {}
    async with database.connect() as connection:
        rows = (await connection.execute(select(FigureRow.__table__))).mappings().all()
    for row in rows:
        for name in SUMS if row["subject"] in keys else ():
            key = tuple(row[each] for each in keys[row["subject"]])
            found.setdefault(f"{row['subject']}.{name}", Counter())[key] += row[name]
    return {name: +counter for name, counter in found.items() if +counter}


async def open_ticket(database: AsyncEngine, kind: TicketKind, at: datetime) -> str:
    ticket = replace(
        opened(source=TicketSource.WRITTEN, customer_number="", created_at=at), kind=kind
    )
    async with database.execution_options(writing=True).begin() as connection:
        number = await ticket_writes.open_ticket(
            connection, ticket, author=Author(role=None), house=HOUSE, day=_day(at)
        )
    assert number
    return number


async def test_figures_equal_a_full_count_after_chance_changes(database: AsyncEngine) -> None:
    chance = random.Random(14)
    worker = roll_up(database)
    tickets: list[str] = []
    for _ in range(6):
        some = {chance.randrange(120): None for _ in range(40)}
        await keep(database, *(chance_call(each, chance) for each in some))
        for _ in range(5):
            await worker.turn()
            at = NOON + timedelta(hours=chance.randrange(-70, 70))
            tickets.append(await open_ticket(database, chance.choice(list(TicketKind)), at))
    await counted(database, worker)
    whole = await full_count(database)
    assert len(whole) >= 11
    assert await kept(database) == whole


async def test_what_is_changed_while_a_day_is_counted_is_counted_again(
    database: AsyncEngine,
) -> None:
    chance = random.Random(3)
    await keep(database, *(chance_call(each, chance) for each in range(10)))
    slow, quick = roll_up(database), roll_up(database)
    original = counting.of_day
    late = chance_call(11, chance)

    async def meanwhile(*given: Any, **more: Any) -> Any:
        figures = await original(*given, **more)
        counting.of_day = original
        await keep(database, late)
        await counted(database, quick)
        return figures

    await quick.turn()
    await keep(database, *(chance_call(each, chance) for each in range(10)))
    counting.of_day = meanwhile
    try:
        await slow.turn()
    finally:
        counting.of_day = original
    await counted(database, slow)
    assert await kept(database) == await full_count(database)


async def test_another_zone_has_every_day_counted_anew(database: AsyncEngine) -> None:
    chance = random.Random(5)
    await keep(database, *(chance_call(each, chance) for each in range(30)))
    await counted(database, roll_up(database, ZoneInfo("America/Los_Angeles")))
    assert await kept(database) != await full_count(database)
    await counted(database, roll_up(database))
    assert await kept(database) == await full_count(database)


async def test_an_old_house_is_counted_from_its_first_day(database: AsyncEngine) -> None:
    chance = random.Random(6)
    await keep(database, *(chance_call(each, chance) for each in range(30)))
    async with database.execution_options(writing=True).begin() as connection:
        await connection.execute(MarkRow.__table__.delete())  # type: ignore[attr-defined]
        await connection.execute(update(CountedByRow).values(counted_by=""))
    await counted(database)
    assert await kept(database) == await full_count(database)
    async with database.connect() as connection:
        first = await rollup.first_day(connection)
        last = (await connection.execute(select(CountedDayRow.day))).scalars().all()
    assert first is not None
    assert len(last) == (max(last) - first).days + 1


async def test_a_ticket_that_is_about_something_else_moves_what_was_done(
    database: AsyncEngine,
) -> None:
    number = await open_ticket(database, TicketKind.CONSULTATION, NOON - timedelta(days=4))
    await counted(database)
    async with database.execution_options(writing=True).begin() as connection:
        row = (await connection.execute(select(TicketRow.id))).scalar_one()
        before = opened(source=TicketSource.WRITTEN, customer_number="", created_at=NOON)
        after = replace(before, kind=TicketKind.FAULT, number=number)
        await connection.execute(update(TicketRow).values(kind="fault"))
        await history.add(
            connection, row, before, after, what="note", author=Author(role=None), now=NOON
        )
    await counted(database)
    whole = await full_count(database)
    assert {key[1] for key in whole["acts.count"]} == {"fault"}
    assert (await kept(database))["acts.count"] == whole["acts.count"]
