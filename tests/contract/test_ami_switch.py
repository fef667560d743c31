"""Our AMI link and Asterisk's side of it: the real one, and the fake that stands for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import cast

import pytest

from ami.actions import Actions, Outcome
from ami.events import Event, Newchannel, QueueMemberStatus
from ami.link import Link
from tests.contract.small_asterisk import SECRET, SmallAsterisk
from tests.fakes import ami_switch
from tests.fakes.ami_switch import ACTIONS, FakeAmi
from tests.waiting import until

Node = SmallAsterisk | FakeAmi
CONTEXTS = frozenset({"callers"})


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.real)])
async def node(request: pytest.FixtureRequest) -> AsyncIterator[Node]:
    if request.param == "fake":
        assert ami_switch.SECRET == SECRET
        async with FakeAmi() as fake:
            yield fake
    else:
        yield cast("SmallAsterisk", request.getfixturevalue("small_asterisk"))


@asynccontextmanager
async def linked(node: Node) -> AsyncIterator[tuple[Link, list[Event]]]:
    """Give a link that is up and has beaten once, and what it heard."""
    link = Link(
        host="127.0.0.1", port=node.ami_port, username="thirdring", secret=SECRET, contexts=CONTEXTS
    )
    heard: list[Event] = []
    link.subscribe(heard.append)
    running = asyncio.create_task(link.run())
    try:
        async with asyncio.timeout(40):
            await until(lambda: link.lateness is not None, within=30)
            yield link, heard
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_a_member_with_a_chinese_name_is_seen_paused_and_back(node: Node) -> None:
    async with linked(node) as (link, heard):
        (member,) = (await link.queue_status("hotline")).members
        assert (member.name, member.paused) == ("张三", False)
        for paused in (True, False):
            assert await link.pause(member.interface, paused=paused, reason="用餐")
            await until(lambda: isinstance(heard[-1], QueueMemberStatus), within=30)
            assert (await link.queue_status("hotline")).members[0].paused is paused
        seen = [one for one in heard if isinstance(one, QueueMemberStatus)]
        assert {one.name for one in seen} == {"张三"}


async def test_an_unknown_call_is_given_no_time_and_an_unknown_member_no_pause(node: Node) -> None:
    async with linked(node) as (link, _):
        assert not await link.absolute_timeout("PJSIP/trunk-00000999", 4)
        assert not await link.pause("PJSIP/8999", paused=True, reason="")


async def test_a_call_out_bears_our_id_and_can_be_kept_alive(node: Node) -> None:
    async with linked(node) as (link, heard):
        assert await link.originate(
            channel="Local/wait@callers",
            context="callers",
            exten="wait",
            channel_id="attempt-77",
            ring_for=10,
            variables={"ATTEMPT": "77"},
        )
        await until(
            lambda: any(isinstance(e, Newchannel) and e.uniqueid == "attempt-77" for e in heard),
            within=5,
        )
        assert await link.absolute_timeout("attempt-77", 30)
        assert await link.absolute_timeout("attempt-77", 1)


async def test_a_channel_is_nudged_and_one_that_is_gone_cannot_be(node: Node) -> None:
    async with linked(node) as (link, heard):
        actions = Actions(link, contexts=CONTEXTS, variables=frozenset())
        assert await actions.nudge("PJSIP/trunk-00000999") is Outcome.REFUSED
        assert await link.originate(
            channel="Local/wait@callers",
            context="callers",
            exten="wait",
            channel_id="attempt-78",
            ring_for=10,
            variables={},
        )
        await until(
            lambda: any(isinstance(e, Newchannel) and e.uniqueid == "attempt-78" for e in heard),
            within=5,
        )
        assert await actions.nudge("attempt-78") is Outcome.DONE
        assert await link.absolute_timeout("attempt-78", 1)


@pytest.mark.real
def test_what_the_fake_knows_the_real_one_knows(small_asterisk: SmallAsterisk) -> None:
    listed = small_asterisk.console("manager show commands")
    known = {line.split()[0] for line in listed.splitlines() if line.strip()}
    assert known >= ACTIONS


async def test_events_pass_only_under_the_name_that_this_run_bears(node: Node) -> None:
    async with linked(node) as (link, _):
        assert link.boot == node.boot
        assert link.lateness is not None
        assert link.lateness < 5


async def test_an_asterisk_that_was_killed_is_linked_again_under_its_new_name(node: Node) -> None:
    async with linked(node) as (link, heard):
        old = node.boot
        node.restart()  # in this thread: the new one must not end with a thread of a pool
        await until(lambda: link.boot == node.boot != old, within=30)
        interface = (await link.queue_status("hotline")).members[0].interface
        heard.clear()
        assert await link.pause(interface, paused=True, reason="")
        await until(lambda: any(isinstance(e, QueueMemberStatus) for e in heard), within=30)
        assert await link.pause(interface, paused=False, reason="")


async def test_a_frozen_asterisk_is_a_lost_link_within_seconds(node: Node) -> None:
    async with linked(node) as (link, _):
        node.freeze(frozen=True)
        try:
            await until(lambda: not link.connected, within=8)  # 4 s, and a busy machine
        finally:
            node.freeze(frozen=False)
        await until(lambda: link.connected, within=30)
