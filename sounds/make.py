"""Makes one prompt's sound from the best source there is, and says when it is not the first."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sounds.beep import beep
from sounds.built import BEEP, Wanted
from sounds.replacements import Refused, recording
from sounds.shaping import NothingHeard, shaped
from sounds.shipped import Shipped
from sounds.sound import Sound
from sounds.voice import CannotSay, Voice

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Made:
    """A prompt's sound and where it is from; a makeshift is tried again at the next start."""

    sound: Sound
    voice: str
    makeshift: bool = False


class Maker:
    """Makes sounds; the voice is asked for only when words must be spoken."""

    def __init__(self, *, say: Callable[[], Voice], shipped: Shipped, progress: Progress) -> None:
        self._make_voice = say
        self._voice: Voice | None = None
        self._shipped = shipped
        self._progress = progress

    def make(self, one: Wanted) -> Made | None:
        """Return the prompt's sound, or None when nothing at all can be had."""
        if one.recording is None:
            return self._built(one)
        try:
            return Made(recording(one.recording), "recording")
        except Refused as error:
            self._progress(f"prompts: {error}; the built prompt stays")
        built = self._built(one)
        return replace(built, makeshift=True) if built else None

    def _built(self, one: Wanted) -> Made | None:
        if one.name == BEEP:
            return Made(beep(), "tone")
        if sound := self._shipped.sound(one.language, one.words):
            return Made(sound, "shipped")
        return self._spoken(one) or self._makeshift(one)

    def _spoken(self, one: Wanted) -> Made | None:
        try:
            self._voice = self._voice or self._make_voice()
            return Made(shaped(self._voice.say(one.words, one.language)), self._voice.name)
        except (CannotSay, NothingHeard) as error:
            self._progress(f"prompts: {one.label} cannot be spoken: {error}")
            return None

    def _makeshift(self, one: Wanted) -> Made | None:
        said, sound = repr(one.instead), self._shipped.sound(one.language, one.instead)
        if sound is None and not one.instead:
            said, sound = "what came with the project", self._shipped.labelled(one.label)
        if sound is None:
            return None
        self._progress(f"prompts: {one.label} says {said} until a voice can be had")
        return Made(sound, "shipped", makeshift=True)
