"""Checks that every recording is, in every place, as it was taken in. Changes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit import log as audit
from features.call_recordings import writes as recordings
from features.call_recordings.lifecycle import Recording
from features.recording_copies import reading
from features.recording_copies.archive import Archive, AwayError
from features.recording_copies.lifecycle import COPIED, Copy, Place, readable, said_of

READ: Final = 500
"""Recordings whose rows are read at once."""


@dataclass(slots=True)
class Checked:
    """What a check found."""

    recordings: int = 0
    copies: int = 0
    """Places in which they were read."""
    away: int = 0
    """Copies that could not be read, for their storage does not answer."""
    broken: list[str] = field(default_factory=list)
    """Names of those that are gone or are not as they were stored."""


async def check(connection: AsyncConnection, archive: Archive) -> Checked:
    """Read every recording wherever it lies."""
    found, last = Checked(), ""
    while True:
        some = await recordings.in_the_store(connection, after=last, most=READ)
        kept = await reading.all_kept(connection, [each.id for each in some])
        for recording, copies in kept.values():
            found.recordings += 1
            noted = await _noted(connection, recording) if copies[0].id else frozenset()
            _look(archive, recording, readable(copies), noted, found)
        if len(some) < READ:
            return found
        last = some[-1].id


async def _noted(connection: AsyncConnection, recording: Recording) -> Collection[str]:
    """Return what the audit log, which is a chain, says of a recording's copies."""
    entries = await audit.entries_of(connection, recording.id)
    return {each.detail for each in entries if each.action == COPIED}


def _look(
    archive: Archive,
    recording: Recording,
    copies: Sequence[Copy],
    noted: Collection[str],
    found: Checked,
) -> None:
    if not copies:
        found.broken.append(recording.path)
    for copy in copies:
        try:
            whole = archive.is_whole(copy)
        except AwayError:
            found.away += 1
            continue
        found.copies += 1
        if not whole or not _is_of(copy, recording, noted):
            found.broken.append(f"{copy.place}: {copy.name}" if copy.id else copy.name)


def _is_of(copy: Copy, recording: Recording, noted: Collection[str]) -> bool:
    """Say whether a copy's row says what is chained: the original's hash, or what was noted."""
    if copy.place is Place.ORIGINAL:
        return copy.sha256 == recording.sha256
    return said_of(copy) in noted
