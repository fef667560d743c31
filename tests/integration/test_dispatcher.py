"""The dispatcher rings who is due, on both databases, whatever dies in between.

The switch here is scripted: it writes into the journals what Asterisk would. The real one is in
`tests/end_to_end/outbound`.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from callflow.lifecycles.wake_up import Proved, Rules, WakeState, WakeUp
from callflow.rules.wall_clock import Repeat
from dispatch.dispatcher import Dispatcher
from dispatch.guard import Guard
from dispatch.waking import Waking
from ledger.journal import Journals
from tests.integration.at_work import at_work
from tests.waiting import until
from tickets import attempts, wake_register, wake_ups
from tickets.attempts import Attempt
from tickets.database import engine
from tickets.outbound_models import WakeUpRow
from tickets.wake_register import Registration

RULES = Rules(ring_for=1.0, again_every=0.2, give_up_after=30.0, attendants=("8301",))


class LinkGone(Exception):
    """What this switch raises."""


@dataclass
class Switch:
    """A switch that rings when told to, and writes down what happens."""

    folder: Path
    boot: str | None = "trk1"
    connected: bool = True
    rung: list[tuple[float, Attempt]] = field(default_factory=list)
    deaf: bool = False
    """Takes no order: nobody knows whether it arrived."""
    alive: set[str] = field(default_factory=set)
    clock: Callable[[], float] = time.time

    async def show(self, attempt: Attempt, *, told: Mapping[str, str], seconds: float) -> bool:
        raise AssertionError(f"shown to nobody: {attempt} {told} {seconds}")

    async def ring(
        self, attempt: Attempt, *, context: str, told: Mapping[str, str], ring_for: float
    ) -> bool | None:
        assert (context, ring_for > 0) == (f"wake-{attempt.who}", True)
        assert told["WAKE_NUMBER"] == attempt.number
        if self.deaf:
            return None
        self.rung.append((self.clock(), attempt))
        self.alive.add(attempt.channel)
        return True

    async def hang_up(self, attempt: Attempt) -> None:
        self.ends(attempt, 16)

    async def living(self) -> frozenset[str]:
        return frozenset(self.alive)

    def answers(self, attempt: Attempt) -> None:
        self._cel("ANSWER", attempt, "")

    def ends(self, attempt: Attempt, cause: int) -> None:
        self.alive.discard(attempt.channel)
        self._cel("HANGUP", attempt, json.dumps({"hangupcause": cause}).replace('"', '""'))

    def says(self, attempt: Attempt, what: str) -> None:
        line = {"call": attempt.id, "at": self.clock(), "what": what, "by": "key"}
        with (self.folder / "dialogue-1-1.jsonl").open("a") as journal:
            journal.write(json.dumps(line) + "\n")

    def dies(self, boot: str) -> None:
        self.alive.clear()
        for what, name in (("switch_died", self.boot), ("switch_started", boot)):
            line = {"at": self.clock(), "what": what, "boot": name}
            with (self.folder / "site.jsonl").open("a") as journal:
                journal.write(json.dumps(line) + "\n")
        self.boot = boot

    def _cel(self, name: str, attempt: Attempt, extra: str) -> None:
        channel = attempt.channel
        fields = [name, f"{self.clock():.6f}", channel, channel, "PJSIP/out-01"]
        line = ",".join(f'"{value}"' for value in [*fields, "wake", "s", "", extra, "", "", ""])
        with (self.folder / "cel.csv").open("a") as journal:
            journal.write(line + "\n")


@dataclass
class Hotel:
    """A database, journals and a switch."""

    engine: AsyncEngine
    switch: Switch

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.switch.clock(), UTC)

    async def wakes(self, room: str, *, in_s: float) -> int:
        """Put a room on the register, to be rung in a moment; return the wake-up's id."""
        now = self.now()
        wanted = Registration(
            room=room,
            number=room,
            guest="",
            language="zh",
            wall=time_of_day(7, 0),
            zone="UTC",
            first_day=date(now.year + 1, 1, 1),
            last_day=None,
            repeat=Repeat.ONCE,
        )
        due = now + timedelta(seconds=in_s)
        async with self.engine.execution_options(writing=True).begin() as connection:
            key = await wake_register.register(connection, wanted, made_by=None, now=now)
            moved = update(WakeUpRow).where(WakeUpRow.registration_id == key)
            done = await connection.execute(
                moved.values(due=due, next_at=due, asked_for=due).returning(WakeUpRow.id)
            )
            return int(done.scalar_one())

    async def wake_up(self, key: int) -> WakeUp:
        async with self.engine.connect() as connection:
            found = await wake_ups.shown(connection, key)
        assert found is not None
        return found.wake_up

    async def attempts(self, key: int) -> list[Attempt]:
        async with self.engine.connect() as connection:
            return list(await attempts.of(connection, wake_ups.PURPOSE, key))

    @asynccontextmanager
    async def dispatcher(
        self, *, lines: int = 10, rules: Rules = RULES, guard: Guard | None = None
    ) -> AsyncIterator[Dispatcher]:
        """Run a dispatcher while the block runs; then it is gone, like a killed one."""
        found = Dispatcher(
            engine=self.engine,
            journals=Journals(self.switch.folder, {}),
            switch=self.switch,
            purposes=[Waking(rules, lines)],
            lines=lines,
            lost=LinkGone,
            guard=guard or Guard(),
            now=self.now,
        )
        async with at_work(found):
            yield found

    async def rings(self, count: int, *, within: float = 15.0) -> Attempt:
        """Wait for the n-th ring; return the attempt."""
        await until(
            lambda: len(self.switch.rung) >= count, within=within, what=f"ring {count}", every=0.01
        )
        return self.switch.rung[count - 1][1]

    async def is_now(self, key: int, state: WakeState, *, within: float = 15.0) -> WakeUp:
        async def so() -> bool:
            return (await self.wake_up(key)).state is state

        await until(so, within=within, what=f"{key} is {state}", every=0.05)
        return await self.wake_up(key)


