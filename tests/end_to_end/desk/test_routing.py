"""Callers reach who is to have them: senior agents, the manager hotline, the agent asked first; and
who does not want to wait is called back (QUE-1, QUE-2, QUE-3, CBK-1)."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from caller import audio
from caller.listen import RATE, Samples, found_in
from caller.phone import Phone
from features.customers.queries import CustomerSort
from features.tickets.lifecycle import TicketState
from features.tickets.tables import TicketRow
from tests.end_to_end.house import WITH_DESK, House
from tests.end_to_end.matters import customer, ticket, write
from tests.end_to_end.people import of_json, told
from tests.end_to_end.work import Worker, asks_for_an_agent, at_work
from tests.waiting import until

pytestmark = pytest.mark.real
HOTLINE = {
    "parts": WITH_DESK,
    "max_wait": 40,
    "ring_agent_for": 15,
    "wrap_up_for": 0,
    "offer_callback_after": 5,
}

LARGE, ANGRY, KNOWN = "13900000001", "13900000002", "13900000003"
STRANGER, ANOTHER = "13900000004", "13900000005"


@dataclass(frozen=True)
class Office:
    """Everybody who is at work."""

    junior: Worker
    senior: Worker
    manager: Worker


@pytest_asyncio.fixture
async def office(house: House, phone: Phone) -> AsyncIterator[Office]:
    """A junior, a senior and a manager, each at a desk phone."""
    async with AsyncExitStack() as stack:
        people = [
            await stack.enter_async_context(at_work(house, phone, number, seat, role=role))
            for number, seat, role in _PEOPLE.pop()
        ]
        yield Office(*people)


_PEOPLE = [
    [
        (f"{first}1", "8101", "junior-agent"),
        (f"{first}2", "8102", "senior-agent"),
        (f"{first}3", "8103", "manager"),
    ]
    for first in (200, 210, 220)
]
"""Account numbers are used once; each test takes three of its own."""


def _rung(office: Office) -> int:
    people = (office.junior, office.senior, office.manager)
    return sum(len(worker.phone.calls) for worker in people)


async def _reaches(
    house: House, phone: Phone, words: Samples, worker: Worker, *, caller: str
) -> list[str]:
    """Have a caller ring and talk to this very worker; return the reasons kept with the call."""
    call = await asks_for_an_agent(house, phone, words, f"route-{caller}", caller=caller)
    await worker.talks(within=15)
    await call.waits(0.5)
    await call.hangs_up()
    row = await house.call_of(f"route-{caller}")
    assert (row["agent"], row["disposition"]) == (worker.number, "agent")
    assert len(worker.phone.calls) == 1
    reasons: list[str] = of_json(row["route_reasons"])
    return reasons


async def test_a_large_customer_reaches_a_senior_agent_though_a_junior_is_idle(
    house: House, phone: Phone, office: Office, words: Callable[[float], Samples]
) -> None:
    await write(house, customer(LARGE, CustomerSort.LARGE))
    written = f"+86{LARGE}"  # as another trunk would send it
    reasons = await _reaches(house, phone, words(1.5), office.senior, caller=written)
    assert reasons == ["QUE-1:large"]
    assert not office.junior.phone.calls


async def test_an_overdue_complaint_reaches_the_manager_hotline(
    house: House, phone: Phone, office: Office, words: Callable[[float], Samples]
) -> None:
    late = ticket(ANGRY, handler=office.junior.number, due_in=timedelta(hours=-1))
    await write(house, late)
    reasons = await _reaches(house, phone, words(1.5), office.manager, caller=ANGRY)
    assert reasons == ["QUE-2:20261122-00002"]


async def test_an_open_matter_comes_back_to_who_was_asked_first_and_a_settled_one_does_not(
    house: House, phone: Phone, office: Office, words: Callable[[float], Samples]
) -> None:
    held = ticket(KNOWN, handler=office.senior.number, due_in=timedelta(hours=3))
    await write(house, held)
    reasons = await _reaches(house, phone, words(1.5), office.senior, caller=KNOWN)
    assert reasons == [f"QUE-3:20261122-00003:{office.senior.number}"]

    async def settle(connection: AsyncConnection) -> None:
        settled = update(TicketRow).where(TicketRow.customer_number == KNOWN)
        await connection.execute(settled.values(state=TicketState.ANSWERED.value))

    await write(house, settle)
    before = _rung(office)
    call = await asks_for_an_agent(house, phone, words(1.5), "settled", caller=KNOWN)
    await until(lambda: _rung(office) > before, within=15, what="somebody is rung")
    await call.hangs_up()
    [route] = await told(house, await house.call_of("settled"), "TR_ROUTE")
    assert (route["queue"], route.get("seat", ""), route.get("reasons", "")) == ("hotline", "", "")


async def test_who_does_not_want_to_wait_presses_one_and_is_promised_a_call(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async with at_work(house, phone, "2401", "8104") as worker:
        talking = await asks_for_an_agent(house, phone, words(1.5), "talking")
        await worker.talks()
        call = await asks_for_an_agent(house, phone, words(1.5), "no-wait", caller=STRANGER)
        await until(lambda: _wait(house, 1), within=15, what="one caller waits", every=0.3)
        waits_since = call.now
        await call.presses("1")  # too early: the caller waits on
        third = await asks_for_an_agent(house, phone, words(1.5), "third", caller=ANOTHER)
        await until(lambda: _wait(house, 2), within=15, what="two callers wait", every=0.3)
        await call.waits(6.0)
        assert await _wait(house, 2)
        await call.presses("1")
        await call.ended(within=20)
        row = await house.call_of("no-wait")
        assert (row["disposition"], row["hung_up_by"]) == ("promised", "system")
        [callback] = await house.rows("SELECT * FROM callbacks WHERE call_id = :id", id=row["id"])
        assert (callback["kind"], callback["number"], callback["state"]) == (
            "queue",
            STRANGER,
            "open",
        )
        answered = call.moment("answered") or 0.0
        since = call.heard()[int((waits_since - answered) * RATE) :]
        assert found_in(_prompt(house, "callback_offer"), since) > 0.7
        assert found_in(_prompt(house, "callback_thanks"), since) > 0.7
        assert found_in(_prompt(house, "position_before"), third.heard()) > 0.7
        assert found_in(_prompt(house, "position_after"), third.heard()) > 0.7
        await third.hangs_up()
        await talking.hangs_up()


async def _wait(house: House, callers: int) -> bool:
    return (await house.asterisk("queue show hotline")).count("(wait:") == callers


def _prompt(house: House, name: str) -> Samples:
    return audio.read(house.settings.paths.sounds / "zh" / f"{name}.wav")
