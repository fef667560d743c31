"""The link to Asterisk, cut at every byte, frozen, lied to (bar h)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from types import ModuleType

import pytest
import uvloop

from ami import connection, link, metrics
from ami.connection import LinkLost
from ami.events import Event, Newchannel, OriginateResponse, QueueMemberStatus, QueueState
from ami.filter import Refusal, Unsendable
from ami.link import Link
from tests.fakes.ami_switch import HOST, NAME, SECRET, FakeAmi
from tests.waiting import until


@dataclass
class Watcher:
    """What a program on the link lived through."""

    link: Link
    heard: list[Event] = field(default_factory=list)
    states: list[QueueState] = field(default_factory=list)
    resynced: asyncio.Event = field(default_factory=asyncio.Event)

    async def resync(self) -> None:
        self.states.append(await self.link.queue_status("hotline"))
        self.resynced.set()

    def has_beaten(self) -> bool:
        """Tell whether the heartbeat has proved the name of this run."""
        return self.link.lateness is not None


EXTENSION = "Local/x@ringing"
"""Not a phone: begun on the link itself, so in order with all that it says."""


@asynccontextmanager
async def watching(fake: FakeAmi, *, secret: str = SECRET) -> AsyncIterator[Watcher]:
    port, contexts = fake.ami_port, frozenset({"ringing"})
    up = Link(host=HOST, port=port, username="thirdring", secret=secret, contexts=contexts)
    watcher = Watcher(up)
    up.subscribe(watcher.heard.append)
    up.resync(watcher.resync)
    running = asyncio.create_task(up.run())
    try:
        async with asyncio.timeout(20):
            yield watcher
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    assert not up.connected


async def ring(up: Link, channel: str = "PJSIP/8001") -> bool | None:
    """Ring one phone, or an extension; None when nobody knows whether it rang."""
    try:
        return await up.originate(
            channel=channel,
            context="ringing",
            exten="s",
            channel_id="attempt-1",
            ring_for=15,
            variables={"ATTEMPT": "1"},
        )
    except LinkLost:
        return None


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "BACK_OFF", (0.001, 0.01))


async def one_cut_life(fake: FakeAmi) -> bool:
    """Connect, resync, ring once, resync after the cut; tell whether the link was cut."""
    async with fake, watching(fake) as watcher:
        await watcher.resynced.wait()
        rang = await ring(watcher.link)
        if rang:
            await until(lambda: fake.rung, within=5, every=0)
        if fake.was_cut.is_set() or not watcher.link.connected:
            while not watcher.states[-1].members[0].paused:
                watcher.resynced.clear()
                await watcher.resynced.wait()
        originates = fake.rung
        assert len(originates) <= 1
        assert rang is None or (rang and len(originates) == 1)
        numbers = [one["ActionID"] for one in fake.actions]
        assert len(numbers) == len(set(numbers))
        names = {one.name for state in watcher.states for one in state.members}
        names |= {one.name for one in watcher.heard if isinstance(one, QueueMemberStatus)}
        assert names == {NAME}
        return fake.was_cut.is_set()


async def one_cut_ring(fake: FakeAmi) -> bool:
    """Ring once over a connection that is cut somewhere; tell whether it was."""
    async with fake, watching(fake) as watcher:
        await watcher.resynced.wait()
        rang = await ring(watcher.link)
        await until(lambda: len(fake.actions) and _ends_known(fake, watcher), within=5, every=0)
        assert len(fake.rung) <= 1
        assert rang or not fake.rung
        assert watcher.link.connected, "what rings a phone is no part of the link"
        return fake.was_cut.is_set()


def _ends_known(fake: FakeAmi, watcher: Watcher) -> bool:
    told = [one for one in watcher.heard if isinstance(one, OriginateResponse)]
    return fake.was_cut.is_set() or bool(told)


async def cut_everywhere(direction: str) -> int:
    """Live one life for each byte at which a connection can be cut; return how many there are."""
    link = await _cut_everywhere(one_cut_life, direction=direction, cut=1)
    return link + await _cut_everywhere(one_cut_ring, direction=direction, cut=2)


async def _cut_everywhere(
    life: Callable[[FakeAmi], Awaitable[bool]], *, direction: str, cut: int
) -> int:
    offset, was_cut = 0, True
    while was_cut:
        fakes = [FakeAmi(cut=cut, **{direction: one}) for one in range(offset, offset + 25)]
        was_cut = all(await asyncio.gather(*map(life, fakes)))
        offset += 25
    return offset


@pytest.mark.parametrize(
    ("direction", "loop"),  # production runs under uvloop, whose transports and turns differ
    [("sent_at_most", asyncio), ("heard_at_most", asyncio), ("sent_at_most", uvloop)],
)
def test_a_link_cut_at_any_byte_rings_no_phone_twice_and_misses_nothing(
    direction: str, loop: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    offset = loop.run(cut_everywhere(direction))
    with capsys.disabled():
        print(f"\n  AMI cut at each of {offset} bytes ({direction}, {loop.__name__}): none twice")
    assert offset > 500


async def test_what_came_of_a_phone_that_rang_is_told_and_its_redirects_are_refused() -> None:
    async with FakeAmi() as fake, watching(fake) as watcher:
        await watcher.resynced.wait()
        assert await ring(watcher.link)
        await until(lambda: _ends_known(fake, watcher), within=5, every=0)
        (asked,) = fake.rung
        assert asked["PreDialGoSub"] == "rings,s,1(attempt-1)"
        assert "Async" not in asked, "with it Asterisk leaves the Gosub out"


async def test_a_call_of_an_action_while_the_link_is_down_is_a_plain_no() -> None:
    up = Link(host=HOST, port=1, username="x", secret="x")
    assert not await up.absolute_timeout("PJSIP/trunk-00000001", 4)
    assert not await up.pause("PJSIP/8001", paused=True, reason="")
    with pytest.raises(LinkLost):
        await up.queue_status("hotline")


async def test_a_frozen_asterisk_is_noticed_and_found_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "DEADLINE", 0.05)
    monkeypatch.setattr(link, "PING_EVERY", 0.01)
    async with FakeAmi() as fake, watching(fake) as watcher:
        await watcher.resynced.wait()
        fake.freeze(frozen=True)
        asking = asyncio.create_task(watcher.link.queue_status("hotline"))
        with pytest.raises(LinkLost):
            await asking
        watcher.resynced.clear()
        fake.freeze(frozen=False)
        await watcher.resynced.wait()
        assert fake.connections >= 2


async def test_a_wrong_secret_is_not_taken_for_a_link() -> None:
    async with FakeAmi() as fake, watching(fake, secret="wrong") as watcher:
        await until(lambda: fake.connections >= 3, within=5, every=0)
        assert not watcher.link.connected
        assert watcher.heard == []


async def test_an_error_in_one_consumer_hurts_neither_the_link_nor_the_others() -> None:
    async with FakeAmi() as fake, watching(fake) as watcher:
        await watcher.resynced.wait()

        def faulty(_: Event) -> None:
            raise RuntimeError("a fault of ours")

        stop = watcher.link.subscribe(faulty)
        after: list[Event] = []
        watcher.link.subscribe(after.append)
        assert await watcher.link.pause("PJSIP/8001", paused=True, reason="午饭")
        assert await ring(watcher.link, EXTENSION)
        assert [type(one) for one in after] == [QueueMemberStatus, Newchannel]
        stop()
        assert fake.connections == 1


async def test_events_that_asterisk_did_not_write_reach_nobody() -> None:
    async with FakeAmi() as fake, watching(fake) as watcher:
        await watcher.resynced.wait()
        await until(watcher.has_beaten, within=5, every=0)
        before = len(watcher.heard)
        forged = metrics.REFUSED.labels(Refusal.FORGED)._value.get()
        fake.tell("Event: Shutdown\r\n\r\n")
        fake.tell("Event: QueueMemberStatus\r\nSystemName: guessed\r\nQueue: hotline\r\n\r\n")
        fake.tell("Response: Success\r\nActionID: guessed\r\n\r\nnonsense\r\n\r\n")
        # A name with line ends inside: the real event is cut off, the rest is nobody's.
        name = "x\r\n\r\nEvent: Hangup\r\nChannel: PJSIP/8001-1\r\nCause: 16"
        fake.tell(fake.event("Newchannel", Channel="PJSIP/trunk-1", CallerIDName=name))
        fake.tell(fake.member())
        assert await ring(watcher.link, EXTENSION)
        assert [type(one) for one in watcher.heard[before:]] == [QueueMemberStatus, Newchannel]
        assert metrics.REFUSED.labels(Refusal.FORGED)._value.get() == forged + 3
        assert fake.connections == 1


async def test_a_new_run_of_asterisk_is_known_by_its_own_heartbeat() -> None:
    async with FakeAmi() as fake, watching(fake) as watcher:
        await watcher.resynced.wait()
        watcher.resynced.clear()
        fake.restart()
        await watcher.resynced.wait()
        await until(watcher.has_beaten, within=5, every=0)
        assert await ring(watcher.link, EXTENSION)
        assert isinstance(watcher.heard[-1], Newchannel)


async def test_nothing_is_sent_that_could_become_another_action() -> None:
    async with FakeAmi() as fake, watching(fake) as watcher:
        await watcher.resynced.wait()
        up = watcher.link
        assert not await up.absolute_timeout("x\r\nAction: Originate", 4)
        assert await up.pause("PJSIP/8001", paused=True, reason="a\r\nAction: Originate")
        for context, exten in (("elsewhere", "s"), ("ringing", "s\r\nX: y"), ("ringing", "a,b")):
            with pytest.raises(Unsendable):
                await up.originate(
                    channel="PJSIP/8001",
                    context=context,
                    exten=exten,
                    channel_id="a",
                    ring_for=1,
                    variables={},
                )
        with pytest.raises(Unsendable):
            await up.queue_status("hotline\r\nX: y")
        assert {one["Action"] for one in fake.actions} <= {
            *("Login", "Ping", "UserEvent"),
            *("QueueStatus", "QueuePause"),
        }
        assert fake.actions[-1]["Reason"] == "a Action: Originate"


async def test_many_calls_are_kept_alive_on_one_link() -> None:
    async with FakeAmi() as fake, watching(fake) as watcher:
        await watcher.resynced.wait()
        fake.channels |= {f"PJSIP/trunk-{number:08}" for number in range(300)}
        known = await asyncio.gather(
            *(watcher.link.absolute_timeout(channel, 4) for channel in fake.channels)
        )
        assert all(known)
        assert not await watcher.link.absolute_timeout("PJSIP/trunk-99999999", 4)
