"""Turns a sound that people upload into a prompt or a message: `python -m sounds.uploads`.

A header can say whatever it likes. So the file is read in blocks, at most as long as a prompt may
be, and all of it in a process of its own, in a sandbox (`sandbox.py`).
"""

import subprocess
import sys
import wave
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final, Literal

import numpy as np

import ffmpeg
import sandbox
from sandbox import BeyondError, Limit, SandboxLimits
from sounds.resampling import joined, resampled
from sounds.shaping import NothingHeard, shaped
from sounds.sound import TELEPHONE_RATE, Samples, Sound, from_pcm, to_pcm

LONGEST: Final = 120.0
"""Seconds of a recording; a longer file is music or a mistake."""
SLOWEST, FASTEST = 4_000, 192_000
"""Hz: from the poorest recorder there was to the best studio."""
MOST_CHANNELS: Final = 8
LIMITS: Final = SandboxLimits(memory=160 * 2**20, cpu_s=40, within_s=60.0, told=2**22, niceness=10)

_BLOCK = 1 << 14
"""Frames read at once."""
_CONVERTED_RATE = 48_000

Kind = Literal["wav", "any"]
"""What may be brought; `any` needs ffmpeg for what is no wav."""


class CannotUse(Exception):
    """A recording that cannot be used; the message says why."""


def brought(path: Path, kind: Kind) -> Sound:
    """Return a recording as callers shall hear it, at 8 kHz. Raises CannotUse."""
    try:
        told = sandbox.answer_now("sounds.uploads", [kind, str(path.absolute())], LIMITS)
    except BeyondError as error:
        raise CannotUse(_WHY.get(error.limit, error.said)) from error
    return Sound(np.frombuffer(told, "<i2").astype(np.float32) / np.float32(32767), TELEPHONE_RATE)


_WHY = {
    Limit.MEMORY: "reading it takes more memory than a recording may",
    Limit.TIME: "reading it takes longer than a recording may",
}


def read(path: Path, kind: Kind) -> Sound:
    """Read and shape a recording in this very process. Raises CannotUse."""
    try:
        return shaped(_at_the_line(path, kind))
    except (OSError, EOFError, wave.Error, NothingHeard, ValueError) as error:
        raise CannotUse(str(error) or "it ends too early") from error


def _at_the_line(path: Path, kind: Kind) -> Sound:
    program = ffmpeg.program() if kind == "any" else None
    if kind == "wav" or path.suffix.lower() == ".wav":
        try:
            return _of_wav(path)
        except wave.Error:
            if program is None:
                raise
    if program is None:
        raise CannotUse("only wav can be read without ffmpeg on this machine")
    return _converted(program, path)


def _of_wav(path: Path) -> Sound:
    with wave.open(str(path), "rb") as file:
        rate, channels = file.getframerate(), file.getnchannels()
        if not SLOWEST <= rate <= FASTEST:
            raise CannotUse(f"its header names {rate} Hz; {SLOWEST} to {FASTEST} can be used")
        if not 1 <= channels <= MOST_CHANNELS:
            raise CannotUse(
                f"its header names {channels} channels; 1 to {MOST_CHANNELS} can be used"
            )
        return Sound(joined(resampled(_blocks(file), rate)), TELEPHONE_RATE)


def _blocks(file: wave.Wave_read) -> Iterator[Samples]:
    """Give one channel in blocks; what the header says of the length is not believed."""
    width, channels = file.getsampwidth(), file.getnchannels()
    frame, left = width * channels, int(LONGEST * file.getframerate())
    while data := file.readframes(_BLOCK):
        whole = len(data) // frame
        left -= whole
        if left < 0:
            raise CannotUse(f"it is longer than {LONGEST:.0f} seconds")
        frames = from_pcm(data[: whole * frame], width).reshape(-1, channels)
        yield frames.mean(axis=1, dtype=np.float32)


def _converted(program: str, path: Path) -> Sound:
    """Return what ffmpeg hears in the file, as one channel; it is held by our own limits."""
    source = [*ffmpeg.READING, "-i", f"file:{path}"]
    target = ["-t", f"{LONGEST + 1:.0f}", "-vn", "-ac", "1", "-ar", str(_CONVERTED_RATE)]
    done = subprocess.run(  # noqa: S603 - a program of the machine, no shell
        [program, *source, *target, "-f", "s16le", "-"], capture_output=True, check=False
    )
    if done.returncode:
        raise CannotUse("ffmpeg cannot read it")
    if len(done.stdout) > 2 * LONGEST * _CONVERTED_RATE:
        raise CannotUse(f"it is longer than {LONGEST:.0f} seconds")
    pieces = (done.stdout[at : at + 2 * _BLOCK] for at in range(0, len(done.stdout), 2 * _BLOCK))
    blocks = (from_pcm(piece[: len(piece) // 2 * 2], 2) for piece in pieces)
    return Sound(joined(resampled(blocks, _CONVERTED_RATE)), TELEPHONE_RATE)


def _tell(path: Path, kind: Kind) -> None:
    try:
        sound = read(path, kind)
    except CannotUse as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(to_pcm(sound.samples).tobytes())


if __name__ == "__main__":
    sandbox.run(partial(_tell, Path(sys.argv[2]), "any" if sys.argv[1] == "any" else "wav"), LIMITS)
