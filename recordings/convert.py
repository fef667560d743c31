"""Encodes recordings as mp3 or ogg, with pydub. The only importer of pydub.

pydub loads a whole file (an hour of stereo is 115 MB) and leaves files behind when it is stopped.
So a recording is encoded in a process of its own, in a sandbox (`sandbox.py`), in a folder that
goes afterwards: `python -m recordings.convert FORMAT RECORDING FOLDER`. One at a time: who talks to
a caller goes first.
"""

import asyncio
import sys
import tempfile
import warnings
import wave
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Final

import ffmpeg
import sandbox
from sandbox import BeyondError, Limit, SandboxLimits

LONGEST_S: Final = 3600.0
"""Seconds of a recording that is encoded; a longer one is had as WAV, which is streamed."""
BITRATE: Final = "32k"
"""Of two channels at 8 kHz: 4 kB a second instead of 32."""
LIMITS: Final = SandboxLimits(
    memory=400 * 2**20, cpu_s=120, within_s=180.0, told=2**25, niceness=10
)
WAITING: Final = 8
"""Who wait for their turn; the next is asked to come again."""


class Format(StrEnum):
    """What a recording is encoded as."""

    MP3 = "mp3"
    OGG = "ogg"
    """Opus in Ogg (RFC 7845)."""


_CODECS: Final = {Format.MP3: "libmp3lame", Format.OGG: "libopus"}


class CannotEncode(Exception):
    """A recording can only be had as WAV; the message says why."""


class NoConverter(CannotEncode):
    """There is no ffmpeg on this machine."""


class TooBusy(CannotEncode):
    """Too many wait already."""


@dataclass
class Encoder:
    """Encodes recordings, one after the other."""

    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _waiting: int = 0

    async def encoded(self, path: Path, form: Format) -> bytes:
        """Return a recording (an absolute path) in another format.

        Raises CannotEncode; OSError, EOFError and wave.Error where it cannot be read.
        """
        if ffmpeg.program() is None:
            raise NoConverter("There is no ffmpeg here; the recording can be had as WAV.")
        if _seconds(path) > LONGEST_S:
            raise CannotEncode("It is longer than an hour; it can be had as WAV.")
        if self._waiting >= WAITING:
            raise TooBusy("Too many recordings wait to be encoded.")
        self._waiting += 1
        try:
            async with self._turn:
                return await _encoded(path, form)
        finally:
            self._waiting -= 1


async def _encoded(path: Path, form: Format) -> bytes:
    with tempfile.TemporaryDirectory(prefix="thirdring-") as folder:
        words = [form.value, str(path), folder]
        try:
            return await sandbox.answer("recordings.convert", words, b"", LIMITS)
        except BeyondError as beyond:
            failed = beyond.limit is Limit.NONE
            why = "ffmpeg cannot encode it" if failed else "encoding it takes more than it may"
            raise CannotEncode(f"{why}; it can be had as WAV.") from beyond


def _seconds(path: Path) -> float:
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()


def _segment() -> Any:
    with warnings.catch_warnings():
        # It warns of a missing ffmpeg, and of the end of audioop, which audioop-lts brings back.
        warnings.simplefilter("ignore")
        from pydub import AudioSegment  # noqa: PLC0415 (only here, and only in this process)
    AudioSegment.converter = ffmpeg.program()
    return AudioSegment


def _tell(form: Format, path: Path, folder: Path) -> None:
    tempfile.tempdir = str(folder)
    with path.open("rb") as file, (folder / "made").open("w+b") as made:
        segment = _segment().from_wav(file)  # pydub leaves files it opens itself open
        segment.export(
            made,
            format=form.value,
            codec=_CODECS[form],
            bitrate=BITRATE,
            parameters=["-v", "error", "-threads", "1", "-map_metadata", "-1"],
        )
        made.seek(0)
        while piece := made.read(1 << 20):
            sys.stdout.buffer.write(piece)


if __name__ == "__main__":
    work = partial(_tell, Format(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
    sandbox.run(work, LIMITS)
