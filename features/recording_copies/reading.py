"""Reads recordings for programs that want a WAV file, wherever and as what they lie."""

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from features.call_recordings import writes as recordings
from features.call_recordings.lifecycle import Recording
from features.recording_copies import queries
from features.recording_copies.archive import Archive, CodingError, SealBroken
from features.recording_copies.lifecycle import Copy, as_taken_in
from recordings.codings import Coding
from recordings.store import Store

UNREADABLE: Final = (OSError, EOFError, CodingError, SealBroken)
"""What is raised of a recording that cannot be read."""
Kept = tuple[Recording, Sequence[Copy]]
"""A recording and what lies of it; where no copy was ever wanted, what was taken in."""


async def kept(connection: AsyncConnection, recording: Recording) -> Kept:
    """Return a recording with its copies."""
    found = await queries.of_recording(connection, recording.id)
    return recording, found or [as_taken_in(recording)]


async def all_kept(connection: AsyncConnection, identities: Collection[str]) -> Mapping[str, Kept]:
    """Return the same of several recordings, by id."""
    found = await recordings.kept_recordings(connection, identities)
    copies = await queries.of_recordings(connection, [each.id for each in found])
    return {each.id: (each, copies.get(each.id) or [as_taken_in(each)]) for each in found}


@contextmanager
def as_wav(archive: Archive, of: Kept) -> Iterator[Path]:
    """Give a recording's WAV, which is gone afterwards unless it is the store's own.

    Raises OSError, EOFError, CodingError, SealBroken.
    """
    recording, copies = of
    sound = archive.sound(recording, copies)
    if sound.file is not None and sound.coding is Coding.WAV:
        yield sound.file
        return
    with tempfile.TemporaryDirectory(prefix="thirdring-") as folder:
        target = Path(folder) / f"{recording.id}.wav"
        archive.as_wav(sound, recording, target)
        yield target


class Voices:
    """Files of sound by their paths in the store, some of which are recordings."""

    def __init__(self, archive: Archive, store: Path, known: Mapping[str, Kept]) -> None:
        self._archive, self._store, self._known = archive, Store(store), known

    @contextmanager
    def opened(self, path: str) -> Iterator[Path]:
        """Give the file of one of them. Raises OSError and what `as_wav` does."""
        try:
            found = self._store.find(path)
        except FileNotFoundError:
            if (known := self._known.get(Path(path).stem)) is None:
                raise
            with as_wav(self._archive, known) as wav:
                yield wav
            return
        yield found


async def voices(
    connection: AsyncConnection, archive: Archive, store: Path, paths: Collection[str]
) -> Voices:
    """Return the files of sound of these paths."""
    return Voices(archive, store, await all_kept(connection, [Path(each).stem for each in paths]))
