"""The `Call` of dialogues, made of a line, the prompts and the journal."""

from collections.abc import Callable

from callflow.call import Barge, Language, Life, Overheard, Pressed
from callservice.prompts import Prompts
from line.line import Line

Note = Callable[..., None]


class Telephone:
    """The real telephone behind `callflow.call.Call`."""

    def __init__(self, line: Line, prompts: Prompts, note: Note) -> None:
        self._line = line
        self._prompts = prompts
        self._note = note

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
