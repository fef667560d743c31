"""Two desks linked to one Asterisk: one has the floor, the other watches and takes over."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from ami import link as links
from db.bounded import Database, DatabaseTimeoutError
from db.engine import engine
from features.duties.queries import DutyState
from floor import lease as leases
from floor.lease import HELD_FOR_S, TAKEN_AFTER_S, Lease
from tests.fakes.ami_floor import FakeFloor
from tests.integration.floor_room import MEMBERS, Stalling, running
from tests.waiting import until


@dataclass
class Desk:
    """One desk's claim, with a clock of its own."""

    lease: Lease
    records: Stalling
    clock: list[float]

    async def waits(self, seconds: float) -> bool:
        """Let the clock go on and take a turn; tell whether the floor is proved to be ours."""
        self.clock[0] += seconds
        await self.lease.turn()
        return self.lease.is_proved


@dataclass
class Desks:
    database: Database

    def desk(self, name: str, *, node: str = "node1", began: float = 1000.0) -> Desk:
        clock = [began]
        records = Stalling(self.database)
        lease = Lease(records, node=node, holder=name, clock=lambda: clock[0])
        return Desk(lease, records, clock)


@pytest_asyncio.fixture
async def desks(database_url: str) -> AsyncIterator[Desks]:
    database = Database(engine(database_url))
    yield Desks(database)
    await database.close(within=2)


async def test_the_first_desk_has_the_floor_and_a_second_waits(desks: Desks) -> None:
    first, second = desks.desk("a"), desks.desk("b", began=5.0)
    assert await first.waits(0)
    for _ in range(10):
        assert await first.waits(2.0)
        assert not await second.waits(2.0)
    assert not second.lease.is_ours


async def test_a_holder_that_is_silent_stops_before_another_takes_over(desks: Desks) -> None:
    first, second = desks.desk("a"), desks.desk("b")
    assert await first.waits(0)
    assert not await second.waits(0)
    first.clock[0] += HELD_FOR_S
    assert not first.lease.is_ours, "it is frozen: it has not asked, and does not know"
    assert not await second.waits(HELD_FOR_S)
    assert not await second.waits(TAKEN_AFTER_S - HELD_FOR_S - 0.1)
    assert await second.waits(0.2)
    assert not await first.waits(TAKEN_AFTER_S)
    assert await second.waits(2.0)


async def test_two_that_wait_never_take_it_both(desks: Desks) -> None:
    first, others = desks.desk("a"), [desks.desk(name) for name in "bcdef"]
    assert await first.waits(0)
    for one in others:
        assert not await one.waits(0)
    took = await asyncio.gather(*(one.waits(TAKEN_AFTER_S) for one in others))
    assert sum(took) == 1


async def test_a_desk_that_starts_again_in_its_place_goes_on_at_once(desks: Desks) -> None:
    assert await desks.desk("a").waits(0)
    assert await desks.desk("a", began=0.0).waits(0)


async def test_a_database_that_does_not_answer_takes_the_floor_from_nobody(desks: Desks) -> None:
    first, second = desks.desk("a"), desks.desk("b")
    assert await first.waits(0)
    first.records.stalls = True
    for _ in range(5):
        assert await first.waits(2.0) is (first.clock[0] < 1000.0 + HELD_FOR_S)
        assert first.lease.is_ours, "callers must not feel it"
    assert not first.lease.is_proved, "but it reconciles nothing"
    first.records.stalls = False
    assert await first.waits(2.0)
    assert not await second.waits(0)


async def test_each_node_has_a_floor_of_its_own(desks: Desks) -> None:
    assert await desks.desk("a", node="node1").waits(0)
    assert await desks.desk("b", node="node2").waits(0)


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "BACK_OFF", (0.001, 0.01))
    monkeypatch.setattr(leases, "RENEW_EVERY_S", 0.05)


@pytest.mark.usefixtures("_quick")
async def test_the_desk_that_watches_reconciles_nothing_until_the_other_lets_go(
    database_url: str,
) -> None:
    async with FakeFloor() as fake, running(fake, database_url, desk="b") as watcher:
        await until(lambda: watcher.floor.leads, within=5, what="b has the floor")
        await watcher.signs_in()
    async with FakeFloor() as fake, running(fake, database_url, desk="a") as leader:
        await until(lambda: leader.floor.leads, within=5, what="a has the floor")
        async with running(fake, database_url, desk="b") as watcher:
            assert leader.members() == MEMBERS, "b's agent is still at work"
            assert not watcher.floor.leads
            seen = watcher.floor.live_state.agents
            assert [one.number for one in seen.values()] == ["1001"], "it knows who works"
            fake.members.clear()
            await watcher.floor._resync()
            assert watcher.members() == set(), "it only watches"
            watcher.floor.wrap_ups.turn("w01", DutyState.PAUSED, "missed")
            await asyncio.sleep(0.1)
            assert [one.state for one in await watcher.at_work()] == [DutyState.READY]
            await leader.floor._resync()
            assert leader.members() == MEMBERS
            fake.members.clear()
            await leader.stops()
            await until(lambda: watcher.floor.leads, within=5, what="b has the floor")
            await until(lambda: watcher.members() == MEMBERS, within=5, what="b reconciles")


async def test_what_the_stalled_database_raises_is_an_answer_too(desks: Desks) -> None:
    first = desks.desk("a")
    first.records.stalls = True
    with pytest.raises(DatabaseTimeoutError):
        await first.records.write(lambda database: asyncio.sleep(0), within=1)
    assert not await first.waits(0)
    assert not first.lease.is_ours, "nobody says that it is"
