"""Interface of a voice: it has a name, and it says words. Does no I/O."""

from typing import Protocol

from sounds.sound import Sound
from sounds.texts import Language


class CannotSay(Exception):
    """This voice cannot say this, here and now; the message says why, for the operator."""


class Voice(Protocol):
    """Something that turns words into sound."""

    @property
    def name(self) -> str:
        """Which voice speaks, for the list of what was built."""

    def say(self, words: str, language: Language) -> Sound:
        """Return the words as speech, at any rate and level. Raises `CannotSay`."""
