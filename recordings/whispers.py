"""Lays whispered words into a recording, where the caller heard them.

Asterisk mixes a whisper in behind the recording's hook, so MixMonitor never sees it (ANS-5). The
dialplan records it at its source (dialplan/desk.conf, `whispered`), in a file of its own whose name
tells the call and the moment. Both are 8 kHz stereo; what we said is on the right channel.
"""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recordings.wav import RATE, RAW_STEREO

LONGEST_S: Final = 60
"""Words take seconds; of a file that is longer only so much is taken."""
AT_MOST: Final = 64
"""Whispers in one call; the rest stays out."""
_NAME = re.compile(r"(?P<call>[0-9a-f-]{36})_(?P<ms>[0-9]{13})\.raw")
_CHANNELS: Final = 2
_HIGHEST, _LOWEST = 32767, -32768


@dataclass(frozen=True, slots=True)
class Whisper:
    """A file of words; `at` is when they began, in seconds since 1970."""

    file: Path
    at: float


def of_call(folder: Path, call_id: str) -> Sequence[Whisper]:
    """Return what was whispered in a call, in order."""
    found = (_NAME.fullmatch(file.name) for file in folder.glob(f"{call_id}_*.raw"))
    known = [one for one in found if one and one["call"] == call_id]
    whispers = [Whisper(folder / one.string, int(one["ms"]) / 1000) for one in known]
    return sorted(whispers, key=lambda one: one.at)[:AT_MOST]


class Mixer:
    """Adds whispers to a call's audio as it is copied, piece by piece."""

    def __init__(self, whispers: Sequence[Whisper], *, began: float) -> None:
        """Read the whispers; the call's audio `began` so many seconds after 1970."""
        self._parts = [(round((one.at - began) * RATE), _words(one.file)) for one in whispers]

    def mixed(self, audio: bytes, at_byte: int) -> bytes:
        """Return a piece of the call's audio, from a byte on, with what is whispered in it."""
        first = at_byte // RAW_STEREO.frame_bytes
        last = first + len(audio) // RAW_STEREO.frame_bytes
        heard = [part for part in self._parts if part[0] < last and part[0] + len(part[1]) > first]
        if not heard:
            return audio
        samples = array("h", audio)
        for begins, words in heard:
            for frame in range(max(first, begins), min(last, begins + len(words))):
                place = (frame - first) * _CHANNELS + 1
                both = samples[place] + words[frame - begins]
                samples[place] = max(_LOWEST, min(_HIGHEST, both))
        return samples.tobytes()


def _words(file: Path) -> "array[int]":
    """Return what was said, one channel; nothing of a file that is not there."""
    try:
        with file.open("rb") as source:
            audio = source.read(LONGEST_S * RATE * RAW_STEREO.frame_bytes)
    except FileNotFoundError:
        audio = b""
    whole = len(audio) // RAW_STEREO.frame_bytes * RAW_STEREO.frame_bytes
    return array("h", audio[:whole])[1::_CHANNELS]
