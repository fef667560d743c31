"""Store of recordings: where one lies, how it gets there whole, whether it is still whole.

Names come from our own ids only, never from anything a caller sent. A file appears in the store
by one rename, complete and on the disk; half a file never has a recording's name. That the name
itself is on the disk is known after `settle`: once for all files of a day.
"""

import hashlib
import io
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from recordings.silence import SilenceMeter
from recordings.voice import VoiceMeter
from recordings.wav import HEADER_BYTES, RAW_STEREO, Layout, NotAWavError, header, layout_of
from recordings.whispers import Mixer

CHUNK = 64 * 1024
"""Bytes copied at a time, 2 s of stereo: an hour costs no more memory than a second."""

LEAST_SILENCE_S = 3.0
"""Digital silence of our side that is shorter means nothing: a phone that is slow to send."""

EVERY_FRAME_OF = {1: 1, 2: 2}
"""A message is judged by its speech: every frame counts. Of a call, half of them say enough."""

_OURS = uuid.UUID("8d0c4b0e-5d1e-5a55-9b57-3f1f6f2f7a11")
_INCOMING = ".incoming"


class StillGrowingError(Exception):
    """The spool file changed while it was copied; try again when it is quiet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken into the store; `whole` is False when a writer had been cut off."""

    seconds: float
    bytes: int
    sha256: str
    channels: int
    rate: int
    voice_s: tuple[float, ...]
    """Seconds of speech on each channel."""
    tones_s: float = 0.0
    """Seconds of tones of the network (busy, a fax), in a message."""
    silent_ours: tuple[tuple[float, float], ...] = ()
    """From when to when (s) there was digital silence on our side of a call, longer ones only."""
    whole: bool


def recording_id(call_id: str, kind: str) -> str:
    """Return the id of a call's recording: always the same one, so that a retry makes no second."""
    return str(uuid.uuid5(_OURS, f"{call_id}/{kind}"))


def path_of(identity: str, began: datetime) -> str:
    """Return where a recording lies in the store, by the UTC day on which its call began."""
    uuid.UUID(identity)
    return f"{began.astimezone(UTC):%Y/%m/%d}/{identity}.wav"


class Store:
    """The folder of all recordings."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / _INCOMING

    def find(self, path: str) -> Path:
        """Return the file of a recording by the path in its row. Raises FileNotFoundError."""
        found = (self._folder / path).resolve()
        if not path or not found.is_relative_to(self._folder.resolve()) or not found.is_file():
            raise FileNotFoundError(path)
        return found

    def is_whole(self, path: str, sha256: str) -> bool:
        """Say whether a recording is there and as it was stored."""
        try:
            with self.find(path).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except OSError:
            return False

    def holds(self, path: str, size: int) -> bool:
        """Say whether a recording's file is there with so many bytes; it is not read."""
        try:
            return self.find(path).stat().st_size == size
        except OSError:
            return False

    def take(self, spooled: Path, path: str, whispers: Mixer | None = None) -> Taken | None:
        """Copy a spool file into the store as a whole WAV; None when there is no audio in it.

        `whispers` are laid into a call's recording on the way.

        The spool file stays, and `settle` is still to be called. Raises StillGrowingError, or
        OSError (disk full) with nothing kept.
        """
        incoming = self._incoming / path.rpartition("/")[2]
        with spooled.open("rb", buffering=0) as source:
            size = os.fstat(source.fileno()).st_size
            layout = _layout(source, spooled)
            audio_bytes = layout.audio_bytes(size) if layout else 0
            if layout is None or audio_bytes == 0:
                return None
            source.seek(layout.begins)
            with _opened(incoming) as target:
                sha256, meter, silent = _copy(source, target, layout, audio_bytes, whispers)
            if os.fstat(source.fileno()).st_size != size:
                raise StillGrowingError(spooled.name)
        self._rename(incoming, self._folder / path)
        return Taken(
            seconds=round(layout.seconds(audio_bytes), 3),
            bytes=HEADER_BYTES + audio_bytes,
            sha256=sha256,
            channels=layout.channels,
            rate=layout.rate,
            voice_s=tuple(round(seconds, 2) for seconds in meter.seconds()),
            tones_s=round(meter.tones_s(), 2),
            silent_ours=silent,
            whole=_is_whole(layout, size),
        )

    def remove(self, path: str) -> None:
        """Remove a recording's file; one that is gone is well. Raises OSError."""
        try:
            found = self.find(path)
        except FileNotFoundError:
            return
        found.unlink(missing_ok=True)

    def clear_incoming(self) -> None:
        """Remove what a crash left half copied; its spool file is still there."""
        for left in self._incoming.glob("*"):
            left.unlink()

    def settle(self, paths: Iterable[str]) -> None:
        """Return when the names of these recordings are on the disk too. Raises OSError."""
        for day in {path.rpartition("/")[0] for path in paths}:
            folder = os.open(self._folder / day, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _rename(self, incoming: Path, final: Path) -> None:
        try:
            incoming.replace(final)
        except FileNotFoundError:  # the first recording of its day
            final.parent.mkdir(parents=True, exist_ok=True)
            incoming.replace(final)


def _opened(incoming: Path) -> io.FileIO:
    try:
        return incoming.open("wb", buffering=0)
    except FileNotFoundError:  # the first recording of all
        incoming.parent.mkdir(parents=True, exist_ok=True)
        return incoming.open("wb", buffering=0)


def _layout(source: BinaryIO, spooled: Path) -> Layout | None:
    if spooled.suffix == ".raw":
        return RAW_STEREO
    try:
        return layout_of(source)
    except NotAWavError:
        return None


def _copy(
    source: io.FileIO,
    target: io.FileIO,
    layout: Layout,
    audio_bytes: int,
    whispers: Mixer | None,
) -> tuple[str, VoiceMeter, tuple[tuple[float, float], ...]]:
    """Write a WAV file onto the disk; return its SHA-256, what was heard in it, our silence."""
    silence = SilenceMeter() if layout == RAW_STEREO else None
    meter = VoiceMeter(
        channels=layout.channels, rate=layout.rate, every=EVERY_FRAME_OF[layout.channels]
    )
    first = header(layout, audio_bytes)
    digest = hashlib.sha256(first)
    left = audio_bytes
    while left:
        audio = source.read(min(CHUNK, left))
        if not audio:
            raise StillGrowingError("the file became shorter")
        if whispers is not None:
            audio = whispers.mixed(audio, audio_bytes - left)
        digest.update(audio)
        meter.feed(audio)
        if silence is not None:
            silence.feed(audio)
        _write(target, first + audio)
        first = b""
        left -= len(audio)
    os.fsync(target.fileno())
    silent = silence.runs(least_s=LEAST_SILENCE_S) if silence is not None else ()
    return digest.hexdigest(), meter, silent


def _write(target: io.FileIO, content: bytes) -> None:
    """Write all of it: a disk that is nearly full takes a part, and says so the next time."""
    while content:
        content = content[target.write(content) :]


def _is_whole(layout: Layout, size: int) -> bool:
    audio = size - layout.begins
    if layout.declared is not None:
        return layout.declared == audio
    return audio % layout.frame_bytes == 0
