"""The `Call` of dialogues, made of a line, the prompts and the journal."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from callflow.call import Barge, Language, Life, Overheard, Pressed, Spoke
from callservice.prompts import Prompts
from line.line import Line
from line.listened import Passage

Note = Callable[..., None]
LAST_ASKED_BEFORE: Final = 0.4
"""Seconds before the end of SIL-1's pause at which the rest is heard again; the limit of that."""
ANSWERED_BEFORE: Final = 0.05
"""Seconds before a stretch of listening ends at which an answer about it must be there."""
REST_FRAMES: Final = 150
"""Frames of the rest: the pause, and a second before it to warm up on."""


class Opinion(Protocol):
    """A second detector of voices: `line.second_opinion`, or a test's."""

    async def voice(self, passage: Passage, within: float) -> bool:
        """Tell whether there is a voice; False without an answer in `within` seconds."""
        ...


class NoOpinion:
    """No second detector: the first opinion stands."""

    async def voice(self, passage: Passage, within: float) -> bool:  # noqa: ARG002
        return False


class Telephone:
    """The real telephone behind `callflow.call.Call`."""

    def __init__(self, line: Line, prompts: Prompts, note: Note, opinion: Opinion) -> None:
        self._line = line
        self._prompts = prompts
        self._note = note
        self._opinion = opinion

    async def say(self, *prompts: str, language: Language, barge: Barge) -> Life | None:
        for prompt in prompts:
            self._note("prompt", name=prompt, language=language.value)
            life = await self._line.say(self._prompts.take(prompt, language), barge)
            if life:
                self._note("barged", name=prompt, by=_kind(life))
                return life
        return None

    async def listen(self, seconds: float) -> Life | None:
        life = await self._line.listen(seconds, Barge.LIFE)
        if life:
            self._note("heard", kind=_kind(life))
        return life

    def keep(self) -> None:
        self._line.keep()

    def let_go(self) -> None:
        self._line.let_go()

    async def listen_again(self, seconds: float) -> Life | None:
        first = max(seconds - LAST_ASKED_BEFORE, 0.0)
        life = await self._while_asked(self._line.kept(), first)
        rest = seconds - first
        return life or await self._while_asked(self._line.kept().last(REST_FRAMES), rest)

    async def _while_asked(self, passage: Passage, seconds: float) -> Life | None:
        """Listen; a voice in what was heard before ends it as a voice on the line does."""
        asked = asyncio.ensure_future(self._opinion.voice(passage, seconds - ANSWERED_BEFORE))
        listening = asyncio.ensure_future(self.listen(seconds))
        try:
            await asyncio.wait({asked, listening}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done() or not await asked:
                return await listening
            self._note("second_opinion", found="voice")
            return Spoke(self._line.now)
        finally:
            for each in (asked, listening):
                each.cancel()
            await asyncio.gather(asked, listening, return_exceptions=True)

    async def await_key(self, seconds: float) -> Pressed | None:
        life = await self._line.listen(seconds, Barge.KEY)
        if not isinstance(life, Pressed):
            return None
        self._note("heard", kind="key")
        return life

    async def hear_out(self, limit: float) -> None:
        await self._line.hear_out(limit)

    def overhear(self) -> Overheard:
        return self._line.overhear()

    def too_quiet(self) -> bool:
        return self._line.hearing.too_quiet()

    def heard_well(self) -> bool:
        hearing = self._line.hearing
        return hearing.level_dbfs() is not None and not hearing.too_quiet()

    def forget_level(self) -> None:
        self._line.hearing.reset_level()

    def note(self, what: str, **facts: str | int | float) -> None:
        self._note(what, **facts)


def _kind(life: Life) -> str:
    return "key" if isinstance(life, Pressed) else "voice"
