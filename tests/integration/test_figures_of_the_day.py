"""The figures of the day, counted from what the ledger and the desk have kept (A6)."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest_asyncio

from db.engine import engine
from features.duties import queries as duties
from floor.day_counts import counted
from floor.day_figures import AgentDay, Counted
from floor.service_level import QueueWait
from tests.integration.ledger_room import Room, catch_up, home, many_calls
from tests.integration.test_ledger_importer import handed_over, sat, tell
from tests.unit.scripted_journal import BOOT, Telling
from tests.unit.test_call_fold import abandoned_the_queue, at, left_a_message, talked

LINKED = f"{BOOT}-1795296635.0"
MIDNIGHT = at(0) - timedelta(hours=1)
LATER = at(600)


@pytest_asyncio.fixture
async def room(tmp_path: Path, database_url: str) -> AsyncIterator[Room]:
    made = engine(database_url)
    yield Room(home(tmp_path / "home", database_url), made)
    await made.dispose()


async def the_day(room: Room, *, began: datetime = MIDNIGHT, now: datetime = LATER) -> Counted:
    async with room.engine.connect() as connection:
        return await counted(connection, began, now)


async def after(room: Room, told: Telling) -> Counted:
    tell(room, told)
    await catch_up(room.importer())
    return await the_day(room)


async def test_who_left_a_message_has_not_given_up(room: Room) -> None:
    day = await after(room, left_a_message())
    assert day.waits == {LINKED: QueueWait(60.1, answered=False, sent_on=True)}


async def test_who_hung_up_while_waiting_has_and_the_phone_that_rang_is_a_miss(room: Room) -> None:
    day = await after(room, abandoned_the_queue())
    assert [one.abandoned for one in day.waits.values()] == [True]
    assert day.agents == {"8001": AgentDay(missed=1)}


async def test_each_agent_has_the_talk_of_the_own_segment(room: Room) -> None:
    await sat(room, "1002", "8102", since=at(0), until=at(600))
    day = await after(room, handed_over())
    assert (day.agents["1001"].calls, day.agents["1001"].talk_s) == (1, 7.7)
    assert (day.agents["1002"].calls, day.agents["1002"].talk_s) == (1, 30.0)
    assert day.agents["1002"].last_talk == at(50)
    assert [one.answered for one in day.waits.values()] == [True]


async def test_yesterdays_calls_are_not_todays(room: Room) -> None:
    tell(room, talked())
    await catch_up(room.importer())
    assert await the_day(room, began=at(3600)) == Counted()


async def test_writing_after_calls_is_added_up_and_goes_on(room: Room) -> None:
    duty = await sat(room, "1002", "8102", since=at(0), until=None)
    async with room.engine.execution_options(writing=True).begin() as connection:
        for state, when in (("wrap_up", 100), ("ready", 130), ("paused", 200), ("wrap_up", 590)):
            await duties.turn(connection, duty, duties.DutyState(state), now=at(when))
    day = await the_day(room)
    assert day.agents["1002"].wrap_up_s == 40.0


async def test_every_caller_is_answered_given_up_or_sent_on_as_the_call_says(room: Room) -> None:
    journal = many_calls(24)
    for name, content in journal.files.items():
        room.write(name, content)
    await catch_up(room.importer())
    day = await the_day(room)
    rows = await room.rows("SELECT linkedid, disposition FROM calls WHERE waited_s IS NOT NULL")
    said = {row["linkedid"]: row["disposition"] for row in rows}
    assert set(day.waits) == set(said)
    for linkedid, wait in day.waits.items():
        assert wait.answered == (said[linkedid] == "agent")
        assert wait.abandoned == (said[linkedid] == "abandoned_queue")
