"""Owns recordings by people: a file dropped at `{zh,en}/{name}.wav` (or .mp3 …) is the prompt.

It is brought to the line's rate, edges and level like every voice. What cannot be used is refused
with one sentence, and the built prompt stays.
"""

import shutil
import wave
from importlib import import_module
from pathlib import Path

import numpy as np

from sounds.shaping import NothingHeard, shaped
from sounds.sound import Sound, read_wav

_LONGEST = 120.0
"""Seconds; a longer file is music or a mistake."""


class Refused(Exception):
    """A recording that cannot be used; the message names it and says why."""


def recording(path: Path) -> Sound:
    """Return a person's recording, ready for the line. Raises `Refused`."""
    try:
        sound = _read(path)
        if sound.seconds > _LONGEST:
            raise Refused(f"{path} is refused: it is longer than {_LONGEST:.0f} seconds")
        return shaped(sound)
    except (OSError, EOFError, wave.Error, NothingHeard, ValueError) as error:
        why = str(error) or "it ends too early"
        raise Refused(f"{path} is refused: {why}") from error


def _read(path: Path) -> Sound:
    if path.suffix.lower() == ".wav":
        try:
            return read_wav(path)
        except wave.Error:
            if not shutil.which("ffmpeg"):
                raise
    if not shutil.which("ffmpeg"):
        raise Refused(f"{path} is refused: only wav can be read without ffmpeg on this machine")
    return _read_any(path)


def _read_any(path: Path) -> Sound:
    pydub = import_module("pydub")
    try:
        segment = pydub.AudioSegment.from_file(str(path))
    except (pydub.exceptions.CouldntDecodeError, IndexError) as error:
        raise Refused(f"{path} is refused: ffmpeg cannot read it") from error
    plain = segment.set_channels(1).set_sample_width(2)
    samples = np.frombuffer(plain.raw_data, "<i2").astype(np.float32) / np.float32(32768)
    return Sound(samples, int(plain.frame_rate))
