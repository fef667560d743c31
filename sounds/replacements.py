"""Recordings by people: a file at `{zh,en}/{name}.wav` (or .mp3 …) replaces the prompt.

It is brought to the line's rate, edges and level like every voice. What cannot be used is refused
with one sentence, and the built prompt stays.
"""

from pathlib import Path

from sounds.sound import Sound
from sounds.uploads import CannotUse, brought


class Refused(Exception):
    """A recording that cannot be used; the message names it and says why."""


def recording(path: Path) -> Sound:
    """Return a person's recording, ready for the line. Raises `Refused`."""
    try:
        return brought(path, "any")
    except CannotUse as error:
        raise Refused(f"{path} is refused: {error}") from error
