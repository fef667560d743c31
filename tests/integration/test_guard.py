"""The dispatcher rings nobody whom the guard against toll fraud refuses, whatever was forgotten."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from dispatch import attempts
from dispatch.attempts import Attempt
from dispatch.dispatcher import Dispatcher
from dispatch.guard import Guard
from dispatch.purpose import Planned
from dispatch.tables import AttemptRow
from features.wake_ups.lifecycle import WakeState
from features.wake_ups.lifecycle import WakeUpRules as WakeRules
from phone_numbers import dialling
from phone_numbers.dial_plan import DialPlan
from phone_numbers.dialling import DiallingRules
from phone_numbers.plan import DialForm, NumberPlan
from tests.integration.dispatch_room import opened
from tests.integration.hotel import Hotel, HotelSwitch

OUTSIDE, THE_SAME, ANOTHER = "13800138000", "013800138000", "13900139000"
FULL = "+8613800138000"


@pytest.fixture
async def hotel(database_url: str, tmp_path: Path) -> AsyncIterator[Hotel]:
    async with opened(Hotel, database_url, tmp_path, HotelSwitch) as found:
        yield found


def _rules(**more: object) -> DiallingRules:
    plain = DiallingRules(
        emergency=frozenset({"110", "119"}), allowed=dialling.read_allowed("house,extensions,home")
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def _guard(**more: object) -> Guard:
    return Guard(_rules(**more), DialPlan(NumberPlan("CN", frozenset({"8001"}))))


async def _was_rung(hotel: Hotel, *, ago: timedelta, talked: timedelta | None = None) -> None:
    """Keep an attempt of the past, as a dispatcher before this one did."""
    at = hotel.now() - ago
    row = {
        "id": f"{at.timestamp():036.6f}",
        "purpose": "campaign",
        "subject_id": int(at.timestamp() * 1e6),
        "seq": 1,
        "who": "guest",
        "number": OUTSIDE,
        "reached": FULL,
        "price": 500,
        "channel": "",
        "said": "",
        "planned_at": at,
        "rung_at": at,
        "result": "answered" if talked else "busy",
        "answered_at": at if talked else None,
        "ended_at": at + (talked or timedelta()),
    }
    async with hotel.writing() as connection:
        await connection.execute(insert(AttemptRow).values(**row))


class Said:
    """Keeps what is said aloud."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def warning(self, _event: str, **_facts: object) -> None: ...

    def error(self, event: str, **_facts: object) -> None:
        self.errors.append(event)


async def _result(hotel: Hotel, key: int) -> str:
    async def ended() -> list[Attempt]:
        return [one for one in await hotel.attempts(key) if one.ended_at]

    return (await hotel.until(ended, within=10, what="an attempt is over"))[0].result


@pytest.mark.parametrize("number", ["119", "0110", "010119", "+8613800138000", "+442079460000"])
async def test_who_may_not_be_rung_is_not_and_the_attendant_goes_instead(
    hotel: Hotel, number: str
) -> None:
    key = await hotel.wakes(number, in_s=0.1)
    guard = Guard(
        _rules(allowed=dialling.read_allowed("house,extensions")), DialPlan(NumberPlan("CN"))
    )
    soon = WakeRules(again_every=0.3, give_up_after=0.5, attendants=("8301",))
    async with hotel.dispatcher(guard=guard, rules=soon):
        assert await _result(hotel, key) == "not_allowed"
        attempt = await hotel.rings(1)
        assert (attempt.who, attempt.number) == ("attendant", "8301")
        await hotel.is_now(key, WakeState.ATTENDING)


async def test_rooms_and_phones_of_the_house_know_no_limits(hotel: Hotel) -> None:
    for room in range(8):
        await hotel.wakes(f"82{room:02d}", in_s=0.1)
    async with hotel.dispatcher(guard=_guard(per_minute=1, per_hour=1, per_day=1)):
        await hotel.rings(8)


