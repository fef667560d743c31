"""A guest registers a wake-up from the room's own telephone (WAK-1)."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from callflow.call import Connect, HangUp, Hangup, Language, Verdict
from callflow.dialogues.wake_menu import (
    RegisterClosed,
    RegisteredWakeUp,
    RoomLine,
    typed_time,
    wake_menu,
)
from callflow.rules.wall_clock import next_moment
from sounds.texts import load
from tests.unit.scripted import ScriptedCall, pressed

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVENING = datetime(2026, 11, 22, 22, 15, tzinfo=SHANGHAI)


@dataclass
class FakeRegister:
    """A register in memory; it may be closed from some question on."""

    lines: list[RegisteredWakeUp] = field(default_factory=list)
    closed_after: int = 99
    asked: int = 0
    put_walls: list[time] = field(default_factory=list)

    async def next(self) -> RegisteredWakeUp | None:
        self._ask()
        return min(self.lines, key=lambda one: one.at, default=None)

    async def put(self, at: datetime, wall: time) -> None:
        self._ask()
        self.put_walls.append(wall)
        self.lines.append(RegisteredWakeUp(len(self.lines) + 1, at))

    async def cancel(self, registered: RegisteredWakeUp) -> None:
        self._ask()
        self.lines.remove(registered)

    def _ask(self) -> None:
        self.asked += 1
        if self.asked > self.closed_after:
            raise RegisterClosed


def _led(call: ScriptedCall, prompts: FakeRegister, now: datetime = EVENING) -> Verdict:
    room_line = RoomLine(
        prompts, Language.CHINESE, "hotline", now=lambda: now + timedelta(seconds=call.now)
    )
    return asyncio.run(wake_menu(call, room_line))


def _keys(digits: str, at: float) -> list[object]:
    return [pressed(digit, at + number * 0.3) for number, digit in enumerate(digits)]


def _call(*keys: tuple[str, float], **more: float) -> ScriptedCall:
    return ScriptedCall(signs=[key for each in keys for key in _keys(*each)], **more)  # type: ignore[arg-type,misc]


def test_four_digits_and_a_key_one_and_the_guest_hears_that_it_is_set() -> None:
    call, prompts = _call(("0730", 1.0), ("1", 12.0)), FakeRegister()
    assert isinstance(_led(call, prompts), HangUp)
    [kept] = prompts.lines
    assert (kept.at, prompts.put_walls) == (
        datetime(2026, 11, 23, 7, 30, tzinfo=SHANGHAI),
        [time(7, 30)],
    )
    said = call.prompts()
    heard_back = said.index("wake_menu_set")
    assert said[heard_back : heard_back + 3] == [
        "wake_menu_set",
        "wake_menu_tomorrow",
        "wake_in_the_morning",
    ]
    assert said[-2:] == ["wake_menu_done"] * 2
    assert ("wake_registered", {"at": "2026-11-23 07:30"}) in call.notes


def test_nothing_is_said_to_be_set_before_it_is_in_the_register() -> None:
    call, prompts = _call(("0730", 1.0), ("1", 12.0)), FakeRegister(closed_after=1)
    verdict = _led(call, prompts)
    assert isinstance(verdict, Connect)
    assert verdict.queue == "hotline"
    assert "wake_menu_done" not in call.prompts()
    assert call.prompts()[-2:] == ["wake_menu_away"] * 2


def test_a_register_that_is_away_costs_no_words_but_clear_ones() -> None:
    call = _call()
    assert isinstance(_led(call, FakeRegister(closed_after=0)), Connect)
    assert set(call.prompts()) == {"wake_menu_away"}


def test_a_time_that_is_still_to_come_today_is_today() -> None:
    call, prompts = _call(("2330", 1.0), ("1", 12.0)), FakeRegister()
    _led(call, prompts)
    assert prompts.lines[0].at.date() == EVENING.date()
    assert "wake_menu_today" in call.prompts()


@pytest.mark.parametrize("typed", ["2460", "0790", "9", "07*", "12", "#", "33"])
def test_three_wrong_answers_lead_to_the_switchboard(typed: str) -> None:
    call, prompts = _call((typed, 1.0), (typed, 12.0), (typed, 23.0)), FakeRegister()
    assert isinstance(_led(call, prompts), Connect)
    assert call.prompts().count("wake_menu_wrong") == 6, "three times in both languages"
    assert call.prompts()[-2:] == ["wake_menu_agent"] * 2
    assert not prompts.lines


def test_nobody_who_presses_nothing_is_left_alone() -> None:
    call = _call()
    assert isinstance(_led(call, FakeRegister()), Connect)
    assert call.now < 60


def test_a_time_that_is_not_confirmed_is_not_kept() -> None:
    call, prompts = _call(("0730", 1.0), ("2", 12.0), ("0800", 20.0), ("1", 30.0)), FakeRegister()
    assert isinstance(_led(call, prompts), HangUp)
    assert prompts.put_walls == [time(8, 0)]


def test_what_is_set_already_is_told_and_key_three_takes_it_off() -> None:
    at = datetime(2026, 11, 23, 6, 5, tzinfo=SHANGHAI)
    later = RegisteredWakeUp(2, at + timedelta(days=3))
    call, prompts = _call(("3", 1.0)), FakeRegister([RegisteredWakeUp(1, at), later])
    assert isinstance(_led(call, prompts), HangUp), "cancelled, and nothing more is wanted"
    assert prompts.lines == [later]
    said = call.prompts()
    assert said[0] == "wake_menu_known"
    assert said.count("wake_menu_cancelled") == 2
    assert "wake_menu_later_day" in said, "what rings next is told then"
    assert ("wake_cancelled", {"at": "2026-11-23 06:05"}) in call.notes


def test_key_three_without_anything_set_is_a_wrong_answer() -> None:
    call = _call(("3", 1.0))
    assert isinstance(_led(call, FakeRegister()), Connect)
    assert "wake_menu_cancelled" not in call.prompts()


def test_who_confirms_after_the_minute_has_passed_is_asked_again() -> None:
    almost = datetime(2026, 11, 22, 7, 29, 50, tzinfo=SHANGHAI)
    call, prompts = _call(("0730", 1.0), ("1", 16.0)), FakeRegister()
    assert isinstance(_led(call, prompts, almost), Connect)
    assert not prompts.lines


def test_a_guest_who_hangs_up_before_the_key_has_registered_nothing() -> None:
    call, prompts = _call(("0730", 1.0), hangs_up_at=8.0), FakeRegister()
    with pytest.raises(Hangup):
        _led(call, prompts)
    assert not prompts.lines


@pytest.mark.parametrize(
    ("keys", "wall"),
    [
        ("0000", time(0, 0)),
        ("2359", time(23, 59)),
        ("2400", None),
        ("0760", None),
        ("073", None),
        ("07#0", None),
        ("٠٧٣٠", None),
    ],
)
def test_four_digits_are_a_time_or_none(keys: str, wall: time | None) -> None:
    assert typed_time(keys) == wall


def test_every_minute_can_be_asked_for_and_said_back() -> None:
    prompts = load()
    for minute in range(24 * 60):
        wall = time(minute // 60, minute % 60)
        at = next_moment(wall, after=EVENING)
        assert EVENING < at <= EVENING + timedelta(days=1)
        assert at.timetz().replace(tzinfo=None) == wall
    for name in ("ask", "known", "cancel", "set", "today", "tomorrow", "later_day", "confirm"):
        assert f"wake_menu_{name}" in prompts


def test_a_time_that_the_clock_leaves_out_is_rung_at_the_leap() -> None:
    zone = ZoneInfo("America/New_York")
    night = datetime(2027, 3, 13, 23, 0, tzinfo=zone)
    assert next_moment(time(2, 30), after=night).isoformat() == "2027-03-14T03:00:00-04:00"
