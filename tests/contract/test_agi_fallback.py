"""The fallback script on a real Asterisk that starts it itself, with nothing of ours running."""

import asyncio
import math
import struct
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.small_asterisk import SmallAsterisk
from tests.waiting import until

pytestmark = [pytest.mark.real, pytest.mark.slow]

CALL = "11111111-2222-3333-4444-555555555555"
PROMPTS = ("fallback_message", "message_too_short", "message_thanks", "farewell", "beep")
PROJECT = Path(__file__).resolve().parents[2]

DIALPLAN = """
[globals]
SOUNDS = {folder}/sounds
SPOOL_MESSAGES = {folder}/messages
MESSAGE_LIMIT = 20

[callers]
exten => speaks,1,Answer()
 same => n,Playback({folder}/sounds/speech&{folder}/sounds/hush)
exten => silent,1,Answer()
 same => n,Playback({folder}/sounds/hush&{folder}/sounds/hush)
exten => leaves,1,Answer()
 same => n,Playback({folder}/sounds/speech)
 same => n,Hangup()

[message]
exten => s,1,Answer()
 same => n,Set(CALL={call})
 same => n,Set(CALL_LANGUAGE=zh)
 same => n,Set(MESSAGE_REASON=nobody)
 same => n,Set(AGISIGHUP=no)
 same => n,Set(AGIEXITONHANGUP=no)
 same => n,AGI({folder}/agi-bin/fallback)
 same => n,CELGenUserEvent(TAKEN,${{MESSAGE_TAKEN}})
 same => n,Hangup()
exten => h,1,CELGenUserEvent(OVER,${{MESSAGE_TAKEN}})

[farewell]
exten => s,1,CELGenUserEvent(FAREWELL)
 same => n,Return()
"""


def sound(path: Path, seconds: float, *, loud: bool) -> None:
    samples = (
        int(loud * 12000 * math.sin(number * 0.7) * math.sin(number / 400))
        for number in range(int(8000 * seconds))
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


@pytest.fixture
def asterisk(small_asterisk: SmallAsterisk) -> Iterator[SmallAsterisk]:
    folder = small_asterisk.folder
    for name in ("sounds/zh", "messages"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for prompt in PROMPTS:
        sound(folder / "sounds" / "zh" / f"{prompt}.wav", 0.2, loud=True)
    sound(folder / "sounds" / "speech.wav", 4, loud=True)
    sound(folder / "sounds" / "hush.wav", 10, loud=False)
    script = folder / "agi-bin" / "fallback"
    script.write_text(f"#!/bin/sh\nexec {sys.executable} -I {PROJECT}/agi/fallback.py\n")
    script.chmod(0o700)
    (folder / "log" / "cel-custom").mkdir(exist_ok=True)
    for old in (*folder.glob("messages/*"), *folder.glob("log/cel-custom/*")):
        old.unlink()
    kept = (folder / "etc" / "extensions.conf").read_text()
    small_asterisk.dialplan(DIALPLAN.format(folder=folder, call=CALL))
    yield small_asterisk
    small_asterisk.dialplan(kept)


async def told(asterisk: SmallAsterisk, caller: str, last: str) -> list[str]:
    """Let a caller ring; return the journal once it holds `last`."""
    journal = asterisk.folder / "log" / "cel-custom" / "cel.csv"
    command = f"channel originate Local/s@message extension {caller}@callers"
    await asyncio.to_thread(asterisk.console, command)
    await until(lambda: journal.exists() and last in journal.read_text(), within=40)
    return [line.replace('"', "") for line in journal.read_text().splitlines()]


def names(journal: list[str]) -> list[str]:
    return [line.partition(",")[0] for line in journal]


async def test_a_caller_speaks_and_the_message_ends_after_four_seconds_of_silence(
    asterisk: SmallAsterisk,
) -> None:
    journal = await told(asterisk, "speaks", "OVER")
    assert names(journal) == ["TR_MESSAGE", "TR_MESSAGE_END", "FAREWELL", "TAKEN", "OVER"]
    assert "reason=nobody&by=script" in journal[0]
    assert "status=SILENCE" in journal[1]
    assert "{extra:1}" in journal[3]
    with wave.open(str(asterisk.folder / "messages" / f"{CALL}.wav")) as message:
        assert 2 < message.getnframes() / message.getframerate() < 6


async def test_a_caller_who_says_nothing_is_asked_once_more_and_let_go(
    asterisk: SmallAsterisk,
) -> None:
    journal = await told(asterisk, "silent", "OVER")
    assert names(journal) == [
        *("TR_MESSAGE", "TR_MESSAGE_END"),
        *("TR_MESSAGE", "TR_MESSAGE_END"),
        *("FAREWELL", "TAKEN", "OVER"),
    ]


async def test_a_caller_who_hangs_up_leaves_what_was_said(asterisk: SmallAsterisk) -> None:
    journal = await told(asterisk, "leaves", "OVER")
    assert names(journal)[0] == "TR_MESSAGE"
    assert names(journal)[-1] == "OVER"
    with wave.open(str(asterisk.folder / "messages" / f"{CALL}.wav")) as message:
        assert 1 < message.getnframes() / message.getframerate() < 5
