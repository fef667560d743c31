"""WAK-2, WAK-4: a guest is woken. Does no I/O.

    早晨好,现在的时间是早上七点钟。  Good morning, the time is seven o'clock …
    “press 1 when you are awake, 2 to be rung again”     listen 4 s; all of it again
The receiver that was lifted proves nothing: awake is who presses a key or, where the house allows
it, speaks in the pause after the question and stops again (a voicemail talks on and on).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from callflow.call import Barge, Call, HangUp, Language, Life, LineOutcome, Pressed
from callflow.rules.spoken_time import both, late, spoken_time
from callflow.rules.spoken_time import good_morning as greeting

LISTEN_FOR = 4.0
"""Seconds after the question."""
ROUNDS = 3
SNOOZE = "2"
SHORT_ANSWER_S = 3.0
"""A voice that has not stopped after this is a voicemail or a television."""


class Proof(StrEnum):
    """By what a guest proves to be awake; a key always does."""

    KEY = "key"
    SPEECH = "speech"


@dataclass(frozen=True, slots=True)
class Waking:
    """What is known of the guest who is rung."""

    due: datetime
    """The minute that was asked for; aware, in the zone of the wall the guest looks at."""
    language: Language
    proof: Proof
    now: Callable[[], datetime]
    """The time now, in the same zone."""


async def good_morning(call: Call, waking: Waking) -> HangUp:
    """Wake a guest; what came of it is noted in the journal the moment it is known."""
    for _ in range(ROUNDS):
        sign = await _wake(call, waking)
        if sign is None:
            continue
        if isinstance(sign, Pressed) and sign.digit == SNOOZE:
            call.note("snoozed", by="key")
            await call.say("wake_snoozed", language=waking.language, barge=Barge.NOTHING)
        else:
            call.note("awake", by=Proof.KEY if isinstance(sign, Pressed) else Proof.SPEECH)
            await _farewell(call, waking)
        return HangUp(LineOutcome.ALIVE, waking.language)
    return HangUp(LineOutcome.SILENT, waking.language)


async def _wake(call: Call, waking: Waking) -> Life | None:
    """Say the time in both languages and ask once; return the proof that came."""
    now = waking.now()
    for language in both(waking.language):
        words = (greeting(now), *spoken_time(now, language), "wake_press")
        if key := await call.say(*words, language=language, barge=Barge.KEY):
            return key
    call.forget_level()
    life = await call.listen(LISTEN_FOR)
    if life is None or isinstance(life, Pressed):
        return life
    return life if waking.proof is Proof.SPEECH and await _answered_shortly(call) else None


async def _answered_shortly(call: Call) -> bool:
    """Tell whether the voice stops by itself, as an answer does."""
    await call.hear_out(SHORT_ANSWER_S)
    return await call.listen(0.4) is None


async def _farewell(call: Call, waking: Waking) -> None:
    minutes = int((waking.now() - waking.due).total_seconds() // 60)
    words = (*late(minutes), "wake_thanks")
    await call.say(*words, language=waking.language, barge=Barge.NOTHING)
