"""A department that is late is rung, and what it presses is on the ticket (TKT-12, issue 13 bar i).

On both databases, with a switch by script. Real calls:
`tests/end_to_end/outbound/test_late_departments.py`.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from dispatch.attempts import Attempt
from dispatch.guard import guard
from features.department_calls import queries as calls
from features.department_calls.lifecycle import AskState
from features.ticket_life.verbs import Given, Verb
from features.tickets.lifecycle import TicketState
from settings import Settings
from tests.integration.dispatch_room import opened
from tests.integration.late_street import HOUSE, LINES, PHONE, DepartmentSwitch, Street

BUSY, NO_ANSWER = 17, 19


@pytest.fixture
async def street(database_url: str, tmp_path: Path) -> AsyncIterator[Street]:
    async with opened(Street, database_url, tmp_path, DepartmentSwitch) as found:
        yield found


async def _late(street: Street, tickets: int = 1) -> list[str]:
    """Have a department be late with some tickets."""
    await street.has_a_department()
    numbers = [await street.is_dispatched() for _ in range(tickets)]
    assert await street.is_late()
    return numbers


async def test_key_1_accepts(street: Street) -> None:
    [number] = await _late(street)
    async with street.dispatcher():
        call = await street.rings(1)
        assert (call.number, call.purpose) == (PHONE, "department")
        assert street.switch.told[0]["DEPARTMENT_TICKETS"].startswith(f"{number}_o")
        await street.presses(call, "accepted")
    assert (await street.ticket(number)).state is TicketState.ACCEPTED
    entry = (await street.entries(number))[-1]
    assert (entry.what, entry.via, entry.in_call) == ("accept", "phone", call.id)
    assert entry.said["key"] == "1"
    asked = await street.asked(number)
    assert (asked.ask.state, asked.key) == (AskState.ACCEPTED, "1")


async def test_key_1_for_what_is_accepted_already_is_noted(street: Street) -> None:
    [number] = await _late(street)
    await street.does(number, Verb.ACCEPT, Given())
    async with street.dispatcher():
        await street.presses(await street.rings(1), "accepted")
    assert await street.told(number) == ["note"]
    assert (await street.ticket(number)).state is TicketState.ACCEPTED


async def test_key_2_asks_for_time_until_a_moment_that_a_senior_grants(street: Street) -> None:
    [number] = await _late(street)
    before = await street.ticket(number)
    async with street.dispatcher(more_time_s=7200.0):
        await street.presses(await street.rings(1), "asked_time")
    assert await street.told(number) == ["ask_time"]
    assert (await street.ticket(number)).state is before.state
    await street.does(number, Verb.GRANT_TIME, Given())
    after = await street.ticket(number)
    assert before.deadline is not None
    assert after.deadline is not None
    assert after.deadline - before.deadline >= timedelta(seconds=7200)


async def test_key_3_sends_it_back(street: Street) -> None:
    [number] = await _late(street)
    async with street.dispatcher():
        await street.presses(await street.rings(1), "sent_back")
        await street.passes(12.0)
    assert await street.told(number) == ["send_back"]
    assert (await street.ticket(number)).state is TicketState.RETURNED
    assert len(street.switch.rung) == 1, "nobody is rung about what is answered"


@pytest.mark.parametrize(
    ("reached", "cause", "what"),
    [
        ("", NO_ANSWER, "rung_no_answer"),
        ("", BUSY, "rung_busy"),
        ("voicemail", None, "rung_voicemail"),
        ("silent", None, "rung_silent"),
        (None, None, "rung_broken_off"),
        ("", 1, "rung_failed"),
    ],
)
async def test_what_is_no_answer_is_on_record_and_told_to_a_person_at_last(
    street: Street, reached: str | None, cause: int | None, what: str
) -> None:
    [number] = await _late(street)
    async with street.dispatcher(tries=2):
        for which in (1, 2):
            call = await street.rings(which)
            if cause is None:
                street.switch.answers(call)
            if reached:
                street.switch.says(call, "reached", result=reached)
            street.switch.ends(call, cause or 16)
            await street.is_over(call)
        await street.passes(12.0)
    assert await street.told(number) == [what, what, "escalate"]
    [first, second] = [each[0] for each in street.switch.rung]
    assert second - first >= 5.0, "the department was not left alone"
    assert len(street.switch.rung) == 2
    assert (await street.ticket(number)).escalated_at is not None
    assert (await street.asked(number)).ask.state is AskState.IN_VAIN
    records = [one for one in await street.entries(number) if one.what == what]
    assert [one.in_call for one in records] == [each.id for _, each in street.switch.rung]


async def test_a_number_that_the_guard_refuses_is_not_dialled(street: Street) -> None:
    await street.has_a_department(phone="110")
    number = await street.is_dispatched()
    await street.is_late()
    async with street.dispatcher(guard=guard(Settings(trunk_out="192.0.2.1"))):
        await street.until(lambda: _is(street, number, AskState.IN_VAIN), what="it is given up")
    assert not street.switch.rung
    assert await street.told(number) == ["rung_not_allowed", "escalate"]


async def _is(street: Street, number: str, state: AskState) -> bool:
    return (await street.asked(number)).ask.state is state


async def test_several_late_tickets_are_one_call_and_each_has_its_own_answer(
    street: Street,
) -> None:
    numbers = await _late(street, 3)
    async with street.dispatcher():
        call = await street.rings(1)
        told = street.switch.told[0]["DEPARTMENT_TICKETS"].split(".")
        assert [each.partition("_")[0] for each in told] == numbers
        await street.presses(call, "accepted", "sent_back")
        await street.passes(1.0)
        assert len(street.switch.rung) == 1
        again = await street.rings(2)
        assert street.switch.told[1]["DEPARTMENT_TICKETS"].startswith(f"{numbers[2]}_o")
        await street.presses(again, "asked_time")
    assert [await street.told(each) for each in numbers] == [
        ["accept"],
        ["send_back"],
        ["rung_broken_off", "ask_time"],
    ]


async def test_a_department_is_in_one_call_at_a_time(street: Street) -> None:
    await _late(street)
    async with street.dispatcher():
        call = await street.rings(1)
        street.switch.answers(call)
        late = await street.is_dispatched()
        await street.is_late()
        await street.passes(3.0)
        assert len(street.switch.rung) == 1
        await street.presses(call, "accepted")
        second = await street.rings(2)
        assert street.switch.told[1]["DEPARTMENT_TICKETS"].startswith(f"{late}_o")
        await street.presses(second, "accepted")


async def test_no_more_than_so_many_calls_a_day(street: Street) -> None:
    [number] = await _late(street)
    async with street.dispatcher(calls_a_day=2, tries=9):
        for which in (1, 2):
            call = await street.rings(which)
            street.switch.ends(call, BUSY)
            await street.is_over(call)
        await street.passes(20.0)
        waits = (await street.asked(number)).ask
    assert len(street.switch.rung) == 2
    midnight = HOUSE.office.zone
    assert waits.next_at is not None
    assert waits.next_at.astimezone(midnight).date() > street.now().astimezone(midnight).date()


async def test_a_department_is_not_rung_out_of_its_office_hours(street: Street) -> None:
    now = street.now().astimezone(HOUSE.office.zone)
    opens = (now + timedelta(hours=3)).replace(minute=0)
    await street.has_a_department(office=f"{opens:%H}:00-{opens:%H}:30")
    number = await street.is_dispatched()
    assert await street.is_late()
    async with street.dispatcher(any_hour=False):
        await street.passes(3.0)
    assert not street.switch.rung
    waits = (await street.asked(number)).ask
    assert waits.next_at is not None
    assert waits.next_at.astimezone(HOUSE.office.zone).strftime("%H:%M") == f"{opens:%H}:00"
    assert waits.tries == 0


async def test_a_house_may_have_departments_rung_before_their_deadline(street: Street) -> None:
    warned = Settings(department_call_any_hour=True, department_call_at="warned")
    await street.has_a_department()
    number = await street.is_dispatched()
    assert await street.is_late(after=50.0, settings=warned), "its clock warns"
    async with street.dispatcher():
        call = await street.rings(1)
        assert street.switch.told[0]["DEPARTMENT_TICKETS"].startswith(f"{number}_l")
        await street.presses(call, "accepted")


async def test_a_house_may_have_nobody_rung(street: Street) -> None:
    await street.has_a_department()
    number = await street.is_dispatched()
    await street.is_late(settings=Settings(department_call_at="never"))
    with pytest.raises(AssertionError, match="nobody is to be rung"):
        await street.asked(number)


async def test_a_department_without_a_telephone_is_not_rung(street: Street) -> None:
    await street.has_a_department(phone="")
    number = await street.is_dispatched()
    await street.is_late()
    with pytest.raises(AssertionError, match="nobody is to be rung"):
        await street.asked(number)


async def test_who_is_reminded_again_is_rung_again(street: Street) -> None:
    [number] = await _late(street)
    async with street.dispatcher():
        await street.presses(await street.rings(1), "accepted")
        assert await street.is_late(), "a reminder comes again and again"
        await street.presses(await street.rings(2), "asked_time")
    assert await street.told(number) == ["accept", "ask_time"]


async def test_what_was_handled_meanwhile_is_not_rung_about(street: Street) -> None:
    [number] = await _late(street)
    await street.does(number, Verb.HANDLE, Given(handling="已修复"))
    async with street.dispatcher():
        await street.passes(3.0)
    assert not street.switch.rung
    assert (await street.asked(number)).ask.state is AskState.LEFT


async def test_a_phone_that_rings_about_what_was_handled_stops(street: Street) -> None:
    [number] = await _late(street)
    async with street.dispatcher():
        call = await street.rings(1)
        await street.does(number, Verb.HANDLE, Given(handling="已修复"))
        await street.until(lambda: call.channel not in street.switch.alive, what="it stops")


async def test_a_key_that_comes_too_late_changes_nothing_and_is_on_record(street: Street) -> None:
    [number] = await _late(street)
    async with street.dispatcher():
        call = await street.rings(1)
        street.switch.answers(call)
        street.switch.says(call, "announced", ticket="1")
        await street.passes(1.0)
        await street.does(number, Verb.HANDLE, Given(handling="已修复"))
        street.switch.says(call, "sent_back", by="key", ticket="1")
        street.switch.ends(call)
        await street.is_over(call)
    assert await street.told(number) == ["rung_too_late"]
    assert (await street.ticket(number)).state is TicketState.HANDLED


async def test_a_key_for_what_another_department_has_by_now_is_too_late(street: Street) -> None:
    [number] = await _late(street)
    await street.has_a_department("计费中心", "8302")
    async with street.dispatcher():
        call = await street.rings(1)
        street.switch.answers(call)
        street.switch.says(call, "announced", ticket="1")
        await street.passes(1.0)
        await street.does(number, Verb.TAKE_BACK, Given())
        await street.does(number, Verb.DISPATCH, Given(department="计费中心"))
        street.switch.says(call, "accepted", by="key", ticket="1")
        street.switch.ends(call)
        await street.is_over(call)
    assert await street.told(number) == ["rung_too_late"]
    assert (await street.ticket(number)).state is TicketState.DISPATCHED


async def test_a_dispatcher_that_dies_while_it_rings_does_nothing_twice(street: Street) -> None:
    [number] = await _late(street)
    async with street.dispatcher():
        call = await street.rings(1)
    street.switch.answers(call)
    street.switch.says(call, "announced", ticket="1")
    street.switch.says(call, "accepted", by="key", ticket="1")
    async with street.dispatcher():
        await street.passes(2.0)
    async with street.dispatcher():
        street.switch.ends(call)
        await street.is_over(call)
        await street.passes(12.0)
    assert await street.told(number) == ["accept"]
    assert len(street.switch.rung) == 1


async def test_two_dispatchers_ring_a_department_once(street: Street) -> None:
    await _late(street, 2)
    async with street.dispatcher(), street.dispatcher():
        await street.rings(1)
        await street.passes(3.0)
        assert len(street.switch.rung) == 1
        await street.presses(_first(street), "accepted", "accepted")


def _first(street: Street) -> Attempt:
    return street.switch.rung[0][1]


async def test_a_call_that_was_never_sent_is_made_again_and_counts_for_nothing(
    street: Street,
) -> None:
    [number] = await _late(street)
    street.switch.deaf = True
    async with street.dispatcher():
        await street.until(lambda: _was_tried(street), what="an attempt was kept")
        street.switch.deaf = False
        call = await street.rings(1, within=30)
        assert (await street.asked(number)).ask.tries == 1
        await street.presses(call, "accepted")
    assert await street.told(number) == ["accept"]


async def _was_tried(street: Street) -> bool:
    async with street.engine.connect() as connection:
        return await calls.calls_since(connection, LINES, street.now() - timedelta(hours=1)) > 0
