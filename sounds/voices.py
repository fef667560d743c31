"""Order of the voices: the best that works here speaks; a failing one is logged once."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sounds.espeak import Espeak
from sounds.kokoro import Kokoro
from sounds.sound import Sound
from sounds.texts import Language
from sounds.voice import CannotSay, Voice
from sounds.voice_packages import bring

Progress = Callable[[str], None]


class Voices:
    """Several voices as one. Each is made when it is first needed.

    One that cannot be had is left for good; one that cannot say a sentence leaves that sentence
    to the next. `name` is the voice that spoke last.
    """

    def __init__(self, makers: Sequence[Callable[[], Voice]], *, progress: Progress) -> None:
        self._makers = list(makers)
        self._made: list[Voice] = []
        self._progress = progress
        self.name = ""

    def say(self, words: str, language: Language) -> Sound:
        """Return the words as the best voice speaks them. Raises `CannotSay` when none can."""
        place = 0
        while voice := self._voice(place):
            try:
                sound = voice.say(words, language)
            except CannotSay as error:
                self._progress(f"prompts: {error}; {words!r} is left to a plainer voice")
                place += 1
                continue
            self.name = voice.name
            return sound
        raise CannotSay("no voice is left that could speak")

    def _voice(self, place: int) -> Voice | None:
        while place >= len(self._made) and self._makers:
            try:
                self._made.append(self._makers.pop(0)())
            except CannotSay as error:
                self._progress(f"prompts: {error}")
        return self._made[place] if place < len(self._made) else None


def best_voices(cache: Path, *, progress: Progress) -> Voices:
    """Return the neural voice with eSpeak NG behind it; nothing is fetched before it must speak."""

    def neural() -> Voice:
        bring(cache, progress=progress)
        return Kokoro()

    return Voices([neural, Espeak], progress=progress)
