"""Writes that a full disk does not tear, and room that is kept for what must not be lost.

A file system gives away its last block without a word: what was half written then makes the next
writer's line unreadable. So lines are appended whole or not at all, small files are replaced in
place where there is no room beside them, and journals and the database keep blocks behind their
end (`fallocate`): who appends to them needs no room of the disk, whoever fills it.
"""

import ctypes
import errno
import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

MIB: Final = 2**20
LOW_BYTES: Final = 512 * MIB
"""Free bytes below which recordings are in danger: 50 calls at once fill them in five minutes."""
FULL_BYTES: Final = 4 * MIB
"""Below this a recording of two minutes does not fit in."""
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_KEEP_SIZE, _PUNCH_HOLE = 1, 2
_BLOCK: Final = 512
"""Bytes of one of `st_blocks`, whatever the file system's own block is."""


class Room(StrEnum):
    """How much room there is in the home."""

    ENOUGH = "enough"
    LOW = "low"
    FULL = "full"


def room_of(free: int) -> Room:
    """Return what so many free bytes mean."""
    if free < FULL_BYTES:
        return Room.FULL
    return Room.LOW if free < LOW_BYTES else Room.ENOUGH


class Watermark(StrEnum):
    """How far a disk has filled, by what the house wants to be told of."""

    BELOW = "below"
    EARLY = "early"
    LATE = "late"


def used_percent(used: int, free: int) -> float:
    """Return how full a disk is, of what may be written to (as df(1) says it), in per cent."""
    return 100.0 * used / (used + free) if used + free else 100.0


def watermark_of(percent: float, *, early: int, late: int) -> Watermark:
    """Return what so full a disk means; 0: that one is told of never."""
    if late and percent >= late:
        return Watermark.LATE
    return Watermark.EARLY if early and percent >= early else Watermark.BELOW


def append(file: int, line: bytes) -> None:
    """Append to a file that nobody else appends to: all of it, or nothing. Raises OSError."""
    wrote = os.write(file, line)
    if wrote < len(line):
        os.ftruncate(file, os.fstat(file).st_size - wrote)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def replace(path: Path, content: bytes) -> None:
    """Write a small file anew, whole. Without room for a second one: over what it has. OSError."""
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.write_bytes(content)
        reserve(fresh, len(content))  # it may be longer when there is no room
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        if error.errno not in NO_ROOM:
            raise
        _write_over(path, content)


def reserve(path: Path, room: int) -> bool:
    """Keep `room` bytes behind a file's end for what is appended; True: they are there.

    A file that is not there is begun. False: no room, or a file system that cannot.
    """
    if _fallocate is None:
        return False
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return _fallocate(file, _KEEP_SIZE, os.fstat(file).st_size, room) == 0
    finally:
        os.close(file)


def release(path: Path) -> None:
    """Give back what is kept behind the end of a file to which nobody appends any more. OSError."""
    file = os.open(path, os.O_WRONLY)
    try:
        found = os.fstat(file)
        if _fallocate is not None and found.st_blocks * _BLOCK > found.st_size + MIB:
            _fallocate(file, _KEEP_SIZE | _PUNCH_HOLE, found.st_size, 2**40)
    finally:
        os.close(file)


def _write_over(path: Path, content: bytes) -> None:
    """Write over a file within the blocks that it has. Raises OSError where it has too few."""
    with path.open("r+b", buffering=0) as file:
        found = os.fstat(file.fileno())
        if len(content) > found.st_blocks * _BLOCK:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        file.write(content.ljust(found.st_size, b"\n"))


def _of_libc() -> Callable[[int, int, int, int], int] | None:
    """Return fallocate(2): Python's own `posix_fallocate` would make the file longer."""
    try:
        found = ctypes.CDLL(None, use_errno=True).fallocate64
    except (OSError, AttributeError):  # not Linux
        return None
    found.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_longlong, ctypes.c_longlong]
    found.restype = ctypes.c_int
    call: Callable[[int, int, int, int], int] = found
    return call


_fallocate: Final = _of_libc()