async def test_a_number_is_rung_so_often_in_an_hour_by_dispatchers_one_after_the_other(
    hotel: Hotel,
) -> None:
    """However it is written: the full number counts."""
    await _was_rung(hotel, ago=timedelta(minutes=30))
    await _was_rung(hotel, ago=timedelta(minutes=90))
    guard = _guard(per_hour=2, per_day=9)
    first = await hotel.wakes(OUTSIDE, in_s=0.1)
    async with hotel.dispatcher(guard=guard):
        hotel.switch.ends(await hotel.rings(1), 17)
        assert await _result(hotel, first) == "busy"
    second, third = await hotel.wakes(THE_SAME, in_s=0.1), await hotel.wakes(ANOTHER, in_s=0.1)
    async with hotel.dispatcher(guard=_guard(per_hour=2, per_day=9)):
        assert await _result(hotel, second) == "held_back"
        await hotel.until(
            lambda: any(one.subject_id == third for _, one in hotel.switch.rung), within=5
        )
    assert all(one.subject_id != second for _, one in hotel.switch.rung)


async def test_what_was_rung_before_counts_for_the_day(hotel: Hotel) -> None:
    await _was_rung(hotel, ago=timedelta(hours=23))
    await _was_rung(hotel, ago=timedelta(hours=25))
    async with hotel.engine.connect() as connection:
        now = hotel.now()
        assert await attempts.rung_lately(connection, [FULL, "+1"], now) == {FULL: (0, 1)}
    key = await hotel.wakes(OUTSIDE, in_s=0.1)
    async with hotel.dispatcher(guard=_guard(per_day=1)):
        assert await _result(hotel, key) == "held_back"


async def test_calls_in_one_minute_are_limited_also_within_one_claim(hotel: Hotel) -> None:
    for number in range(6):
        await hotel.wakes(f"1380013800{number}", in_s=-1)
    async with hotel.dispatcher(guard=_guard(per_minute=4)):

        async def refused() -> bool:
            async with hotel.engine.connect() as connection:
                found = await attempts.rung_outside(connection, hotel.now() - timedelta(minutes=1))
            return found == 4 and len(hotel.switch.rung) == 4

        await hotel.until(refused, within=5, what="four are rung")
    assert len({one.number for _, one in hotel.switch.rung}) == 4


async def test_a_refused_call_does_not_count(hotel: Hotel) -> None:
    refused = await hotel.wakes(OUTSIDE, in_s=0.1)
    closed = _rules(allowed=dialling.read_allowed("house"))
    async with hotel.dispatcher(guard=Guard(closed, DialPlan(NumberPlan("CN")))):
        assert await _result(hotel, refused) == "not_allowed"
    async with hotel.dispatcher(guard=_guard(per_hour=1)):
        await hotel.rings(1)