@pytest.fixture
async def hotel(database_url: str, tmp_path: Path) -> AsyncIterator[Hotel]:
    made = engine(database_url)
    yield Hotel(made, Switch(tmp_path))
    await made.dispose()


async def test_everybody_is_rung_at_the_moment_and_nobody_before_it(hotel: Hotel) -> None:
    keys = [await hotel.wakes(f"82{n:02d}", in_s=0.8) for n in range(20)]
    due = {key: (await hotel.wake_up(key)).due.timestamp() for key in keys}
    async with hotel.dispatcher(lines=50):
        await hotel.rings(20, within=20)
    assert sorted(attempt.subject_id for _, attempt in hotel.switch.rung) == sorted(keys)
    for at, attempt in hotel.switch.rung:
        assert at >= due[attempt.subject_id], "rung before the moment"


async def test_the_attempt_is_kept_before_the_phone_rings(hotel: Hotel) -> None:
    key = await hotel.wakes("8215", in_s=0.6)
    async with hotel.dispatcher():
        await until(lambda: hotel.attempts(key), within=3, what="the attempt is there", every=0.02)
        assert not hotel.switch.rung
        attempt = await hotel.rings(1)
    assert [attempt.id] == [one.id for one in await hotel.attempts(key)]


async def test_a_key_ends_it(hotel: Hotel) -> None:
    key = await hotel.wakes("8215", in_s=0.1)
    async with hotel.dispatcher() as dispatcher:
        attempt = await hotel.rings(1)
        hotel.switch.answers(attempt)
        hotel.switch.says(attempt, "awake")
        hotel.switch.ends(attempt, 16)
        found = await hotel.is_now(key, WakeState.AWAKE)
        await until(lambda: dispatcher.in_flight == 0, within=3, every=0.02)
    assert (found.proof, found.tries) == ("key", 1)
    [kept] = await hotel.attempts(key)
    assert (kept.result, kept.said) == ("answered", "awake")
    assert kept.answered_at
    assert kept.rung_at
    assert kept.rung_at <= kept.answered_at


async def test_who_is_said_to_be_awake_at_the_desk_is_not_rung_any_longer(hotel: Hotel) -> None:
    key = await hotel.wakes("8215", in_s=0.1)
    async with hotel.dispatcher() as dispatcher:
        await hotel.rings(1)
        async with hotel.engine.execution_options(writing=True).begin() as connection:
            said = Proved(wake_ups.DESK)
            await wake_ups.apply(connection, key, said, datetime.now(UTC), RULES)
        await until(lambda: dispatcher.in_flight == 0, within=3, every=0.02)
    assert (await hotel.wake_up(key)).state is WakeState.AWAKE
    assert len(hotel.switch.rung) == 1


@pytest.mark.parametrize(
    ("cause", "result"), [(17, "busy"), (19, "no_answer"), (21, "refused"), (1, "unknown_number")]
)
async def test_who_does_not_answer_is_rung_again(hotel: Hotel, cause: int, result: str) -> None:
    key = await hotel.wakes("8215", in_s=0.1)
    async with hotel.dispatcher():
        hotel.switch.ends(await hotel.rings(1), cause)
        await hotel.rings(2)
    assert [one.result for one in await hotel.attempts(key)] == [result, ""]


