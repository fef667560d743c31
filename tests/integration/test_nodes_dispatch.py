"""Two nodes share a database: a crash of one ends its own attempts, and rings nobody of the other.

Each has a dispatcher, and a switch that gives the same names as the other's.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from callflow.rules.questions import Result
from db.engine import engine
from dispatch import dispatcher as dispatching
from dispatch.attempts import Attempt
from dispatch.tables import AttemptRow
from features.callbacks.lifecycle import CallbackState
from features.campaigns.contact import ContactState
from features.campaigns.lifecycle import Mode
from features.duties import queries as duties
from features.duties.queries import AtWorkError, DutyKind, DutyState, SeatTakenError
from features.wake_ups.lifecycle import WakeState, WakeUpRules
from tests.fakes.ringing import RingingSwitch
from tests.integration.callback_room import Hall, HallSwitch
from tests.integration.campaign_room import House, campaign, people
from tests.integration.hotel import RULES, Hotel, HotelSwitch
from tests.waiting import until

A, B = "node1", "node2"
PATIENT = WakeUpRules(ring_for=30.0, again_every=60.0, give_up_after=600.0)


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = engine(database_url)
    yield made
    await made.dispose()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a dispatcher doubt at once what it does not know of."""
    monkeypatch.setattr(dispatching, "SETTLE_AFTER_S", 0.2)
    monkeypatch.setattr(dispatching, "SETTLE_EVERY_S", 0.1)


async def rows(database: AsyncEngine, node: str) -> Sequence[object]:
    table = AttemptRow.__table__
    async with database.connect() as connection:
        found = await connection.execute(
            select(table).where(AttemptRow.node == node).order_by(AttemptRow.id)
        )
        return [tuple(row) for row in found]


async def rung_by(hotel: Hotel, count: int) -> list[Attempt]:
    await hotel.rings(count)
    return [attempt for _, attempt in hotel.switch.rung]


async def test_a_crash_of_one_switch_rings_its_own_guests_again_and_no_others(
    database: AsyncEngine, tmp_path: Path
) -> None:
    here = Hotel(database, HotelSwitch(tmp_path, node=A))
    there = Hotel(database, HotelSwitch(tmp_path, node=B))
    theirs = [await there.wakes(f"83{n:02d}", in_s=0.1) for n in range(3)]
    async with there.dispatcher(rules=PATIENT, lines=3):
        _ringing, *answered = await rung_by(there, 3)
        ours = [await here.wakes(f"82{n:02d}", in_s=0.1) for n in range(3)]
        async with here.dispatcher(rules=RULES):
            for attempt in await rung_by(here, 3):
                here.switch.answers(attempt)
            for attempt in answered:
                there.switch.answers(attempt)
            await until(lambda: _answered(database, 5), within=5, what="five have answered")
            before = await rows(database, B)
            here.switch.dies("trk2")
            again = (await rung_by(here, 6))[3:]
            assert {one.subject_id for one in again} == set(ours)
            assert await rows(database, B) == before
            assert len(there.switch.rung) == 3
            for attempt in answered:
                there.switch.says(attempt, "awake")
            for attempt in answered:
                await there.is_now(attempt.subject_id, WakeState.AWAKE)
    for key in ours:
        assert [one.result for one in await here.attempts(key)] == ["switch_died", ""]
    assert {key: (await there.wake_up(key)).tries for key in theirs} == dict.fromkeys(theirs, 1)


async def test_a_dispatcher_that_starts_leaves_what_another_node_rings(
    database: AsyncEngine, tmp_path: Path
) -> None:
    here = Hotel(database, HotelSwitch(tmp_path, node=A))
    there = Hotel(database, HotelSwitch(tmp_path, node=B))
    key = await there.wakes("8301", in_s=0.1)
    async with there.dispatcher(rules=PATIENT):
        attempt = await there.rings(1)
        async with here.dispatcher(rules=PATIENT) as ours:
            await asyncio.sleep(1.0)  # its own switch knows nothing of that channel
            assert (len(here.switch.rung), ours.in_flight) == (0, 0)
        there.switch.answers(attempt)
        there.switch.says(attempt, "awake")
        assert (await there.is_now(key, WakeState.AWAKE)).tries == 1


