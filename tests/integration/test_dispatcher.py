"""The dispatcher rings who is due, on both databases, whatever dies in between.

The switch here is scripted: it writes into the journals what Asterisk would. The real one is in
`tests/end_to_end/outbound`.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from features.wake_ups import queries as wake_ups
from features.wake_ups.lifecycle import Proved, WakeState, WakeUpRules
from tests.integration.dispatch_room import opened
from tests.integration.hotel import RULES, Hotel, HotelSwitch


@pytest.fixture
async def hotel(database_url: str, tmp_path: Path) -> AsyncIterator[Hotel]:
    async with opened(Hotel, database_url, tmp_path, HotelSwitch) as found:
        yield found


async def test_everybody_is_rung_at_the_moment_and_nobody_before_it(hotel: Hotel) -> None:  # WAK-2
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
        await hotel.until(lambda: hotel.attempts(key), within=3, what="the attempt is there")
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
        await hotel.until(lambda: dispatcher.in_flight == 0, within=3)
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
        async with hotel.writing() as connection:
            said = Proved(wake_ups.DESK)
            await wake_ups.apply(connection, key, said, hotel.now(), RULES)
        await hotel.until(lambda: dispatcher.in_flight == 0, within=3)
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
        await hotel.passes(0.5)
        assert len(hotel.switch.rung) == 2
        hotel.switch.says(hotel.switch.rung[0][1], "awake")
        hotel.switch.ends(hotel.switch.rung[0][1], 16)
        await hotel.rings(3)
        await hotel.passes(0.3)
        assert len(hotel.switch.rung) == 3


async def test_killed_between_the_word_and_the_ring_it_rings_all_the_same(hotel: Hotel) -> None:
    key = await hotel.wakes("8215", in_s=0.9)
    async with hotel.dispatcher():
        await hotel.until(lambda: hotel.attempts(key), within=3, what="the attempt is there")
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
        await hotel.passes(4.0)  # longer than what was never sent is given
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
        await hotel.passes(0.6)
    assert len(hotel.switch.rung) == 1


async def test_a_switch_that_dies_under_a_guest_rings_again_when_it_is_back(hotel: Hotel) -> None:
    key = await hotel.wakes("8215", in_s=0.1)
    async with hotel.dispatcher():
        hotel.switch.answers(await hotel.rings(1))
        await hotel.passes(0.3)
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
        await hotel.until(lambda: hotel.attempts(key), within=3, what="the attempt is there")
        await hotel.passes(1.0)
        hotel.switch.deaf = False
        await hotel.rings(1, within=10)
    assert [one.result for one in await hotel.attempts(key)] == ["never_rung", ""]


async def test_after_a_long_stop_old_ones_are_reported_and_young_ones_rung(hotel: Hotel) -> None:
    old, young = await hotel.wakes("8201", in_s=-3600), await hotel.wakes("8202", in_s=-600)
    rules = WakeUpRules(grace=1800)
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
        await hotel.passes(0.5)
    rung = [attempt.subject_id for _, attempt in hotel.switch.rung]
    assert len(rung) == len(set(rung)) == 30


async def test_a_phone_of_the_house_that_is_not_there_is_unreachable(hotel: Hotel) -> None:
    hotel.switch.engaged.add("8215")
    key = await hotel.wakes("8215", in_s=0.1)
    async with hotel.dispatcher():
        await hotel.until(lambda: _results(hotel, key), within=5, what="the attempt has ended")
    assert set(await _results(hotel, key)) == {"unreachable"}


async def _results(hotel: Hotel, key: int) -> list[str]:
    return [one.result for one in await hotel.attempts(key) if one.result]