async def test_no_more_at_once_than_there_are_lines(hotel: Hotel) -> None:
    for room in range(5):
        await hotel.wakes(f"820{room}", in_s=0.1)
    async with hotel.dispatcher(lines=2):
        await hotel.rings(2)
        await asyncio.sleep(0.5)
        assert len(hotel.switch.rung) == 2
        hotel.switch.says(hotel.switch.rung[0][1], "awake")
        hotel.switch.ends(hotel.switch.rung[0][1], 16)
        await hotel.rings(3)
        await asyncio.sleep(0.3)
        assert len(hotel.switch.rung) == 3


async def test_killed_between_the_word_and_the_ring_it_rings_all_the_same(hotel: Hotel) -> None:
    key = await hotel.wakes("8215", in_s=0.9)
    async with hotel.dispatcher():
        await until(lambda: hotel.attempts(key), within=3, what="the attempt is there", every=0.02)
    assert not hotel.switch.rung
    async with hotel.dispatcher():
        await hotel.rings(1, within=10)
    assert [one.result for one in await hotel.attempts(key)] == ["never_rung", ""]


async def test_killed_while_it_rings_it_takes_the_same_call_up_again(hotel: Hotel) -> None:
    key = await hotel.wakes("8215", in_s=0.1)
    async with hotel.dispatcher():
        attempt = await hotel.rings(1)
    hotel.switch.answers(attempt)
    async with hotel.dispatcher():
        await asyncio.sleep(4.0)  # longer than what was never sent is given
        assert len(hotel.switch.rung) == 1, "rung twice"
        hotel.switch.says(attempt, "awake")
        hotel.switch.ends(attempt, 16)
        await hotel.is_now(key, WakeState.AWAKE)


async def test_who_proved_it_while_nobody_dispatched_is_never_rung_again(hotel: Hotel) -> None:
    key = await hotel.wakes("8215", in_s=0.1)
    async with hotel.dispatcher():
        attempt = await hotel.rings(1)
    hotel.switch.says(attempt, "awake")
    hotel.switch.ends(attempt, 16)
    async with hotel.dispatcher():
        await hotel.is_now(key, WakeState.AWAKE)
        await asyncio.sleep(0.6)
    assert len(hotel.switch.rung) == 1


async def test_a_switch_that_dies_under_a_guest_rings_again_when_it_is_back(hotel: Hotel) -> None:
    key = await hotel.wakes("8215", in_s=0.1)
    async with hotel.dispatcher():
        hotel.switch.answers(await hotel.rings(1))
        await asyncio.sleep(0.3)
        hotel.switch.dies("trk2")
        again = await hotel.rings(2)
    assert again.channel.startswith("trk2-")
    assert (await hotel.attempts(key))[0].result == "switch_died"


async def test_an_order_that_may_not_have_arrived_is_given_again_once_that_is_known(
    hotel: Hotel,
) -> None:
    key = await hotel.wakes("8215", in_s=0.1)
    hotel.switch.deaf = True
    async with hotel.dispatcher():
        await until(lambda: hotel.attempts(key), within=3, what="the attempt is there", every=0.02)
        await asyncio.sleep(1.0)
        hotel.switch.deaf = False
        await hotel.rings(1, within=10)
    assert [one.result for one in await hotel.attempts(key)] == ["never_rung", ""]


async def test_after_a_long_stop_old_ones_are_reported_and_young_ones_rung(hotel: Hotel) -> None:
    old, young = await hotel.wakes("8201", in_s=-3600), await hotel.wakes("8202", in_s=-600)
    rules = Rules(grace=1800)
    async with hotel.dispatcher(rules=rules):
        attempt = await hotel.rings(1)
        await hotel.is_now(old, WakeState.MISSED)
    assert attempt.subject_id == young
    assert len(hotel.switch.rung) == 1


async def test_two_dispatchers_never_ring_the_same_guest(hotel: Hotel) -> None:
    for room in range(30):
        await hotel.wakes(f"82{room:02d}", in_s=0.5)
    async with hotel.dispatcher(lines=30), hotel.dispatcher(lines=30):
        await hotel.rings(30)
        await asyncio.sleep(0.5)
    rung = [attempt.subject_id for _, attempt in hotel.switch.rung]
    assert len(rung) == len(set(rung)) == 30
