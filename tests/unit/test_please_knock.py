"""WAK-3 on the telephone: an attendant takes rooms one by one, or all (please_knock)."""

import pytest

from callflow.call import HangUp, Hangup, Language, LineOutcome
from callflow.dialogues.please_knock import please_knock
from callflow.rules.spoken_room import spoken_room
from sounds.texts import load
from tests.unit.scripted import PROMPT_SECONDS, ScriptedCall, pressed

PROMPTS = load()
ZH = Language.CHINESE
INTRO = 4 * PROMPT_SECONDS  # attend_rooms, a number, attend_rooms_end, attend_press_each


def _said(call: ScriptedCall) -> list[tuple[str, str]]:
    return [(what, str(facts.get("room", ""))) for what, facts in call.notes]


def test_no_two_rooms_sound_alike() -> None:
    rooms = ["A101", "B101", "W-101", "101", "12-05", "1205", "120-5"]
    assert len({spoken_room(room) for room in rooms}) == len(rooms)
    assert spoken_room("W-1") == ("letter_w", "letter_dash", "number_1")


def test_every_letter_of_a_room_can_be_spoken() -> None:
    words = spoken_room("ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789")
    assert len(words) == 37
    assert all(word in PROMPTS for word in words)


async def test_one_room_is_asked_for_as_ever() -> None:
    call = ScriptedCall([pressed("1", 12.5)])
    assert await please_knock(call, ["A101"], ZH) == HangUp(LineOutcome.ALIVE, ZH)
    assert call.prompts() == [
        "attend_room",
        *("letter_a", "number_1", "number_0", "number_1"),
        *("attend_press", "attend_thanks"),
    ]
    assert _said(call) == [("announced", "1"), ("accepted", "1")]


async def test_who_only_listens_hears_one_room_three_times() -> None:
    call = ScriptedCall()
    assert await please_knock(call, ["8"], ZH) == HangUp(LineOutcome.SILENT, ZH)
    assert call.prompts() == ["attend_room", "number_8", "attend_press"] * 3
    assert _said(call) == [("announced", "1")]


async def test_rooms_are_accepted_and_reported_one_by_one() -> None:
    first = INTRO + 2 * PROMPT_SECONDS + 1  # “room”, its digit, and a second to think
    second = first + 3 * PROMPT_SECONDS + 1
    third = second + 3 * PROMPT_SECONDS + 1
    call = ScriptedCall([pressed("1", first), pressed("2", second), pressed("1", third)])
    assert await please_knock(call, ["1", "2", "3"], ZH) == HangUp(LineOutcome.ALIVE, ZH)
    assert [one for one in _said(call) if one[0] != "announced"] == [
        ("accepted", "1"),
        ("reported", "2"),
        ("accepted", "3"),
    ]
    assert [room for what, room in _said(call) if what == "announced"] == ["1", "2", "3"]
    assert call.prompts()[-1] == "attend_thanks"


@pytest.mark.parametrize("at", [1.0, INTRO + 1, INTRO + 2 * PROMPT_SECONDS + 1])
async def test_one_key_takes_all_of_them(at: float) -> None:
    call = ScriptedCall([pressed("3", at)])
    assert await please_knock(call, ["1", "2", "3"], ZH) == HangUp(LineOutcome.ALIVE, ZH)
    assert [one for one in _said(call) if one[0] != "announced"] == [
        ("accepted", "1"),
        ("accepted", "2"),
        ("accepted", "3"),
    ]


async def test_one_taken_and_then_all_the_others() -> None:
    first = INTRO + 2 * PROMPT_SECONDS + 1
    call = ScriptedCall([pressed("2", first), pressed("3", first + 3 * PROMPT_SECONDS + 1)])
    await please_knock(call, ["1", "2", "3"], ZH)
    assert [one for one in _said(call) if one[0] != "announced"] == [
        ("reported", "1"),
        ("accepted", "2"),
        ("accepted", "3"),
    ]


async def test_a_late_key_is_about_the_room_before() -> None:
    late = INTRO + 2 * PROMPT_SECONDS + 4.0 + 0.5  # “room” of the second has begun, not its number
    call = ScriptedCall([pressed("1", late)])
    await please_knock(call, ["1", "2"], ZH)
    assert [one for one in _said(call) if one[0] == "accepted"] == [("accepted", "1")]


async def test_rooms_without_a_key_are_named_again() -> None:
    first = INTRO + 2 * PROMPT_SECONDS + 1
    call = ScriptedCall([pressed("1", first)])
    await please_knock(call, ["1", "2"], ZH)
    assert call.prompts().count("number_2") == 1 + 3  # the count of rooms, and three rounds
    assert [one for one in _said(call) if one[0] == "accepted"] == [("accepted", "1")]


async def test_a_receiver_that_lies_on_the_table_is_put_down_after_one_round() -> None:
    call = ScriptedCall()
    assert await please_knock(call, ["1", "3"], ZH) == HangUp(LineOutcome.SILENT, ZH)
    assert call.prompts().count("attend_next_room") == 2


async def test_who_hangs_up_in_the_middle_has_said_what_was_said() -> None:
    first = INTRO + 2 * PROMPT_SECONDS + 1
    call = ScriptedCall([pressed("1", first)], hangs_up_at=first + 3)
    with pytest.raises(Hangup):
        await please_knock(call, ["1", "2"], ZH)
    assert _said(call) == [("announced", "1"), ("accepted", "1")]
