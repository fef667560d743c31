"""A department that is late is rung on a real telephone, and what it presses is on its ticket.

Issue 13, bar i: it accepts, asks for time, refuses, does not answer, is busy, is a voicemail, hangs
up in the middle: the right entry each time (TKT-12).
"""

import asyncio
import itertools
import json
import signal
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from caller import audio
from caller.leg import Leg
from caller.listen import RATE, Samples, segments
from caller.phone import BUSY, NEVER, AgentPhone, Answering, Phone
from features.ticket_clocks.house import house as house_of
from features.ticket_life.verbs import Given, Verb
from features.tickets import acts, writes
from features.tickets.history import Author
from features.tickets.lifecycle import TicketSource, opened
from permissions.roles import Role
from tests.end_to_end.agents import signed_in
from tests.end_to_end.house import House, Row
from tests.end_to_end.kinds import RINGS_PEOPLE
from tests.end_to_end.matters import write
from tests.end_to_end.people import parsed
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = RINGS_PEOPLE
SOON: Final = Answering(after=0.3)
SENIOR: Final = Author(role=Role.SENIOR_AGENT, signature="1002", number="1002")
_LEADERS: Final = itertools.count(7301)
TRIES: Final = 2
"""`department_call_tries` of this kind of house."""


async def _departments(house: House, phones: Mapping[str, str]) -> None:
    """Give departments their telephones, as a leader does it."""
    async with signed_in(house, str(next(_LEADERS)), "team-leader") as leader:
        for name, phone in phones.items():
            where = f"/api/v1/departments/{name}"
            known = (await leader.client.get("/api/v1/departments")).json()["items"]
            seen = next((one["updated_at"] for one in known if one["name"] == name), None)
            done = await leader.client.put(where, json={"phone": phone, "seen": seen})
            assert done.status_code == 200, done.text


async def _late(house: House, department: str) -> str:
    """Dispatch a complaint to a department, due some minutes ago; return its number."""
    now = datetime.now(UTC)
    numbers: list[str] = []

    async def made(connection: AsyncConnection) -> None:
        fresh = opened(
            source=TicketSource.CALL,
            topic="complaint",
            customer_number="13812340000",
            created_at=now - timedelta(hours=1),
        )
        clocks = house_of(house.settings)
        number = await writes.open_ticket(
            connection, fresh, author=SENIOR, house=clocks, day=now.date()
        )
        assert number is not None
        given = Given(department=department, deadline=now - timedelta(minutes=3))
        await acts.act(
            connection,
            number,
            Verb.DISPATCH,
            given,
            version=None,
            author=SENIOR,
            house=clocks,
            now=now - timedelta(minutes=30),
        )
        numbers.append(number)

    await write(house, made)
    return numbers[0]


async def _told(house: House, ticket: str) -> Sequence[Row]:
    """Return what a ticket's history tells of the telephone, oldest first."""
    found = await house.rows(
        "SELECT e.what, e.via, e.said, t.state, t.escalated_at FROM ticket_entries e"
        " JOIN tickets t ON t.id = e.ticket_id"
        " WHERE t.number = :number AND e.via IN ('phone', 'ringing') ORDER BY e.id",
        number=ticket,
    )
    return [{**one, "said": parsed(one["said"])} for one in found]


async def _has(house: House, ticket: str, *what: str, within: float = 60.0) -> Sequence[Row]:
    """Wait until a ticket's history tells exactly this of the telephone."""

    async def so() -> bool:
        return [one["what"] for one in await _told(house, ticket)] == list(what)

    try:
        await until(so, within=within, every=0.3)
    except AssertionError:
        raise AssertionError(f"{await _told(house, ticket)} is not {what}") from None
    return await _told(house, ticket)


async def _hears(house: House, phone: str, prompt: str, *, times: int = 1) -> None:
    """Wait until a prompt was begun so often in the last call to a telephone."""

    async def so() -> bool:
        calls = await house.rows(
            "SELECT id FROM attempts WHERE number = :phone ORDER BY planned_at DESC LIMIT 1",
            phone=phone,
        )
        return _begun(house, str(calls[0]["id"]), prompt) >= times

    await until(so, within=40, what=f"{phone} hears {prompt} {times} times", every=0.1)


def _begun(house: House, call: str, prompt: str) -> int:
    lines = [
        json.loads(line)
        for path in house.settings.paths.journal.glob("dialogue-*.jsonl")
        for line in path.read_text().splitlines()
    ]
    return sum(
        one["call"] == call and one["what"] == "prompt" and one["name"] == prompt for one in lines
    )


async def _answers(
    house: House, phone: AgentPhone, hello: Samples, *keys: str, tickets: int = 1
) -> Leg:
    """Lift, say hello, press the keys, each after the menu, and hear it out."""
    leg = await phone.rings(within=40)
    await leg.answered(within=10)
    await leg.says(hello)
    for which, key in enumerate(keys, 1):
        await _hears(house, phone.number, "department_menu", times=which)
        await leg.waits(0.5)
        await leg.presses(key)
    await leg.ended(within=30)
    assert tickets
    return leg


def _greeting(speech: Samples) -> Samples:
    """Return a voicemail's greeting: a voice that does not wait, and a beep."""
    spoken = [
        speech[int(one.start * RATE) : int(one.end * RATE)] for one in segments(speech, gap=0.3)
    ]
    beep = 6000 * np.sin(2 * np.pi * 1000 * np.arange(int(0.4 * RATE)) / RATE)
    parts = [audio.joined(spoken)[: 8 * RATE], audio.silence(0.5), beep.astype(np.int16)]
    return audio.joined([*parts, audio.silence(10.0)])


