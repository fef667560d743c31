"""Encodes recordings for the archive and decodes them again: of any length, in little memory.

ffmpeg does it, in a sandbox (`sandbox.py`), from file to file. pydub would hold a whole recording
in memory, so `convert` is for what people download. Both sides stay apart: nothing is mixed.
`python -m recordings.coding encode FORMAT RATE SOURCE TARGET`, `… decode CHANNELS SOURCE TARGET`.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import ffmpeg
import sandbox
from recordings.codings import LOSSLESS, Coding, How
from recordings.wav import HEADER_BYTES, RATE, SAMPLE_BYTES, Layout, header
from sandbox import BeyondError, Limit, SandboxLimits

LIMITS: Final = SandboxLimits(
    memory=400 * 2**20, cpu_s=1200, within_s=1500.0, told=4096, niceness=10
)
"""An hour of MP3 takes ten seconds here; nobody waits for it."""


_ENCODER: Final[dict[Coding, Sequence[str]]] = {
    Coding.FLAC: ("-c:a", "flac", "-compression_level", "5", "-f", "flac"),
    # Family 255 (RFC 7845) is one stream a side. Coded as a pair of stereo, each side is heard in
    # the other below 32 kbit/s (-26 dB at 24), and at less work as well (-31 dB).
    Coding.OPUS: (
        *("-c:a", "libopus", "-mapping_family", "255", "-application", "audio"),
        *("-compression_level", "2", "-frame_duration", "60", "-f", "ogg"),
    ),
    Coding.MP3: (
        *("-c:a", "libmp3lame", "-joint_stereo", "0", "-compression_level", "7", "-f", "mp3"),
    ),
}


class CodingError(Exception):
    """A recording cannot be encoded or decoded; the message says why."""


def encode(source: Path, target: Path, how: How) -> None:
    """Write a WAV file in another format. Raises CodingError."""
    _asked(["encode", how.coding.value, str(how.kbit), str(source), str(target)])


def options(how: How) -> list[str]:
    """Return how ffmpeg is asked to encode."""
    rate = ("-b:a", f"{how.kbit}k") if how.coding not in LOSSLESS else ()
    return [*rate, *_ENCODER[how.coding]]


def decode(source: Path, target: Path, channels: int) -> None:
    """Write what a file of any of our formats holds as WAV of 8000 Hz. Raises CodingError."""
    _asked(["decode", str(channels), str(source), str(target)])


def _asked(words: Sequence[str]) -> None:
    if ffmpeg.program() is None:
        raise CodingError("there is no ffmpeg here")
    try:
        sandbox.answer_now("recordings.coding", words, LIMITS)
    except BeyondError as beyond:
        within = beyond.limit is Limit.NONE
        why = beyond.said[-150:] if within else f"it takes more {beyond.limit.value} than it may"
        raise CodingError(f"ffmpeg: {why or 'failed'}") from None


def _encode(how: How, source: Path, target: Path) -> None:
    _run("wav", source, [*options(how), str(target)])


def _decode(channels: int, source: Path, target: Path) -> None:
    """Write raw samples behind room for a header, and the header last: it says their length."""
    raw = target.with_name(f"{target.name}.raw")
    shape = ("-ac", str(channels), "-ar", str(RATE), "-c:a", "pcm_s16le", "-f", "s16le")
    try:
        _run("wav,flac,ogg,mp3", source, [*shape, str(raw)])
        size = raw.stat().st_size
        layout = Layout(begins=HEADER_BYTES, channels=channels, rate=RATE, declared=None)
        with raw.open("rb") as samples, target.open("wb") as file:
            file.write(header(layout, size // (SAMPLE_BYTES * channels) * SAMPLE_BYTES * channels))
            while piece := samples.read(1 << 20):
                file.write(piece)
    finally:
        raw.unlink(missing_ok=True)


def _run(kinds: str, source: Path, words: Sequence[str]) -> None:
    program = ffmpeg.program()
    assert program is not None
    command = [program, "-nostdin", "-v", "error", "-y", "-threads", "1"]
    command += ["-protocol_whitelist", "file", "-format_whitelist", kinds]
    command += ["-i", f"file:{source}", "-map_metadata", "-1", *words[:-1], f"file:{words[-1]}"]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 (no shell)
    if done.returncode != 0:
        sys.stderr.write(done.stderr.decode("utf-8", "replace")[-400:])
        raise SystemExit(1)


def _work(words: Sequence[str]) -> Callable[[], None]:
    what, *rest, source, target = words
    if what == "encode":
        return partial(_encode, How(Coding(rest[0]), int(rest[1])), Path(source), Path(target))
    return partial(_decode, int(rest[0]), Path(source), Path(target))


if __name__ == "__main__":
    sandbox.run(_work(sys.argv[1:]), LIMITS)
