"""Nothing that a phone, a caller or a far switch says chooses what is dialled: the trunk's log.

All ways with all targets: `python -m bench.ways_out`; the table is docs/ways-out.md.
"""

import asyncio

import pytest

from tests.end_to_end.house import House, Row
from tests.end_to_end.people import parsed
from tests.end_to_end.stage import staged
from tests.end_to_end.ways import QUICK, WAYS, third_in_a_talk
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.real
PORT = free_port()
HOTLINE = {
    "parts": "asterisk ledger desk",
    "trunk_out": f"127.0.0.1:{PORT}",
    "answer_after": 0,
    "max_wait": 60,
    "wrap_up_for": 0,
}


@pytest.mark.timeout(180)
async def test_nobody_is_rung_whom_the_list_does_not_allow(house: House) -> None:
    async with staged(house, PORT) as stage:
        seen = [one for way, targets in QUICK.items() for one in await WAYS[way](stage, targets)]
        assert [one for one in seen if one.fault] == []
        assert {one.way for one in seen} == set(QUICK)


async def test_a_phone_reaches_the_police_on_this_stage(house: House) -> None:
    """Where nobody is ever rung, nothing is proved."""
    async with staged(house, PORT) as stage:
        (seen,) = await WAYS["dials phone"](stage, ["110"])
        assert seen.rang == ("trunk:110",)


@pytest.mark.parametrize(("agent", "to"), [("8001", "8002"), ("8101", "8102")])
async def test_an_agents_own_phone_sends_the_caller_to_a_colleague(
    house: House, agent: str, to: str
) -> None:
    """By the transfer key of a desk phone (REFER): told, and recorded."""
    async with staged(house, PORT) as stage:
        before = await _told_of(house, to)
        caller, leg = await stage.talk(agent)
        assert await stage.phones[agent].refers(leg, f"sip:{to}@switch") == 200
        colleague = await stage.phones[to].rings()
        await stage.caller.hangs_up(caller)
        async with asyncio.timeout(5):
            await colleague.over.wait()

    async def told() -> list[str]:
        return [one for one in await _told_of(house, to) if one not in before]

    (call,) = await until(told, within=15, what="the transfer is told", every=0.3)

    async def stored() -> list[Row]:
        query = "SELECT * FROM recordings WHERE call_id = :id AND state = 'stored'"
        return await house.rows(query, id=call)

    await until(stored, within=15, what="the recording is kept", every=0.3)


async def _told_of(house: House, to: str) -> list[str]:
    """Return the calls that were transferred to somebody."""
    rows = await house.rows(
        "SELECT calls.id, call_events.data FROM call_events JOIN calls ON call_events.about IN"
        " (calls.id, calls.linkedid) WHERE call_events.name = 'TR_TRANSFER' ORDER BY calls.id"
    )
    return [str(row["id"]) for row in rows if parsed(row["data"])["to"] == to]


async def test_a_transfer_to_nobody_leaves_the_caller_with_the_agent(house: House) -> None:
    async with staged(house, PORT) as stage:
        assert stage.agent is not None
        caller, leg = await stage.talk("8101")

        async def refused() -> bool:
            assert stage.agent is not None
            calls = (await stage.agent.client.get("/api/v1/calls")).json()["items"]
            path = f"/api/v1/calls/{calls[0]['id']}/transfer"  # its row may come a moment late
            return (await stage.agent.asks(path, to="4999")).status_code == 422

        await until(refused, within=5, what="the transfer is refused", every=0.3)
        assert not leg.over.is_set()
        assert not caller.over.is_set(), "the caller was let go"
        assert stage.trunk.invites == []


@pytest.mark.parametrize("to", ["8001", "hotline"])
async def test_who_refers_a_talk_of_three_leaves_two_and_nobody_in_a_queue(
    house: House, to: str
) -> None:
    """To somebody who does not answer: nobody waits as a caller who is none of ours."""
    async with staged(house, PORT) as stage:
        leader, leg = await third_in_a_talk(stage)
        assert await leader.refers(leg, f"sip:{to}@switch") == 200
        await leader.hangs_up(leg)
        await stage.is_bridged()
        await until(lambda: house.shows("core show channels", "2 active channels"), within=5)
        assert "Local/" not in await house.asterisk("core show channels concise")
