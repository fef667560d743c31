"""Households are told of an emergency on both databases, whatever dies in between (CBK-5)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from callflow.rules.wall_clock import Repeat
from features.emergency_notifications import households as notification_households
from features.emergency_notifications import queries as incidents
from features.emergency_notifications.lifecycle import (
    STOPPED,
    Household,
    HouseholdState,
    Stopped,
    chosen,
    decide,
)
from features.emergency_notifications.queries import NotReadyError, Stage, Voice
from features.emergency_notifications.tables import NotificationHouseholdRow
from features.wake_ups import register as wake_register
from features.wake_ups.lifecycle import WakeUpRules as WakeRules
from features.wake_ups.outbound import WakeUpCalls
from features.wake_ups.rules import Registration
from features.wake_ups.tables import WakeUpRow
from tests.integration.dispatch_room import opened
from tests.integration.notification_street import RULES, Street, StreetSwitch

TOLD, NOT_TOLD, NO_NUMBER = (
    HouseholdState.TOLD,
    HouseholdState.NOT_TOLD,
    HouseholdState.NO_NUMBER,
)


@pytest.fixture
async def street(database_url: str, tmp_path: Path) -> AsyncIterator[Street]:
    async with opened(Street, database_url, tmp_path, StreetSwitch) as found:
        yield found


async def test_the_three_lists_are_right(street: Street) -> None:  # CBK-5
    key, ids = await street.notification(["8001"], ["8002", "8003"], ["8004"], [])
    async with street.dispatcher():
        while (await street.incident(key)).closed_at is None:
            for _, attempt in list(street.switch.rung):
                if attempt.channel not in street.switch.alive:
                    continue
                if attempt.number in {"8001", "8003"}:
                    street.acknowledges(attempt)
                else:
                    street.switch.ends(attempt, 19)
            await street.passes(0.05)
    found = dict(zip(ids, await street.households(key), strict=True))
    assert [each.state for each in found.values()] == [TOLD, TOLD, NOT_TOLD, NO_NUMBER]
    assert [each.told_on for each in found.values()] == ["8001", "8003", "", ""]
    assert [each.reason for each in found.values()] == ["", "", "no_answer", ""]
    numbers = [[one.number for one in await street.attempts(household)] for household in ids]
    assert numbers == [["8001"], ["8002", "8003"], ["8004", "8004"], []]
    incident = await street.incident(key)
    assert incident.stage is Stage.CLOSED
    assert incident.closed_at is not None
    assert all(each.told_at for each in found.values() if each.state is TOLD)


async def test_who_only_lifts_the_receiver_has_not_been_told(street: Street) -> None:
    key, [household] = await street.notification(["8001", "8002"])
    async with street.dispatcher():
        for count in range(1, 5):
            attempt = await street.rings(count)
            street.switch.answers(attempt)
            street.switch.ends(attempt, 16)
        await street.closes(key)
    assert await street.states(key) == [NOT_TOLD]
    assert [one.result for one in await street.attempts(household)] == ["answered"] * 4
    assert (await street.households(key))[0].reason == "answered"


async def test_stopped_phones_fall_silent_within_a_second_and_who_listens_hears_it_out(
    street: Street,
) -> None:
    key, _ = await street.notification(["8001"], ["8002"], ["8003"])
    async with street.dispatcher(lines=2) as dispatcher:
        listens, rings = await street.rings(1), await street.rings(2)
        street.switch.answers(listens)
        await street.until(lambda: _is_answered(street, listens.subject_id), within=5)
        stopped_at = street.clock.monotonic()
        assert await street.stops(key)
        await street.until(lambda: rings.channel not in street.switch.alive, within=5)
        assert street.clock.monotonic() - stopped_at < 1.0, "rang on after the stop"
        await street.passes(1.0)
        assert listens.channel in street.switch.alive, "cut off in the middle"
        assert (await street.incident(key)).stage is Stage.STOPPING
        street.acknowledges(listens)
        await street.closes(key)
        assert dispatcher.in_flight == 0
    assert await street.states(key) == [TOLD, NOT_TOLD, NOT_TOLD]
    assert [each.reason for each in await street.households(key)] == ["", STOPPED, STOPPED]
    assert len(street.switch.rung) == 2, "somebody else was rung"
    assert not await street.stops(key), "there is nothing left to stop"


async def _is_answered(street: Street, household: int) -> bool:
    return any(one.answered_at for one in await street.attempts(household))


async def test_stopping_in_the_database_is_what_the_lifecycle_decides(street: Street) -> None:
    key = await street.reports()
    ids = await street.chooses(key, ["8001"], ["8002"], ["8003"], ["8004"], [])
    await street.begins(key)
    ringing, over = HouseholdState.RINGING, {"next_at": None, "reason": "busy"}
    changes: list[dict[str, Any]] = [
        {},
        {"state": ringing, "tries": 1, **over},
        {"state": TOLD, "next_at": None, "told_at": street.now(), "told_on": "8003"},
        {"state": NOT_TOLD, "step": 2, **over},
        {},
    ]
    waiting = await street.households(key)
    found = zip(ids, waiting, changes, strict=True)
    before = {one: replace(household, **changed) for one, household, changed in found}
    async with street.writing() as connection:
        await notification_households.keep(connection, before)
    assert await street.stops(key)
    now = street.now()
    decided = [decide(each, Stopped(), now, RULES)[0] for each in before.values()]
    assert await street.households(key) == decided


async def test_killed_between_the_word_and_the_ring_it_rings_all_the_same(street: Street) -> None:
    key, [household] = await street.notification(["8001", "8002"])
    later = street.now() + timedelta(seconds=0.9)
    async with street.writing() as connection:
        await connection.execute(update(NotificationHouseholdRow).values(next_at=later))
    async with street.dispatcher():
        await street.until(lambda: street.attempts(household), within=3, what="the attempt")
    assert not street.switch.rung
    async with street.dispatcher():
        attempt = await street.rings(1, within=10)
        street.acknowledges(attempt)
        await street.closes(key)
    assert attempt.number == "8001", "a number was passed over that nobody rang"
    assert [one.result for one in await street.attempts(household)] == ["never_rung", "answered"]


async def test_killed_while_it_rings_it_takes_the_same_call_up_again(street: Street) -> None:
    key, _ = await street.notification(["8001"])
    async with street.dispatcher():
        attempt = await street.rings(1)
    street.switch.answers(attempt)
    async with street.dispatcher():
        await street.passes(4.0)  # longer than what was never sent is given
        assert len(street.switch.rung) == 1, "rung twice"
        street.acknowledges(attempt)
        await street.closes(key)
    assert await street.states(key) == [TOLD]


async def test_who_acknowledged_while_nobody_dispatched_is_never_rung_again(
    street: Street,
) -> None:
    key, _ = await street.notification(["8001", "8002"])
    async with street.dispatcher():
        attempt = await street.rings(1)
    street.acknowledges(attempt)
    async with street.dispatcher():
        await street.closes(key)
        await street.passes(0.6)
    assert len(street.switch.rung) == 1
    assert await street.states(key) == [TOLD]


async def test_a_switch_that_dies_under_a_call_lets_the_next_number_ring(street: Street) -> None:
    key, [household] = await street.notification(["8001", "8002"])
    async with street.dispatcher():
        street.switch.answers(await street.rings(1))
        await street.passes(0.3)
        street.switch.dies("trk2")
        again = await street.rings(2)
        street.acknowledges(again)
        await street.closes(key)
    assert again.number == "8002"
    assert (await street.attempts(household))[0].result == "switch_died"


async def test_a_notice_goes_before_all_else(street: Street) -> None:
    now = street.now()
    async with street.writing() as connection:
        await wake_register.register(connection, _guest(now), made_by=None, now=now)
        due = now - timedelta(seconds=5)
        await connection.execute(update(WakeUpRow).values(due=due, next_at=due, asked_for=due))
    await street.notification(["8001"], ["8002"])
    async with street.dispatcher(lines=1, others=[WakeUpCalls(WakeRules(), 1)]):
        for count in (1, 2):
            street.acknowledges(await street.rings(count))
        await street.rings(3)
    purposes = [attempt.purpose for _, attempt in street.switch.rung]
    assert purposes == ["emergency", "emergency", "wake_up"]


def _guest(now: datetime) -> Registration:
    return Registration(
        room="8215",
        number="8215",
        guest="",
        language="zh",
        wall=time_of_day(7, 0),
        zone="UTC",
        first_day=date(now.year + 1, 1, 1),
        last_day=None,
        repeat=Repeat.ONCE,
    )


async def test_two_dispatchers_never_ring_the_same_household_at_once(street: Street) -> None:
    await street.notification(*([f"80{n:02d}"] for n in range(30)))
    async with street.dispatcher(lines=30), street.dispatcher(lines=30):
        await street.rings(30)
        await street.passes(0.5)
    rung = [attempt.subject_id for _, attempt in street.switch.rung]
    assert len(rung) == len(set(rung)) == 30


async def test_who_is_told_at_the_door_is_not_rung_any_longer(street: Street) -> None:
    key, [household] = await street.notification(["8001"])
    async with street.dispatcher() as dispatcher:
        await street.rings(1)
        async with street.writing() as connection:
            now = street.now()
            ticked = notification_households.told_at_door
            assert await ticked(connection, key, household, by="1002", now=now)
            assert not await ticked(connection, key + 1, household, by="1002", now=now)
        await street.until(lambda: dispatcher.in_flight == 0, within=3)
        await street.closes(key)
    [row] = await street.rows(key)
    assert (row.household.state, row.door_by) == (HouseholdState.AT_THE_DOOR, "1002")
    assert len(street.switch.rung) == 1


async def test_nobody_is_rung_before_the_number_is_confirmed_and_the_message_ready(
    street: Street,
) -> None:
    key = await street.reports(voice=Voice.WANTED)
    with pytest.raises(NotReadyError, match="voice"):
        await street.begins(key)
    incident = await street.incident(key)
    async with street.writing() as connection:
        assert await incidents.made(connection, incident, Voice.READY)
    with pytest.raises(NotReadyError, match="nobody"):
        await street.begins(key)
    await street.chooses(key, ["8001"], ["8002"])
    with pytest.raises(NotReadyError, match="count"):
        async with street.writing() as connection:
            await incidents.start(connection, key, count=1, by="1001", now=street.now())
    async with street.dispatcher():
        await street.passes(0.6)
        assert not street.switch.rung
    await street.begins(key)
    with pytest.raises(NotReadyError, match="begun"):
        await street.begins(key)
    async with street.writing() as connection:
        assert await notification_households.add(connection, key, []) == 0
        await notification_households.clear(connection, key)
        assert not await incidents.say_anew(connection, incident, message="x", recorded=False)
    assert len(await street.rows(key)) == 2, "a notification that goes on was changed"


async def test_households_without_numbers_only_are_a_notice_for_the_doors(street: Street) -> None:
    key, _ = await street.notification([], [])
    assert (await street.incident(key)).stage is Stage.CLOSED
    assert await street.states(key) == [NO_NUMBER, NO_NUMBER]


async def test_a_household_is_kept_as_it_is_decided(street: Street) -> None:
    key = await street.reports()
    [one] = await street.chooses(key, ["8001", "8002"])
    wanted: Household = replace(chosen(("8001", "8002")), step=3, tries=4, reason="busy")
    async with street.writing() as connection:
        await notification_households.keep(connection, {one: wanted})
    assert await street.households(key) == [wanted]
