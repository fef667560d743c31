"""Callbacks are made, and no customer is rung twice whatever dies (CBK-1)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from features.callbacks import due as call_backs
from features.callbacks import queries as callbacks
from features.callbacks.lifecycle import CallbackKind, CallbackState, CallNow, Settled
from features.callbacks.queries import Callback
from features.callbacks.tables import CallbackRow
from features.calls.tables import Call
from features.customers import keeping
from features.customers.queries import Customer, CustomerSort
from permissions.roles import Role
from tests.integration.callback_room import Hall, HallSwitch, a_call
from tests.integration.dispatch_room import opened


@pytest.fixture
async def hall(database_url: str, tmp_path: Path) -> AsyncIterator[Hall]:
    async with opened(Hall, database_url, tmp_path, HallSwitch) as found:
        yield found


async def test_the_agent_who_promised_is_rung_first_and_both_talk(hall: Hall) -> None:
    await hall.works("1001", "w01")
    maker = await hall.works("1002", "w02")
    key = await hall.callbacks(CallbackKind.AGENT, by=maker, within_s=1)
    async with hall.dispatcher() as dispatcher:
        attempt = await hall.rings(1)
        assert attempt.number == "w02"
        assert hall.switch.told[0] == {
            "CALLBACK_NUMBER": "13800138000",
            "CALLBACK_DIALS": "13800138000",
            "CALLBACK_WHY": "unfound",
            "CALLBACK_BY": "1002",
        }
        hall.switch.answers(attempt)
        hall.switch.marks(attempt, "dialling")
        await hall.is_now(key, CallbackState.DIALLING)
        hall.switch.marks(attempt, "talking")
        await hall.is_now(key, CallbackState.TALKING)
        hall.switch.ends(attempt)
        kept = await hall.is_now(key, CallbackState.COMPLETED)
        await hall.until(lambda: dispatcher.in_flight == 0, within=3)
    assert (kept.tries, kept.asked, kept.completed_at is not None) == (1, 1, True)
    [kept_attempt] = await hall.attempts(key)
    assert (kept_attempt.result, kept_attempt.said) == ("answered", "talking")


async def test_without_an_answer_another_call_is_promised(hall: Hall) -> None:  # CBK-1
    maker = await hall.works("1001", "w01")
    key = await hall.callbacks(CallbackKind.AGENT, by=maker, within_s=1)
    async with hall.dispatcher():
        attempt = await hall.rings(1)
        hall.switch.answers(attempt)
        hall.switch.marks(attempt, "dialling", "talking")
        hall.switch.ends(attempt)

        async def again() -> list[Callback]:
            async with hall.engine.connect() as connection:
                waiting = await callbacks.open_to(connection, ["+8613800138000"])
            return [one for one in waiting if one.id != key]

        [one] = await hall.until(again, within=10, what="promised again")
    assert (one.kind, one.by, one.call_id, one.found) == ("agent", "1001", attempt.id, False)
    assert one.due_at - one.made_at == timedelta(minutes=30)


async def test_who_does_not_take_it_is_followed_by_another(hall: Hall) -> None:
    await hall.works("1001", "w01")
    await hall.works("1002", "w02")
    key = await hall.callbacks()
    async with hall.dispatcher():
        first = await hall.rings(1)
        hall.switch.ends(first, 19)
        second = await hall.rings(2)
        assert {first.number, second.number} == {"w01", "w02"}
        hall.switch.ends(second, 17)
        third = await hall.rings(3)
        assert third.number == first.number, "everybody let it ring: the first is asked again"
    assert (await hall.callback(key)).tries == 0


async def test_a_seat_that_is_talking_is_passed_over(hall: Hall) -> None:
    await hall.works("1001", "w01")
    await hall.works("1002", "w02")
    hall.switch.engaged.add("w01")
    await hall.callbacks()
    async with hall.dispatcher():
        assert (await hall.rings(1)).number == "w02"


async def test_one_agent_has_one_call_back_at_a_time(hall: Hall) -> None:
    await hall.works("1001", "w01")
    first, second = await hall.callbacks(), await hall.callbacks(number="13900139000")
    async with hall.dispatcher():
        attempt = await hall.rings(1)
        assert attempt.subject_id == first
        await hall.passes(2.0)  # longer than agents are looked for again
        assert len(hall.switch.rung) == 1
        hall.switch.answers(attempt)
        hall.switch.marks(attempt, "dialling", "customer_busy")
        hall.switch.ends(attempt)
        assert (await hall.rings(2)).subject_id == second


@pytest.mark.parametrize(
    "why", ["busy", "noanswer", "chanunavail", "noline", "congestion", "cancel"]
)
async def test_a_customer_who_is_not_reached_is_called_again_until_the_desk_is_told(
    hall: Hall, why: str
) -> None:
    await hall.works("1001", "w01")
    key = await hall.callbacks()
    async with hall.dispatcher():
        for count in (1, 2):
            attempt = await hall.rings(count)
            hall.switch.answers(attempt)
            hall.switch.marks(attempt, "dialling", f"customer_{why}")
            hall.switch.ends(attempt)
        failed = await hall.is_now(key, CallbackState.FAILED)
    assert (failed.tries, failed.next_at) == (2, None)
    assert failed.raises_alarm(hall.now())
    assert [one.said for one in await hall.attempts(key)] == [f"customer_{why}"] * 2


async def test_with_nobody_at_work_it_stays_open_and_shouts_when_it_is_late(hall: Hall) -> None:
    key = await hall.callbacks(within_s=1.0)
    async with hall.dispatcher():
        await hall.passes(1.2)
        async with hall.engine.connect() as connection:
            assert (await call_backs.snapshot(connection, hall.now())).alarms == 1
        assert (await hall.callback(key)).state is CallbackState.OPEN
        await hall.works("1001", "w01")
        await hall.rings(1)


async def test_places_in_the_queue_are_kept_and_who_waits_longer_goes_first(hall: Hall) -> None:
    """The callback to call back keeps the place, by when the caller came."""
    later = await hall.callbacks(CallbackKind.QUEUE, came_s=-20)
    sooner = await hall.callbacks(CallbackKind.QUEUE, came_s=-60, number="13900139000")
    now = hall.now()
    async with hall.writing() as connection:
        waits = a_call(state="queued", ring_started=now - timedelta(seconds=40))
        await connection.execute(insert(Call).values(**waits))
    await hall.works("1001", "w01")
    await hall.works("1002", "w02")
    async with hall.dispatcher():
        attempt = await hall.rings(1)
        assert attempt.subject_id == sooner
        await hall.passes(1.5)
        assert len(hall.switch.rung) == 1, "somebody waits who came before"
        async with hall.writing() as connection:
            await connection.execute(update(Call).values(state="ended"))
        assert (await hall.rings(2)).subject_id == later


async def test_who_talks_to_a_caller_is_not_rung(hall: Hall) -> None:
    await hall.works("1001", "w01")
    async with hall.writing() as connection:
        talk = a_call(state="talking", agent="1001")
        await connection.execute(insert(Call).values(**talk))
    await hall.callbacks()
    async with hall.dispatcher():
        await hall.passes(1.5)
        assert not hall.switch.rung
        async with hall.writing() as connection:
            await connection.execute(update(Call).values(state="ended"))
        await hall.rings(1)


async def test_a_large_customer_gets_a_senior_agent(hall: Hall) -> None:  # QUE-1
    await hall.works("1001", "w01")
    await hall.works("1002", "w02", Role.SENIOR_AGENT)
    now = hall.now()
    async with hall.writing() as connection:
        large = Customer(
            number="13800138000",
            identity="+8613800138000",
            name="",
            sort=CustomerSort.LARGE,
            note="",
            first_agent=None,
            updated_at=now,
            updated_by="x",
        )
        await keeping.keep(connection, large)
    await hall.callbacks()
    async with hall.dispatcher():
        assert (await hall.rings(1)).number == "w02"


# -- whatever dies


async def test_killed_between_the_word_and_the_ring_nobody_was_rung_and_it_rings(
    hall: Hall,
) -> None:
    await hall.works("1001", "w01")
    key = await hall.callbacks()
    hall.switch.deaf = True
    async with hall.dispatcher():
        await hall.until(lambda: hall.attempts(key), within=5, what="the attempt is there")
    hall.switch.deaf = False
    assert not hall.switch.rung
    async with hall.dispatcher():
        await hall.rings(1, within=10)
    assert [one.result for one in await hall.attempts(key)] == ["never_rung", ""]


async def test_killed_while_the_customer_rings_it_takes_the_same_call_up_again(hall: Hall) -> None:
    await hall.works("1001", "w01")
    key = await hall.callbacks()
    async with hall.dispatcher():
        attempt = await hall.rings(1)
        hall.switch.answers(attempt)
        hall.switch.marks(attempt, "dialling")
        await hall.is_now(key, CallbackState.DIALLING)
    hall.switch.marks(attempt, "talking")
    async with hall.dispatcher():
        await hall.is_now(key, CallbackState.TALKING)
        await hall.passes(4.0)  # longer than what was never sent is given
        assert len(hall.switch.rung) == 1, "rung twice"
        hall.switch.ends(attempt)
        await hall.is_now(key, CallbackState.COMPLETED)


@pytest.mark.parametrize("heard", [True, False])
async def test_a_switch_that_dies_under_the_customer_is_never_rung_again_by_itself(
    hall: Hall, heard: bool
) -> None:
    """The word that the customer is dialled may have been lost with the switch."""
    await hall.works("1001", "w01")
    key = await hall.callbacks()
    async with hall.dispatcher():
        attempt = await hall.rings(1)
        hall.switch.answers(attempt)
        if heard:
            hall.switch.marks(attempt, "dialling")
        await hall.is_now(key, CallbackState.DIALLING if heard else CallbackState.TAKEN)
        hall.switch.dies("trk2")
        unknown = await hall.is_now(key, CallbackState.UNKNOWN)
        assert unknown.raises_alarm(hall.now())
        await hall.passes(2.0)
        assert len(hall.switch.rung) == 1, "rung twice"
        async with hall.writing() as connection:
            await call_backs.apply(connection, key, CallNow(), hall.now())
        assert (await hall.rings(2)).channel.startswith("trk2-")


async def test_a_switch_that_dies_while_the_agents_phone_rings_rings_it_again(hall: Hall) -> None:
    await hall.works("1001", "w01")
    key = await hall.callbacks()
    async with hall.dispatcher():
        await hall.rings(1)
        await hall.is_now(key, CallbackState.RINGING)
        hall.switch.dies("trk2")
        await hall.rings(2)
    assert (await hall.callback(key)).tries == 0


async def test_a_call_that_vanished_without_a_word_after_the_agent_took_it_is_unknown(
    hall: Hall,
) -> None:
    await hall.works("1001", "w01")
    key = await hall.callbacks()
    async with hall.dispatcher():
        attempt = await hall.rings(1)
        hall.switch.answers(attempt)
        await hall.is_now(key, CallbackState.TAKEN)
    hall.switch.alive.clear()
    async with hall.dispatcher():
        await hall.is_now(key, CallbackState.UNKNOWN)
        await hall.passes(1.5)
    assert len(hall.switch.rung) == 1


async def test_what_is_cancelled_at_the_desk_stops_ringing(hall: Hall) -> None:
    await hall.works("1001", "w01")
    key = await hall.callbacks()
    async with hall.dispatcher() as dispatcher:
        await hall.rings(1)
        async with hall.writing() as connection:
            now = hall.now()
            assert (
                await call_backs.apply(connection, key, Settled(completed=False), now) is not None
            )
        await hall.until(lambda: dispatcher.in_flight == 0, within=3)
        await hall.passes(1.2)
    assert (await hall.callback(key)).state is CallbackState.CANCELLED
    assert len(hall.switch.rung) == 1


async def test_after_a_long_stop_old_ones_are_told_and_young_ones_called(hall: Hall) -> None:
    await hall.works("1001", "w01")
    old, young = await hall.callbacks(), await hall.callbacks(number="13900139000")
    async with hall.writing() as connection:
        ago = hall.now() - timedelta(hours=5)
        await connection.execute(
            update(CallbackRow).where(CallbackRow.id == old).values(next_at=ago)
        )
    async with hall.dispatcher():
        assert (await hall.rings(1)).subject_id == young
        await hall.is_now(old, CallbackState.FAILED)


@pytest.mark.parametrize("number", ["110", "0110", "+442079460000", "123456789"])
async def test_a_number_that_may_not_be_rung_is_a_persons_matter_at_once(
    hall: Hall, number: str
) -> None:
    await hall.works("1001", "w01")
    key = await hall.callbacks(number=number)
    async with hall.dispatcher() as dispatcher:
        await hall.is_now(key, CallbackState.FAILED)
        await hall.until(lambda: dispatcher.in_flight == 0, within=3)
    assert [one.result for one in await hall.attempts(key)] == ["not_allowed"]
    assert not hall.switch.rung, "not even the agent's phone"


async def test_two_dispatchers_never_ring_for_the_same_customer(hall: Hall) -> None:
    for number in range(12):
        await hall.works(f"10{number:02d}", f"w{number + 1:02d}")
    for number in range(8):
        await hall.callbacks(number=f"1380013800{number}")
    async with hall.dispatcher(), hall.dispatcher():
        await hall.rings(8)
        await hall.passes(0.5)
    rung = [one.subject_id for _, one in hall.switch.rung]
    assert len(rung) == len(set(rung)) == 8
