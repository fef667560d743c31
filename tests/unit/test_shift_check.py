"""The check of a simulated shift finds every rule that was broken, and nothing in a right shift."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from bench.shift.check import RULES, breaches
from bench.shift.history import Matter, Ring, Shift, Stay, Story, Worker
from bench.shift.spells import Spell, minus
from bench.shift.told import page

OPEN, SHUT = 0.0, 600.0
JUNIOR = Worker("2002", "8102", "junior-agent", [Spell(OPEN, SHUT)])
SENIOR = Worker("2003", "8103", "senior-agent", [Spell(OPEN, SHUT)])
MANAGER = Worker("2001", "8101", "manager", [Spell(OPEN, SHUT)])


def call(
    number: str, joined: float, left: float, ended: float, *rings: Ring, queue: str = "hotline"
) -> Story:
    """Give a caller who was answered, waited in one queue, and was recorded."""
    return Story(
        ref=number,
        number=number,
        answered=joined - 10,
        held_ans1=True,
        ended=ended,
        disposition="agent",
        joined=joined,
        left=left,
        stays=[Stay(queue, Spell(joined - 1, left))],
        rings=rings,
        recording=("stored", ended - joined + 10),
    )


def talk(seat: str, began: float, ended: float, queue: str = "hotline") -> Ring:
    """Give a ring that was answered after two seconds."""
    return Ring(seat, queue, began, ended, began + 2)


PLAIN = call("plain", 20.0, 22.0, 40.0, talk("8102", 20.0, 40.0))
LATER = call("later", 25.0, 45.0, 60.0, talk("8102", 43.0, 60.0))
LARGE = call("large", 50.0, 52.0, 70.0, talk("8103", 50.0, 70.0, "senior"), queue="senior")
ANGRY = call("angry", 80.0, 82.0, 90.0, talk("8101", 80.0, 90.0, "manager"), queue="manager")
KNOWN = call("known", 100.0, 102.0, 110.0, talk("8102", 100.0, 110.0, "own-8102"), queue="own-8102")
IN_VAIN = replace(
    call("in-vain", 200.0, 219.0, 230.0, Ring("8103", "hotline", 200.0, 215.0)),
    rings=[Ring("8103", "hotline", 200.0, 215.0), talk("8102", 217.0, 230.0)],
    misses=[("2003", 215.0)],
)


def right() -> Shift:
    """Give a shift in which every rule was kept, some of them barely."""
    away = [Spell(OPEN, 215.0), Spell(260.0, SHUT)]
    writes = [Spell(OPEN, 24.0), Spell(43.0, 60.0), Spell(65.0, SHUT)]
    return Shift(
        [PLAIN, LATER, LARGE, ANGRY, KNOWN, IN_VAIN],
        [
            MANAGER,
            replace(JUNIOR, ready=[Spell(OPEN, 40.0), *writes[1:]]),
            replace(SENIOR, ready=[Spell(40.0, 215.0), away[1]], pauses=[215.2]),
        ],
        {"large": "large"},
        {
            "angry": [Matter(True, 10.0, None, Spell(OPEN, SHUT))],
            "known": [Matter(True, 500.0, "2002", Spell(OPEN, SHUT))],
        },
    )


def with_call(story: Story) -> Shift:
    """Give the right shift with one call as another one."""
    shift = right()
    return replace(shift, calls=[story if one.ref == story.ref else one for one in shift.calls])


def and_also(story: Story) -> Shift:
    """Give the right shift with one call more."""
    shift = right()
    return replace(shift, calls=[*shift.calls, story])


WRONG: Mapping[str, tuple[str, Callable[[], Shift]]] = {
    "a call never ends": ("ended", lambda: with_call(replace(PLAIN, ended=None))),
    "the fallback dialplan led a call": (
        "ended",
        lambda: with_call(replace(PLAIN, fallback="frozen")),
    ),
    "a call was answered late": ("ANS-1", lambda: with_call(replace(PLAIN, held_ans1=False))),
    "a recording is missing": ("ANS-5", lambda: with_call(replace(PLAIN, recording=None))),
    "a recording is too short": (
        "ANS-5",
        lambda: with_call(replace(PLAIN, recording=("stored", 12.0))),
    ),
    "a phone rings for ever": (
        "ANS-2 ring",
        lambda: and_also(
            call("long", 300.0, 320.0, 330.0, Ring("8102", "hotline", 300.0, 330.0, 320.0))
        ),
    ),
    "a miss is not counted": ("ANS-2 miss", lambda: with_call(replace(IN_VAIN, misses=[]))),
    "who missed is not paused": ("ANS-2 miss", lambda: _worker(SENIOR.seat, pauses=())),
    "a caller is forgotten": (
        "ANS-2 next",
        lambda: and_also(call("lost", 300.0, 310.0, 320.0, talk("8102", 308.0, 320.0))),
    ),
    "a large customer gets a junior": (
        "QUE-1",
        lambda: with_call(call("large", 50.0, 52.0, 70.0, talk("8102", 61.0, 70.0))),
    ),
    "an overdue complaint gets a junior": (
        "QUE-2",
        lambda: with_call(call("angry", 80.0, 82.0, 90.0, talk("8102", 80.0, 90.0))),
    ),
    "another than the first-asked is rung": (
        "QUE-3",
        lambda: with_call(call("known", 100.0, 102.0, 110.0, talk("8103", 100.0, 110.0))),
    ),
    "the phone of one who writes rings": (
        "QUE-4 away",
        lambda: and_also(call("early", 62.0, 64.5, 64.8, talk("8102", 62.5, 64.8))),
    ),
    "a later caller is rung first": (
        "order",
        lambda: and_also(call("pushy", 30.0, 41.0, 42.9, talk("8103", 40.9, 42.9))),
    ),
    "a priority caller is passed": (
        "order",
        lambda: and_also(
            call("vip", 140.0, 150.0, 160.0, talk("8103", 149.0, 160.0, "senior"), queue="senior")
        ),
    ),
    "an agent has two calls": (
        "one",
        lambda: and_also(call("second", 30.0, 32.0, 38.0, talk("8102", 30.0, 38.0))),
    ),
}


def _worker(seat: str, *, pauses: Sequence[float]) -> Shift:
    shift = right()
    workers = [replace(one, pauses=pauses) if one.seat == seat else one for one in shift.workers]
    return replace(shift, workers=workers)


def test_a_right_shift_has_no_breach() -> None:
    assert breaches(right()) == []
    assert "Every rule was kept." in page(right(), [])


@pytest.mark.parametrize("wrong", WRONG)
def test_a_broken_rule_is_found(wrong: str) -> None:
    rule, made = WRONG[wrong]
    shift = made()
    if wrong == "a priority caller is passed":
        shift = replace(
            shift,
            sorts={**shift.sorts, "vip": "important"},
            calls=[*shift.calls, call("quick", 143.0, 145.0, 148.0, talk("8103", 143.0, 148.0))],
        )
    found = breaches(shift)
    assert rule in {breach.rule for breach in found}, found
    assert f"| {rule} |" in page(shift, found)


def test_every_rule_is_broken_by_one_of_these_tests() -> None:
    assert {rule for rule, _ in WRONG.values()} == set(RULES)


def test_what_is_taken_out_of_a_spell_leaves_its_ends() -> None:
    assert minus([Spell(0, 10)], [Spell(3, 4), Spell(9, 12)]) == [Spell(0, 3), Spell(4, 9)]
