"""A caller by script, in virtual time: the fake telephone for tests of dialogues.

Held to the real line by tests/contract/test_telephone.py.
"""

from dataclasses import dataclass, field

from callflow.call import (
    Barge,
    Hangup,
    Language,
    Life,
    Overheard,
    Pressed,
    Sound,
    Spoke,
)

PROMPT_SECONDS = 2.0
VOICE_SECONDS = 1.0


@dataclass
class ScriptedCall:
    """Signs of life come at given seconds; `hangs_up_at` ends the call.

    `quiet` is how the voice is; `measured`: whether there was enough of it to tell.
    """

    signs: list[Life] = field(default_factory=list)
    hangs_up_at: float = float("inf")
    quiet: bool = False
    measured: bool = True
    now: float = 0.0
    said: list[tuple[float, str]] = field(default_factory=list)
    notes: list[tuple[str, dict[str, str | int | float]]] = field(default_factory=list)
    languages: list[Language] = field(default_factory=list)
    overlooked: bool = False
    """Whether a second hearing finds a voice that was not noticed."""
    kept: bool = False
    sounds: list[Sound] = field(default_factory=list)
    """What who overhears the line hears."""

    async def say(self, *prompts: str, language: Language, barge: Barge) -> Life | None:
        for prompt in prompts:
            self.said.append((self.now, prompt))
            self.languages.append(language)
            if life := self._pass(PROMPT_SECONDS, barge):
                return life
        return None

    async def listen(self, seconds: float) -> Life | None:
        return self._pass(seconds, Barge.LIFE)

    def keep(self) -> None:
        self.kept = True

    async def listen_again(self, seconds: float) -> Life | None:
        assert self.kept
        if self.overlooked:
            return Spoke(self.now)
        return self._pass(seconds, Barge.LIFE)

    def let_go(self) -> None:
        self.kept = False

    async def await_key(self, seconds: float) -> Pressed | None:
        life = self._pass(seconds, Barge.KEY)
        return life if isinstance(life, Pressed) else None

    async def hear_out(self, limit: float) -> None:
        self._pass(min(VOICE_SECONDS, limit), Barge.NOTHING)

    def overhear(self) -> Overheard:
        heard = tuple(sound for sound in self.sounds if sound.at <= self.now)
        self.sounds = [sound for sound in self.sounds if sound.at > self.now]
        return Overheard(self.now, heard)

    def too_quiet(self) -> bool:
        return self.quiet

    def heard_well(self) -> bool:
        return not self.quiet and self.measured

    def forget_level(self) -> None:
        self.notes.append(("level_forgotten", {}))

    def note(self, what: str, **facts: str | int | float) -> None:
        self.notes.append((what, facts))

    def prompts(self) -> list[str]:
        return [prompt for _, prompt in self.said]

    def _pass(self, seconds: float, barge: Barge) -> Life | None:
        until = self.now + seconds
        for sign in self.signs:
            taken = barge is Barge.LIFE or (barge is Barge.KEY and isinstance(sign, Pressed))
            if taken and sign.at < until:
                self.signs.remove(sign)
                self._move(max(sign.at, self.now))
                return sign
        self.signs = [s for s in self.signs if s.at >= until or isinstance(s, Pressed)]
        self._move(until)
        return None

    def _move(self, to: float) -> None:
        if to >= self.hangs_up_at:
            raise Hangup
        self.now = to


def spoke(at: float) -> Spoke:
    return Spoke(at)


def pressed(digit: str, at: float) -> Pressed:
    return Pressed(digit, at)
