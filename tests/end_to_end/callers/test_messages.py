"""With nobody there a caller leaves a message: a ticket of the kind chosen (QUE-5)."""

import asyncio
import json
from collections.abc import Callable

import pytest

from caller import audio
from caller.leg import Leg
from caller.listen import RATE, Samples, found_in, segments
from caller.phone import Phone
from tests.end_to_end.house import House, Row
from tests.end_to_end.people import (
    answers_the_greeting,
    leaves_a_message,
    said_to,
    seconds_between,
)

pytestmark = pytest.mark.real
ORDINARY = True

KINDS = {"1": "complaint", "2": "suggestion", "3": "consultation", "4": "fault"}


@pytest.mark.databases("postgres")  # what is kept is whole there too
async def test_a_caller_chooses_talks_and_leaves_a_message_of_the_kind_chosen(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    async def rings_up(key: str) -> Leg:
        call = await phone.call(
            house.settings.hotline_number,
            caller=f"1380013800{key}",
            name="王小明",
            ref=f"kind-{key}",
        )
        await answers_the_greeting(call, words(1.5))
        await call.presses(key)
        await leaves_a_message(call, words(6.0))
        await call.ended(within=30)
        return call

    calls = dict(zip(KINDS, await asyncio.gather(*map(rings_up, KINDS)), strict=True))
    for key, kind in KINDS.items():
        assert calls[key].ended_by == "there"  # after the farewell, SIL-6 does not forbid it
        row = await house.call_of(f"kind-{key}")
        assert (row["topic"], row["disposition"], row["name"]) == (kind, "message", "王小明")
        assert row["number"] == f"1380013800{key}"
        assert row["held_ans1"]  # ANS-1
        ticket = await house.ticket_of(row)
        assert (ticket["kind"], ticket["source"]) == (kind, "message")
        await _both_voices_are_kept(house, calls[key], row, words(6.0))


async def _both_voices_are_kept(house: House, call: Leg, row: Row, said: Samples) -> None:
    recording = await house.recording_of(row)
    left, right = audio.read_stereo(house.settings.paths.store / recording["path"])
    lasted = seconds_between(row["answered"], row["ended"])
    assert recording["seconds"] == pytest.approx(lasted, abs=0.3)  # ANS-5
    assert found_in(said[8000:24000], left) > 0.9, "the caller is not on the left"
    assert found_in(said[8000:24000], right) < 0.6, "the caller is on the right"
    longest = max(segments(call.heard(), gap=0.2), key=lambda segment: segment.seconds)
    begin = int((longest.start + 0.5) * RATE)
    heard = call.heard()[begin : begin + 2 * RATE]
    assert found_in(heard, right) > 0.9, "what the caller heard is not on the right"
    message = await house.recording_of(row, "message")
    kept = audio.read(house.settings.paths.store / message["path"])
    assert found_in(said[8000:24000], kept) > 0.9, "the message is not what was said"


async def test_who_presses_nine_is_spoken_to_in_english(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    call = await phone.call(house.settings.hotline_number, ref="english")
    await answers_the_greeting(call, words(1.5))
    await call.presses("9")
    await call.waits(2.5)  # the menu again, in English
    await call.presses("3")
    await call.waits(2.5)  # being connected
    await call.hangs_up()
    row = await house.call_of("english")
    assert (row["language"], row["topic"]) == ("en", "consultation")
    assert (await said_to(house, row)).count("menu") == 2


async def test_who_hangs_up_in_the_dialogue_is_kept_as_a_caller_who_gave_up(
    house: House, phone: Phone
) -> None:
    call = await phone.call(house.settings.hotline_number, ref="gave-up")
    await call.answered()
    await call.hears_words()
    await call.hangs_up()
    row = await house.call_of("gave-up")
    assert (row["disposition"], row["hung_up_by"]) == ("abandoned_dialogue", "caller")
    await house.recording_of(row)


async def test_who_hangs_up_while_it_rings_is_kept_without_a_recording(
    house: House, phone: Phone
) -> None:
    call = await phone.call(house.settings.hotline_number, ref="no-patience")
    await call.rings()
    await call.waits(0.3)
    await call.hangs_up()
    row = await house.call_of("no-patience")
    assert (row["disposition"], row["hung_up_by"]) == ("abandoned_ringing", "caller")
    assert row["answered"] is None


async def test_what_is_kept_can_be_asked_for_on_the_command_line(
    house: House, phone: Phone
) -> None:
    call = await phone.call(house.settings.hotline_number, ref="asked-for")
    await call.answered()
    await call.hangs_up()
    await house.call_of("asked-for")
    [shown] = json.loads(house.thirdring("calls", "--ref", "asked-for", "--json"))
    assert shown["ref"] == "asked-for"
