"""How soon pages are told: twenty agents at their pages, five calls a second on a real Asterisk."""

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AsyncExitStack
from itertools import count

import httpx
import pytest

from caller.leg import LineGoneError
from caller.listen import Samples
from caller.phone import Answering, Phone
from tests.end_to_end import kinds
from tests.end_to_end.agents import Agent, signed_in
from tests.end_to_end.house import House

AGENTS = 20
CALLS, A_SECOND = 40, 5.0
SEATS = kinds.SEATS[:AGENTS]
HEAD_START_S = 0.15
"""What the dialplan gives the page before a desk phone rings; a browser's phone gets none."""

pytestmark = [pytest.mark.real, pytest.mark.soak]
HOTLINE = {**kinds.AGENTS_AT_PHONES, "max_wait": 60, "ring_agent_for": 15}


async def _calls(house: House, phone: Phone, number: str, agents: list[Agent]) -> None:
    """Ring, ask for an agent until one is told of it, talk for a second."""
    call = await phone.call(house.settings.hotline_number, caller=number)
    with contextlib.suppress(LineGoneError):
        await call.answered()
        for _ in range(12):
            await call.presses("3")
            await call.waits(2.0)
            if any(number in _offered(agent) for agent in agents):
                break
        await call.waits(1.0)
        await call.hangs_up()


def _offered(agent: Agent) -> set[str]:
    return {one.data["number"] for one in agent.events if one.name == "offer"}


@pytest.mark.timeout(300)
async def test_a_page_knows_the_caller_within_200_ms_of_the_invite(
    house: House,
    phone: Phone,
    words: Callable[[float], Samples],
    capsys: pytest.CaptureFixture[str],
) -> None:
    agents: list[Agent] = []
    async with AsyncExitStack() as open_pages:
        for which, seat in enumerate(SEATS):
            agent = await open_pages.enter_async_context(signed_in(house, str(3001 + which)))
            await open_pages.enter_async_context(agent.page())
            await agent.begins("phone", seat)
            agents.append(agent)
        phones = [
            await phone.register(seat, house.seat_password(seat), Answering(after=0.2))
            for seat in SEATS
        ]
        for agent in agents:
            await agent.is_seen("ready")
        numbers = count(13_800_000_000)
        calling = []
        for _ in range(CALLS):
            calling.append(asyncio.create_task(_calls(house, phone, str(next(numbers)), agents)))
            await asyncio.sleep(1 / A_SECOND)
        await asyncio.gather(*calling)
    late = []
    for agent, rung in zip(agents, phones, strict=True):
        offers = [one.at for one in agent.events if one.name == "offer"]
        invites = [leg.began for leg in rung.calls]
        assert len(offers) >= len(invites)
        late += [
            told - (invite - HEAD_START_S) for told, invite in zip(offers, invites, strict=False)
        ]
    late.sort()
    assert len(late) > CALLS * 0.9, "some calls never reached an agent"
    p50, p95 = late[len(late) // 2], late[int(len(late) * 0.95)]
    async with httpx.AsyncClient(base_url=house.desk) as client:
        figures = (await client.get("/metrics")).text
    inside = [line for line in figures.splitlines() if line.startswith("thirdring_offer_seconds")]
    with capsys.disabled():
        print(
            "\n  inside the desk: " + "; ".join(line.partition("_seconds_")[2] for line in inside)
        )
        print(
            f"\n  INVITE to event at {AGENTS} pages, {A_SECOND:.0f} calls/s: {len(late)} offers,"
            f" p50 {1000 * p50:.0f} ms, p95 {1000 * p95:.0f} ms, most {1000 * late[-1]:.0f} ms"
        )
    assert p95 < 0.2
