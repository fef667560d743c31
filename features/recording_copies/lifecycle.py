"""A copy of a recording and its states. Does no I/O.

    wanted ──make──▶ made ──prove──▶ proven ──leave──▶ leaving ──destroy──▶ gone
       ▲──── it is not what was recorded ────┘

| state | what is there | what comes next |
|---|---|---|
| wanted | nothing that counts; half of it, perhaps | it is encoded, sealed, stored: made |
| made | all of it, as far as the writer knows | it is read back, hashed, decoded: proven |
| proven | what was recorded | when a later copy is proven, or the recording goes: leaving |
| leaving | nobody may read it any more | it is destroyed, and looked for in vain: gone |
| gone | nothing; the row stays as proof | – |

The original is what was taken in, a WAV in the store: its row begins as proven. Copies are wanted
one after the other, so the one in S3 is the proven local one, byte by byte. Nothing leaves before
one that was wanted later is proven; what is in S3 only for another one in S3. Each step may be the
last before a crash, and is simply done again: names are known before anything is made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from features.call_recordings.lifecycle import Recording
from recordings.codings import SUFFIX, Coding

FIRST_PAUSE: Final = timedelta(seconds=30)
"""From the first failure to the next try; twice as long after each further one."""
LONGEST_PAUSE: Final = timedelta(hours=1)
SEALED: Final = ".sealed"
COPIED: Final = "recording.copied"
"""Action of the audit log."""


class Place(StrEnum):
    ORIGINAL = "original"  # in the store, the WAV that was taken in
    LOCAL = "local"  # in the store, encoded or sealed or both
    S3 = "s3"  # in the S3-compatible storage


class CopyState(StrEnum):
    WANTED = "wanted"
    MADE = "made"
    PROVEN = "proven"
    LEAVING = "leaving"
    GONE = "gone"


class Act(StrEnum):
    """What is to be done next with a copy."""

    NOTHING = "nothing"
    MAKE = "make"
    PROVE = "prove"
    LEAVE = "leave"
    DESTROY = "destroy"


HELD: Final = frozenset({CopyState.WANTED, CopyState.MADE, CopyState.PROVEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One copy of one recording."""

    id: int = 0
    """Copies of a recording are numbered in the order in which they were wanted."""
    recording_id: str
    node: str
    """Whose ledger makes it and destroys it."""
    place: Place
    coding: Coding
    name: str
    """In the store, or below the prefix in the bucket."""
    key: str = ""
    """Name of the key that it is sealed with; empty: it lies plain."""
    sha256: str = ""
    """Of the bytes that lie there; empty until it is made."""
    bytes: int = 0
    state: CopyState
    tries: int = 0
    """Failures since the last step that was done."""
    due_at: datetime | None = None
    """When something is to be done with it; None: nothing."""
    why: str = ""
    """Why the last try failed."""
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How the house wants recordings kept."""

    coding: Coding
    key: str
    """Name of the key to seal with; empty: not at all."""
    s3: bool

    @property
    def is_plain(self) -> bool:
        """Whether recordings stay as they were taken in."""
        return self.coding is Coding.WAV and not self.key and not self.s3


def wanted(
    recording: Recording, copies: Sequence[Copy], wish: Wish, *, node: str, now: datetime
) -> Sequence[Copy]:
    """Return the copies that are missing of a recording, in their order; the first one is due."""
    if any(each.state in {CopyState.WANTED, CopyState.MADE} for each in copies):
        return ()  # first what was wanted before
    own = [] if copies else [_original(recording, node, now)]
    held = [each for each in (*copies, *own) if each.state is CopyState.PROVEN]
    here = next((each for each in reversed(held) if each.place is not Place.S3), None)
    away = next((each for each in reversed(held) if each.place is Place.S3), None)
    made: list[Copy] = []
    if here is not None and _is_other(here, wish):
        coding = wish.coding if here.coding is Coding.WAV else here.coding
        here = _next(recording, Place.LOCAL, coding, wish.key or here.key, node=node, now=now)
        made.append(here)
    like = here or away
    if wish.s3 and like is not None and (away is None or _is_resealed(away, wish)):
        key = like.key if like is here else wish.key
        made.append(_next(recording, Place.S3, like.coding, key, node=node, now=now))
    if not made:
        return ()
    return [*own, replace(made[0], due_at=now), *made[1:]]


def act_of(copy: Copy, copies: Sequence[Copy], *, is_kept: bool) -> Act:
    """Return what is to be done with a copy; `is_kept`: its recording is not removed."""
    match copy.state:
        case CopyState.GONE:
            return Act.NOTHING
        case CopyState.LEAVING:
            return Act.DESTROY
        case _ if not is_kept:
            return Act.LEAVE
        case CopyState.WANTED:
            return Act.MAKE
        case CopyState.MADE:
            return Act.PROVE
    return Act.LEAVE if is_superseded(copy, copies) else Act.NOTHING


def is_superseded(copy: Copy, copies: Sequence[Copy]) -> bool:
    """Say whether a later copy is proven that may take a copy's place."""
    return any(
        each.id > copy.id
        and each.state is CopyState.PROVEN
        and (copy.place is not Place.S3 or each.place is Place.S3)
        for each in copies
    )