async def test_what_is_spent_ends_calls_outside_until_midnight_and_is_said_once(
    hotel: Hotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    midnight = hotel.now().replace(hour=0, minute=0, second=0, microsecond=0)
    since = min(timedelta(seconds=70), hotel.now() - midnight)
    await _was_rung(hotel, ago=since, talked=timedelta(seconds=61))  # two begun minutes
    await _was_rung(hotel, ago=since + timedelta(days=1), talked=timedelta(hours=9))
    async with hotel.engine.connect() as connection:
        assert await attempts.spent(connection, midnight, hotel.now()) == 1000
    guard = _guard(spend_per_day=1000, zone=UTC)
    outside, room = await hotel.wakes(ANOTHER, in_s=0.1), await hotel.wakes("8215", in_s=0.1)
    said = Said()
    monkeypatch.setattr("dispatch.guard._log", said)
    async with hotel.dispatcher(guard=guard):
        assert await _result(hotel, outside) == "held_back"
        await hotel.until(lambda: hotel.switch.rung, within=5, what="the room is rung")

        async def again() -> bool:
            return len(await hotel.attempts(outside)) > 2

        await hotel.until(again, within=5, what="it was refused again")
    assert {one.subject_id for _, one in hotel.switch.rung} == {room}
    assert len(said.errors) == 1
    assert "spent today" in said.errors[0]
    assert guard.is_stopped(hotel.now())
    assert not guard.is_stopped(hotel.now() + timedelta(days=1))


async def test_a_second_number_in_the_call_is_judged_and_counted_too(hotel: Hotel) -> None:
    """An agent's phone is rung first, and the dialplan dials the customer."""
    plan = Planned(
        subject_id=1, seq=1, who="agent", number="8001", connects=OUTSIDE, at=hotel.now()
    )
    bad = replace(plan, connects="110")
    async with hotel.engine.connect() as connection:
        now = hotel.now()
        tolls = await _guard(per_hour=1).judge(connection, [plan, bad, plan], now=now)
    assert [(one.verdict.allowed, one.reached) for one in tolls] == [
        (True, FULL),
        (False, ""),
        (False, FULL),
    ]


NINE = DialPlan(NumberPlan("CN", frozenset({"8001"}), outside="9"))
AMERICAN = NumberPlan("US", outside="9")
ZEROS = DialPlan(NumberPlan("US", frozenset({"8001"})), DialForm.DOUBLE_ZERO)


@pytest.mark.parametrize(
    ("trunk", "number", "dialled", "allowed"),
    [
        (NINE, OUTSIDE, "913800138000", True),
        (NINE, "913800138000", "913800138000", True),
        (NINE, "8001", "8001", True),
        (NINE, "8215", "8215", True),
        (NINE, "+81332249999", "90081332249999", False),
        (NINE, "16812345", "916812345", False),
        (NINE, "110", "110", False),
        (NINE, "9110", "9110", False),
        (NINE, "0110", "0110", False),
        (NINE, "+86110", "+86110", False),
        (NINE, "010119", "010119", False),
        (NINE, "alice", "alice", False),
        (DialPlan(AMERICAN), "9175551234", "919175551234", True),  # New York, not 9 and a rest
        (DialPlan(AMERICAN), "9911", "9911", False),
        (ZEROS, "9175551234", "0019175551234", True),
    ],
)
async def test_what_is_judged_is_what_the_trunk_gets(
    hotel: Hotel, trunk: DialPlan, number: str, dialled: str, allowed: bool
) -> None:
    """The last: `00` is not the prefix for abroad there, but what the trunk was said to want."""
    guard = Guard(_rules(emergency=frozenset({"110", "119", "911"})), trunk)
    now = hotel.now()
    plan = Planned(subject_id=1, seq=1, who="guest", number=number, at=now)
    by_agent = replace(plan, who="agent", number="8001", connects=number)
    async with hotel.engine.connect() as connection:
        one, other = await guard.judge(connection, [plan, by_agent], now=now)
    assert (one.dialled, one.verdict.allowed) == (dialled, allowed)
    assert (other.dialled, other.connects, other.verdict.allowed) == (
        "8001",
        dialled,
        allowed,
    )


async def test_an_attempt_keeps_what_is_dialled_and_only_that_is_rung(hotel: Hotel) -> None:
    key = await hotel.wakes(OUTSIDE, in_s=0.1)
    async with hotel.dispatcher(guard=Guard(_rules(), NINE)):
        attempt = await hotel.rings(1)
    assert (attempt.number, attempt.dialled) == (OUTSIDE, "913800138000")
    assert [one.dialled for one in await hotel.attempts(key)] == ["913800138000"]


async def test_a_turn_that_was_kept_without_our_knowing_is_found_in_the_database(
    hotel: Hotel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was killed between the commit and its word: the guest is not forgotten."""
    key = await hotel.wakes("8215", in_s=0.1)
    lost: list[str] = []
    plain = Dispatcher._follow

    def once(self: Dispatcher, purpose: str, follow: object) -> None:
        if not lost:
            lost.append(purpose)
            raise ConnectionResetError("after the commit")
        plain(self, purpose, follow)  # type: ignore[arg-type]

    monkeypatch.setattr(Dispatcher, "_follow", once)
    async with hotel.dispatcher():
        await hotel.rings(1, within=15)
    assert [one.result for one in await hotel.attempts(key)] == ["never_rung", ""]
    assert lost
