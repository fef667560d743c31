"""The inbound dialogue of the hotline: notices, greeting, sign of life, menu, verdict.

GRT-1, GRT-2, SIL-1, SIL-2, SIL-3, QUE-5, QUE-6. Does no I/O; what it decides, the dialplan
carries out. The greeting is a question: who answers it by voice or key is alive; nobody, and
SIL-1 begins.
"""

from dataclasses import dataclass

from callflow.call import (
    Barge,
    Call,
    Connect,
    HangUp,
    Language,
    Life,
    LineOutcome,
    MessageReason,
    Pressed,
    Spoke,
    TakeMessage,
    Topic,
    Verdict,
)
from callflow.dialogues.quiet_line import quiet_line
from callflow.dialogues.silent_line import silent_line
from callflow.dialogues.still_dialling import still_dialling
from callflow.rules.menus import LANGUAGES, TOPICS

ANSWER_WITHIN = 3.0
"""Seconds after the greeting in which speech or a key is life."""
KEY_WITHIN = 4.0
"""Seconds after the menu in which a key is awaited; then an agent it is."""
HEAR_OUT = 4.0
"""Longest the caller is listened to before the menu: no interrupting (QA-3), no dead air either."""
MENU_TRIES = 3


@dataclass(frozen=True, slots=True)
class Opening:
    """What this call begins with: prompts' names, and whether agents are at work."""

    greeting: str
    language: Language
    notices: tuple[str, ...] = ()
    agents_at_work: bool = True
    queue: str = "hotline"
    told_of_recording: bool = False
    """Whether the first words say that the call is recorded (PIPL)."""


@dataclass(frozen=True, slots=True)
class _Choice:
    topic: Topic
    language: Language


async def hotline(call: Call, opening: Opening) -> Verdict:
    """Lead one call from the answer to a verdict; raise `Hangup` when the caller is gone."""
    language = opening.language
    life = await _open(call, opening)
    if life is None:
        life = await silent_line(call, language)
    if life is None:
        return _closed(call, LineOutcome.SILENT, language)
    if isinstance(life, Spoke):
        await call.hear_out(HEAR_OUT)
        if call.too_quiet() and not await quiet_line(call, language):
            return _closed(call, LineOutcome.TOO_QUIET, language)
    call.note("line", outcome=LineOutcome.ALIVE.value)
    first = life if isinstance(life, Pressed) else None
    if first and await still_dialling(call, language):
        first = None
    choice = await _choose(call, language, first)
    call.note("chose", topic=choice.topic.value, language=choice.language.value)
    if not opening.agents_at_work:
        return TakeMessage(MessageReason.AFTER_HOURS, choice.topic, choice.language)
    return Connect(opening.queue, choice.topic, choice.language)


async def _open(call: Call, opening: Opening) -> Life | None:
    """Say the notices (ANS-5, QUE-6) and the greeting; return the first sign of life.

    The recording runs since the answer, so a word said over a notice is in it. A key pressed over
    the first one is the caller's first.
    """
    if opening.told_of_recording:
        key = await call.say("recording_notice", language=opening.language, barge=Barge.KEY)
        if key is not None:
            return key
    if opening.notices:
        await call.say(*opening.notices, language=opening.language, barge=Barge.KEY)
    life = await call.say(opening.greeting, language=opening.language, barge=Barge.LIFE)
    return life or await call.listen(ANSWER_WITHIN)


def _closed(call: Call, outcome: LineOutcome, language: Language) -> HangUp:
    call.note("line", outcome=outcome.value)
    return HangUp(outcome, language)


async def _choose(call: Call, language: Language, first: Pressed | None) -> _Choice:
    """Offer the menu; no key at all means an agent. `first` was pressed before it was offered."""
    pressed = first if first and first.digit in TOPICS | LANGUAGES else None
    for _ in range(MENU_TRIES):
        if pressed is None:
            pressed = await _offer(call, "menu", language)
        if pressed is None:
            break
        if pressed.digit in TOPICS:
            return _Choice(TOPICS[pressed.digit], language)
        if pressed.digit in LANGUAGES:
            language = LANGUAGES[pressed.digit]
            pressed = None
            continue
        pressed = await _offer(call, "menu_invalid", language)
    return _Choice(Topic.AGENT, language)


async def _offer(call: Call, prompt: str, language: Language) -> Pressed | None:
    life = await call.say(prompt, language=language, barge=Barge.KEY)
    return life if isinstance(life, Pressed) else await call.await_key(KEY_WITHIN)