def made(copy: Copy, *, sha256: str, size: int, now: datetime) -> Copy:
    """Return a copy whose bytes are there."""
    return _moved(copy, CopyState.MADE, now, due_at=now, sha256=sha256, bytes=size)


def proven(
    copy: Copy, copies: Sequence[Copy], *, now: datetime, local_for: timedelta
) -> Sequence[Copy]:
    """Return what changes when a copy is proven: itself, the next one, and what it supersedes.

    What is here stays for `local_for` after a copy in S3 is proven.
    """
    done = _moved(copy, CopyState.PROVEN, now, due_at=None)
    all_of_them = [done if each.id == copy.id else each for each in copies]
    following = [each for each in copies if each.id > copy.id and each.state is CopyState.WANTED]
    changed = [done, *(replace(each, due_at=now) for each in following[:1])]
    for each in copies:
        if each.id < copy.id and each.state in HELD and is_superseded(each, all_of_them):
            stays = copy.place is Place.S3 and each.place is not Place.S3
            changed.append(replace(each, due_at=now + local_for if stays else now))
    return changed


def not_proven(copy: Copy, *, now: datetime, why: str) -> Copy:
    """Return a copy that is not what was recorded: it is made again."""
    again = failed(copy, now=now, why=why)
    return replace(again, state=CopyState.WANTED, sha256="", bytes=0)


def failed(copy: Copy, *, now: datetime, why: str) -> Copy:
    """Return a copy with which a step could not be done: it is tried again, ever more seldom."""
    due_at = now + pause(copy.tries)
    return replace(copy, tries=copy.tries + 1, due_at=due_at, why=why[:200], changed_at=now)


def pause(failed_before: int) -> timedelta:
    """Return how long to wait after a failure."""
    longer: timedelta = FIRST_PAUSE * 2 ** min(failed_before, 10)
    return min(longer, LONGEST_PAUSE)


def rested(copy: Copy) -> Copy:
    """Return a copy with which nothing is to be done after all."""
    return replace(copy, due_at=None)


def leaving(copy: Copy, *, now: datetime) -> Copy:
    """Return a copy that nobody may read any more."""
    return _moved(copy, CopyState.LEAVING, now, due_at=now)


def gone(copy: Copy, *, now: datetime) -> Copy:
    """Return a copy that is destroyed."""
    return _moved(copy, CopyState.GONE, now, due_at=None)


def readable(copies: Sequence[Copy]) -> Sequence[Copy]:
    """Return the copies that may be read, the nearest and least worked ones first."""
    near = [Place.ORIGINAL, Place.LOCAL, Place.S3]
    return sorted(
        (each for each in copies if each.state is CopyState.PROVEN),
        key=lambda each: (near.index(each.place), -each.id),
    )


def said_of(copy: Copy) -> str:
    """Return what the audit log keeps of a copy that is proven."""
    return f"{copy.place} {copy.coding} {copy.sha256}"


def as_taken_in(recording: Recording) -> Copy:
    """Return what stands for a recording of which no copy was ever wanted."""
    return _original(recording, "", recording.created_at)


def _moved(
    copy: Copy,
    state: CopyState,
    now: datetime,
    *,
    due_at: datetime | None,
    sha256: str | None = None,
    bytes: int | None = None,  # noqa: A002 (the column's name)
) -> Copy:
    return replace(
        copy,
        state=state,
        due_at=due_at,
        sha256=copy.sha256 if sha256 is None else sha256,
        bytes=copy.bytes if bytes is None else bytes,
        tries=0,
        why="",
        changed_at=now,
    )


def _is_other(here: Copy, wish: Wish) -> bool:
    is_to_be_encoded = here.coding is Coding.WAV and wish.coding is not Coding.WAV
    return is_to_be_encoded or _is_resealed(here, wish)


def _is_resealed(copy: Copy, wish: Wish) -> bool:
    return bool(wish.key) and copy.key != wish.key


def _original(recording: Recording, node: str, now: datetime) -> Copy:
    return Copy(
        recording_id=recording.id,
        node=node,
        place=Place.ORIGINAL,
        coding=Coding.WAV,
        name=recording.path,
        sha256=recording.sha256,
        bytes=recording.bytes,
        state=CopyState.PROVEN,
        changed_at=now,
    )


def _next(
    recording: Recording, place: Place, coding: Coding, key: str, *, node: str, now: datetime
) -> Copy:
    return Copy(
        recording_id=recording.id,
        node=node,
        place=place,
        coding=coding,
        name=f"{recording.path.removesuffix('.wav')}{''.join(_suffixes(coding, key))}",
        key=key,
        state=CopyState.WANTED,
        changed_at=now,
    )


def _suffixes(coding: Coding, key: str) -> Iterator[str]:
    if key:
        yield f".{key}"
    yield SUFFIX[coding]
    if key:
        yield SEALED
