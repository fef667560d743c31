"""The places of copies, put together: the store, the S3-compatible storage, the keys.

Bytes go in and out, and are proven; rows and their states are others' business.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from features.call_recordings.lifecycle import Recording
from features.recording_copies.lifecycle import Copy, CopyState, Place, Wish, readable
from recordings.coding import CodingError, decode, encode
from recordings.codings import LOSSLESS, Coding, How
from recordings.s3 import AwayError, ObjectBytes, Objects, Where
from recordings.sealed import Keys, Opened, SealBroken, sealed
from recordings.sources import Bytes, FileBytes, windows
from recordings.store import Store
from recordings.wav import HEADER_BYTES, RATE, SAMPLE_BYTES
from settings import Settings

UNLIKE_S: Final = 0.02
"""Seconds by which what lost something may be longer or shorter than what was recorded."""
_COPYING: Final = ".copying"


class NotProven(Exception):
    """A copy is not what was recorded; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording that can be read."""

    bytes: Bytes
    """Plain, of its format."""
    coding: Coding
    file: Path | None
    """Where it lies plain on this machine."""
    place: Place


class Archive:
    """All places of one house."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.paths.store
        self._store = Store(self._folder)
        self._settings = settings
        self.keys = Keys(settings.paths.recordings_key)
        self.objects = Objects(where(settings)) if settings.s3_endpoint else None

    def wish(self) -> Wish:
        """Return how the house wants recordings kept. Raises OSError where no key can be made."""
        settings = self._settings
        return Wish(
            coding=Coding(settings.recording_format),
            key=self.keys.newest() if settings.recording_sealed else "",
            s3=self.objects is not None,
        )

    def tidy(self) -> None:
        """Remove what a crash left half made."""
        for left in (self._folder / _COPYING).glob("*"):
            shutil.rmtree(left, ignore_errors=True)

    def sound(self, recording: Recording, copies: Sequence[Copy]) -> Sound:
        """Return the nearest copy that is there. Raises OSError, SealBroken when none is."""
        failed: OSError | SealBroken = FileNotFoundError(recording.id)
        for each in readable(copies):
            try:
                return self._sound(each, recording)
            except FileNotFoundError:  # it has left meanwhile, or somebody took it away
                continue
            except (OSError, SealBroken) as error:
                failed = error
        raise failed

    def is_whole(self, copy: Copy) -> bool:
        """Say whether a copy's bytes are those that were proven. Raises AwayError."""
        try:
            return self._hash(self._raw(copy)) == copy.sha256
        except AwayError:
            raise
        except (OSError, EOFError):
            return False

    def holds(self, copy: Copy) -> bool:
        """Say whether a copy is there with so many bytes; it is not read. Raises AwayError."""
        try:
            if copy.place is Place.S3:
                return self._there().size(copy.name) == copy.bytes
            return self._raw(copy).size == copy.bytes
        except FileNotFoundError:
            return False

    def make(self, copy: Copy, recording: Recording, copies: Sequence[Copy]) -> tuple[str, int]:
        """Put a copy's bytes in their place; return their SHA-256 and number.

        Done twice, it is the same as once. Raises OSError, CodingError, SealBroken, NotProven.
        """
        if copy.place is Place.S3 and (twin := _twin(copy, copies)) is not None:
            self._there().put(copy.name, self._store.find(twin.name), twin.bytes)
            return twin.sha256, twin.bytes
        with self._room() as room:
            final = self._worked(copy, recording, copies, room)
            sha256, size = self._hash(FileBytes.of(final)), final.stat().st_size
            if copy.place is Place.S3:
                self._there().put(copy.name, final, size)
                return sha256, size
            _settled(final)
            target = self._folder / copy.name
            target.parent.mkdir(parents=True, exist_ok=True)
            final.replace(target)
            self._store.settle([copy.name])
            return sha256, size

    def prove(self, copy: Copy, recording: Recording, copies: Sequence[Copy]) -> None:
        """Read a copy back and compare it with what was recorded.

        Raises NotProven, OSError, CodingError, SealBroken.
        """
        with self._room() as room:
            raw = self._raw(copy)
            if copy.place is Place.S3:
                fetched = room / "fetched"
                _written(fetched, windows(raw))
                raw = FileBytes.of(fetched)
            if self._hash(raw) != copy.sha256:
                raise NotProven("what was read back is not what was written")
            if _twin(copy, copies) is None:
                self._prove_content(copy, recording, raw, room)

    def destroy(self, copy: Copy) -> None:
        """Destroy a copy's bytes; those that are gone are well. Raises OSError."""
        if copy.place is Place.S3:
            self._there().destroy(copy.name)
            return
        self._store.remove(copy.name)

    def as_wav(self, sound: Sound, recording: Recording, target: Path) -> None:
        """Write a recording as WAV. Raises OSError, EOFError, CodingError, SealBroken."""
        if sound.coding is Coding.WAV:
            _written(target, windows(sound.bytes))
            return
        with tempfile.TemporaryDirectory(prefix="thirdring-") as folder:
            source = sound.file or Path(folder) / "source"
            if sound.file is None:
                _written(source, windows(sound.bytes))
            decode(source, target, recording.channels)

    def _sound(self, copy: Copy, recording: Recording) -> Sound:
        raw = self._raw(copy)
        file = raw.path if isinstance(raw, FileBytes) and not copy.key else None
        plain = Opened(raw, self.keys, about=recording.id) if copy.key else raw
        return Sound(plain, copy.coding, file, copy.place)

    def _raw(self, copy: Copy) -> Bytes:
        """Return a copy's bytes as they lie. Raises FileNotFoundError, AwayError."""
        if copy.place is not Place.S3:
            return FileBytes.of(self._store.find(copy.name))
        objects = self._there()
        size = copy.bytes if copy.state is CopyState.PROVEN else objects.size(copy.name)
        return ObjectBytes(objects, copy.name, size)

    def _there(self) -> Objects:
        if self.objects is None:
            raise AwayError("no S3 storage is set up here any more")
        return self.objects

    def _worked(self, copy: Copy, recording: Recording, copies: Sequence[Copy], room: Path) -> Path:
        """Return a file with a copy's bytes, made of the best copy that is proven."""
        sound = self.sound(recording, copies)
        plain = sound.file
        if plain is None:
            plain = room / "plain"
            _written(plain, windows(sound.bytes))
        if sound.coding is not copy.coding:
            if self._hash(FileBytes.of(plain)) != recording.sha256:
                raise NotProven("what it is to be made of is not what was recorded")
            encoded = room / "encoded"
            encode(plain, encoded, self._how(copy.coding))
            plain = encoded
        final = room / "final"
        with plain.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            if copy.key:
                pieces = sealed(source, size, self.keys, copy.key, about=recording.id)
                _written(final, pieces)
            else:
                _written(final, windows(FileBytes(plain, size)))
        return final

    def _how(self, coding: Coding) -> How:
        settings = self._settings
        rates = {Coding.OPUS: settings.recording_opus_rate, Coding.MP3: settings.recording_mp3_rate}
        return How(coding, rates.get(coding, 0))

    def _prove_content(self, copy: Copy, recording: Recording, raw: Bytes, room: Path) -> None:
        plain = Opened(raw, self.keys, about=recording.id) if copy.key else raw
        if copy.coding is Coding.WAV:
            found, size = self._hash(plain), plain.size
        else:
            source, decoded = room / "source", room / "decoded"
            _written(source, windows(plain))
            decode(source, decoded, recording.channels)
            found, size = self._hash(FileBytes.of(decoded)), decoded.stat().st_size
        if copy.coding in LOSSLESS:
            if found != recording.sha256:
                raise NotProven("decoded, it is not what was recorded")
            return
        seconds = (size - HEADER_BYTES) / (RATE * SAMPLE_BYTES * recording.channels)
        if abs(seconds - recording.seconds) > UNLIKE_S:
            raise NotProven(f"decoded, it has {seconds:.2f} s instead of {recording.seconds:.2f}")

    def _hash(self, of: Bytes) -> str:
        digest = hashlib.sha256()
        for piece in windows(of):
            digest.update(piece)
        return digest.hexdigest()

    @contextmanager
    def _room(self) -> Iterator[Path]:
        """Give a folder beside the store's for what is half made."""
        (self._folder / _COPYING).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder / _COPYING) as folder:
            yield Path(folder)


def where(settings: Settings) -> Where:
    """Return where the S3-compatible storage is."""
    return Where(
        endpoint=settings.s3_endpoint,
        bucket=settings.s3_bucket,
        prefix=settings.s3_prefix,
        region=settings.s3_region,
        keys=Path(settings.s3_keys),
        path_style=settings.s3_path_style,
    )


def _twin(copy: Copy, copies: Sequence[Copy]) -> Copy | None:
    """Return the proven copy on this machine that an object in S3 is to be byte by byte."""
    if copy.place is not Place.S3:
        return None
    for each in readable(copies):
        if each.place is not Place.S3 and (each.coding, each.key) == (copy.coding, copy.key):
            return each
    return None


def _written(target: Path, pieces: Iterator[bytes]) -> None:
    with target.open("wb") as file:
        for piece in pieces:
            file.write(piece)


def _settled(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


__all__ = ["Archive", "AwayError", "CodingError", "NotProven", "SealBroken", "Sound", "where"]
