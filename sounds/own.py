"""Owns recordings by people: a file dropped at `{zh,en}/{name}.wav` (or .mp3 …) is the prompt.

It is brought to the line's rate, edges and level like every voice. What cannot be used is refused
with one sentence, and the built prompt stays.
"""

import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np

from sounds.shaping import NothingHeard, shaped
from sounds.sound import Sound, read_wav

_LONGEST = 120.0
"""Seconds; a longer file is music or a mistake."""
_CONVERTED_RATE = 48_000
_TIME_LIMIT = 60.0
"""Seconds for one file."""


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
    program = shutil.which("ffmpeg")
    if path.suffix.lower() == ".wav":
        try:
            return read_wav(path)
        except wave.Error:
            if program is None:
                raise
    if program is None:
        raise Refused(f"{path} is refused: only wav can be read without ffmpeg on this machine")
    return _converted(program, path)


def _converted(program: str, path: Path) -> Sound:
    """Return what ffmpeg hears in the file, as one channel at 48 kHz."""
    source = ["-nostdin", "-v", "error", "-i", f"file:{path}", "-t", f"{_LONGEST + 1:.0f}"]
    target = ["-vn", "-ac", "1", "-ar", str(_CONVERTED_RATE), "-f", "s16le", "-"]
    try:
        done = subprocess.run(  # noqa: S603 - a program of the machine, no shell
            [program, *source, *target], capture_output=True, timeout=_TIME_LIMIT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(f"{path} is refused: ffmpeg did not get through it") from error
    if done.returncode:
        raise Refused(f"{path} is refused: ffmpeg cannot read it")
    samples = np.frombuffer(done.stdout, "<i2").astype(np.float32) / np.float32(32768)
    return Sound(samples, _CONVERTED_RATE)
