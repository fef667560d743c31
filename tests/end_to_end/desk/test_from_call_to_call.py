"""A leader goes from one call to the next with the same receiver: both calls stay themselves."""

from collections.abc import Callable

import pytest

from caller.listen import Samples
from caller.phone import Answering, Phone
from tests.end_to_end.house import House
from tests.end_to_end.kinds import AGENTS_AT_PHONES
from tests.end_to_end.work import asks_for_an_agent, at_work, call_id
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = AGENTS_AT_PHONES

Words = Callable[[float], Samples]


async def test_who_goes_from_an_older_call_to_a_newer_one_does_not_make_them_one(
    house: House, phone: Phone, words: Words
) -> None:
    quick = Answering(after=0.3)
    async with at_work(house, phone, "4981", "8101", answering=quick) as first:
        older = await asks_for_an_agent(house, phone, words(1.5), "older")
        await first.talks()
        async with (
            at_work(house, phone, "4982", "8102", answering=quick) as second,
            at_work(house, phone, "4983", "8103", role="team-leader", answering=quick) as leader,
        ):
            newer = await asks_for_an_agent(house, phone, words(1.5), "newer")
            served = await second.talks()
            await leader.agent.asks("/api/v1/agents/4981/watch", how="join")
            receiver = await leader.talks()
            await older.waits(1.5)
            await leader.agent.asks("/api/v1/agents/4982/watch", how="join")
            await older.waits(1.5)
            assert len(leader.phone.calls) == 1, "not rung anew"
            await older.hangs_up()
            assert await _credited(house, "older") == [("8101", True), ("8103", True)]
            assert not receiver.is_over
            path = f"/api/v1/calls/{await call_id(house, 'newer')}/transfer"
            sent = await second.agent.asks(path, to="4981")
            assert sent.is_success, sent.text
            await until(lambda: first.phone.calls[1:], within=20, what="the first is rung again")
            await served.ended(within=5)
            await newer.waits(2.0)
            await newer.hangs_up()
            found = await _credited(house, "newer")
            assert found == [("8102", True), ("8103", True), ("8101", True)]


async def _credited(house: House, ref: str) -> list[tuple[str, bool]]:
    """Return who talked in a call that has ended, in order, and whether each end was seen."""
    row = await house.call_of(ref)
    found = await house.rows(
        "SELECT seat, to_at FROM talk_segments WHERE call_id = :id ORDER BY from_at", id=row["id"]
    )
    return [(one["seat"], one["to_at"] is not None) for one in found]