@pytest.mark.timeout(240)
async def test_departments_accept_ask_for_time_and_refuse(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    accepts, asks, refuses = [
        await phone.register(number, house.password(number), SOON)
        for number in ("8001", "8002", "8003")
    ]
    await _departments(house, {"线路一班": "8001", "线路二班": "8002", "线路三班": "8003"})
    tickets = [await _late(house, name) for name in ("线路一班", "线路二班", "线路三班")]
    async with asyncio.TaskGroup() as doing:
        doing.create_task(_answers(house, accepts, words(0.8), "1"))
        doing.create_task(_answers(house, asks, words(0.8), "0", "2"))
        doing.create_task(_answers(house, refuses, words(0.8), "9", "3"))
    [accepted] = await _has(house, tickets[0], "accept")
    [asked] = await _has(house, tickets[1], "ask_time")
    [refused] = await _has(house, tickets[2], "send_back")
    assert [one["state"] for one in (accepted, asked, refused)] == [
        "accepted",
        "dispatched",
        "returned",
    ]
    for one, key in ((accepted, "1"), (asked, "2"), (refused, "3")):
        assert (one["via"], one["said"]["key"]) == ("phone", key)
        await _is_on_record(house, str(one["said"]["call"]))
    await _is_shown(house, tickets[1], str(asked["said"]["call"]))


async def _is_on_record(house: House, call: str) -> None:
    """Wait until a call is in the list of calls, with its recording (ANS-5)."""

    async def kept() -> list[Row]:
        return await house.rows(
            "SELECT c.direction FROM calls c JOIN recordings r ON r.call_id = c.id"
            " WHERE c.id = :call AND r.kind = 'call' AND r.path <> ''",
            call=call,
        )

    [row] = await until(kept, within=20, what="the call and its recording are kept", every=0.3)
    assert row["direction"] == "out"


async def _is_shown(house: House, ticket: str, call: str) -> None:
    """Look at the ticket's page, as a leader does."""
    async with signed_in(house, str(next(_LEADERS)), "team-leader") as leader:
        page = (await leader.client.get(f"/tickets/{ticket}")).text
        assert 'id="department-call"' in page
        assert f"/calls/{call}" in page
        departments = (await leader.client.get("/departments")).text
        assert "8002" in departments


@pytest.mark.timeout(240)
async def test_nobody_a_busy_line_and_a_voicemail_are_no_answers(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    voicemail = Answering(after=0.3, says=_greeting(words(20.0)))
    nobody, busy, machine = [
        await phone.register(number, house.seat_password(number), answering)
        for number, answering in (("8101", NEVER), ("8102", BUSY), ("8103", voicemail))
    ]
    await _departments(house, {"计费一组": "8101", "计费二组": "8102", "计费三组": "8103"})
    tickets = [await _late(house, name) for name in ("计费一组", "计费二组", "计费三组")]
    ends = ("rung_no_answer", "rung_busy", "rung_voicemail")
    for ticket, what in zip(tickets, ends, strict=True):
        told = await _has(house, ticket, *[what] * TRIES, "escalate", within=90)
        assert told[-1]["escalated_at"] is not None
        assert told[-1]["state"] == "dispatched"
    assert [len(one.calls) for one in (nobody, machine)] == [TRIES, TRIES]
    for leg in machine.calls:
        await leg.ended(within=10)
        assert not leg.words(), "something was said to a voicemail"
    assert not [one for one in busy.calls if not one.is_over]


@pytest.mark.timeout(240)
async def test_who_hangs_up_in_the_middle_has_answered_what_was_answered(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    there = await phone.register("8001", house.password("8001"), SOON)
    await _departments(house, {"营业班": "8001"})
    first = await _late(house, "营业班")
    leg = await there.rings(within=40)
    second = await _late(house, "营业班")  # while it is in a call of ours
    await leg.answered(within=10)
    await leg.says(words(0.8))
    await _hears(house, "8001", "department_menu")
    await leg.hangs_up()
    await _has(house, first, "rung_broken_off")
    # the next call tells of both; the first is answered, then the receiver is put down
    leg = await there.rings(within=40)
    await leg.answered(within=10)
    await leg.says(words(0.8))
    await _hears(house, "8001", "department_menu")
    await leg.waits(0.5)
    await leg.presses("1")
    await _hears(house, "8001", "department_menu", times=2)
    await leg.hangs_up()
    one = {first, second}
    told = {ticket: [each["what"] for each in await _told(house, ticket)] for ticket in one}

    async def both() -> bool:
        nonlocal told
        told = {ticket: [each["what"] for each in await _told(house, ticket)] for ticket in one}
        flat = sorted(what for each in told.values() for what in each)
        return flat in (
            ["accept", "rung_broken_off", "rung_broken_off"],
            ["accept", "escalate", "rung_broken_off", "rung_broken_off"],
        )

    await until(both, within=30, what=f"one is accepted, one broken off: {told}", every=0.3)
    await _departments(house, {"营业班": ""})  # nobody is rung about it any more


@pytest.mark.timeout(240)
async def test_a_dispatcher_that_is_killed_while_it_rings_does_nothing_twice(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    there = await phone.register("8001", house.password("8001"), NEVER)
    await _departments(house, {"装机班": "8001"})
    ticket = await _late(house, "装机班")
    leg = await there.rings(within=40)
    before = house.signal("dispatch", signal.SIGKILL)
    await leg.picks_up()
    await leg.says(words(0.8))
    await _hears(house, "8001", "department_menu")
    await leg.waits(0.5)
    await leg.presses("1")
    await leg.ended(within=30)
    await house.is_back("dispatch", after=before, within=40)
    await _has(house, ticket, "accept")
    await asyncio.sleep(8)  # longer than a department is left alone
    assert len(there.calls) == 1
    await _has(house, ticket, "accept")