async def test_each_node_reads_its_own_journals_to_the_end(
    database: AsyncEngine, tmp_path: Path
) -> None:
    here = Hotel(database, HotelSwitch(tmp_path, node=A))
    there = Hotel(database, HotelSwitch(tmp_path, node=B))
    key = await there.wakes("8301", in_s=0.1)
    async with there.dispatcher(rules=PATIENT):
        attempt = await there.rings(1)
    there.switch.answers(attempt)
    there.switch.says(attempt, "awake")  # while nobody dispatches there
    async with here.dispatcher(rules=PATIENT):
        await asyncio.sleep(0.5)
    assert (await there.wake_up(key)).state is WakeState.RINGING
    async with there.dispatcher(rules=PATIENT):
        await there.is_now(key, WakeState.AWAKE)


async def test_a_campaign_goes_on_at_the_node_that_did_not_crash(
    database: AsyncEngine, tmp_path: Path
) -> None:
    here = House(database, RingingSwitch(tmp_path, node=A))
    there = House(database, RingingSwitch(tmp_path, node=B))
    async with there.dispatcher(lines=4):
        theirs = await there.makes(campaign(max_attempts=1), people(4))
        first = await there.rings(1)
        await there.rings(4)
        there.switch.answers(first)
        ours = await here.makes(campaign(max_attempts=1), people(2, first=13_900_000_000))
        async with here.dispatcher():
            await here.rings(2)
            await until(lambda: _answered(database, 1), within=5, what="one has answered")
            before = await rows(database, B)
            here.switch.dies("trk2")
            await here.first_has(ours, Result.UNKNOWN)
            assert await rows(database, B) == before
            states = {one.state for one in await there.contacts(theirs)}
            assert states == {ContactState.CALLING}
            there.completes(first)
            await there.first_has(theirs, Result.COMPLETED)
    ended = [(one.node, one.result) for one in await here.attempts() if one.result]
    assert ended == [(A, "switch_died")] * 2


async def test_only_agents_at_seats_of_the_node_are_rung(
    database: AsyncEngine, tmp_path: Path
) -> None:
    here = Hall(database, HallSwitch(tmp_path, node=A))
    there = Hall(database, HallSwitch(tmp_path, node=B))
    await there.works("2001", "w01")
    key = await here.callbacks()
    async with here.dispatcher():
        await asyncio.sleep(1.5)
        assert not here.switch.rung, "w01 is a seat here too, and nobody sits at it"
        await here.works("1001", "w01")
        attempt = await here.rings(1)
        assert here.switch.told[0]["CALLBACK_BY"] == "1001"
        here.switch.answers(attempt)
        here.switch.marks(attempt, "dialling", "talking")
        await here.is_now(key, CallbackState.TALKING)
    assert not there.switch.rung


async def test_agents_of_a_campaign_are_those_of_the_node(
    database: AsyncEngine, tmp_path: Path
) -> None:
    here = House(database, RingingSwitch(tmp_path, node=A))
    there = House(database, RingingSwitch(tmp_path, node=B))
    await there.works("2001", "w01")
    async with here.dispatcher():
        await here.makes(campaign(mode=Mode.AGENT), people(1))
        await asyncio.sleep(1.5)
        assert not here.switch.rung
        async with there.dispatcher():
            assert (await there.rings(1)).number == "w01"
    assert not here.switch.rung


async def test_a_seat_of_the_same_name_is_another_one_and_a_person_is_at_one_only(
    database: AsyncEngine, tmp_path: Path
) -> None:
    here = Hall(database, HallSwitch(tmp_path, node=A))
    there = Hall(database, HallSwitch(tmp_path, node=B))
    first = await here.works("1001", "w01")
    await there.works("2001", "w01")
    with pytest.raises(SeatTakenError):
        await there.works("2002", "w01")
    async with database.execution_options(writing=True).begin() as connection:
        found = {one.node: one.number for one in await duties.at_work(connection)}
        assert found == {A: "1001", B: "2001"}
        on_b = await duties.of_seat(connection, "w01", node=B)
        assert on_b is not None
        assert on_b.number == "2001"
        with pytest.raises(AtWorkError):
            await duties.begin(
                connection,
                account_id=first,
                seat="w02",
                kind=DutyKind.BROWSER,
                state=DutyState.READY,
                node=B,
                now=on_b.began_at,
            )


async def _answered(database: AsyncEngine, count: int) -> bool:
    async with database.connect() as connection:
        found = await connection.execute(
            select(AttemptRow.id).where(AttemptRow.answered_at.is_not(None))
        )
        return len(found.all()) == count
