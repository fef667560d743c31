"""Takes one person out of the files of a home: line by line, in place, at the same length.

A line that is about the person is overwritten with a mark and blanks. So no byte moves: whoever
appends to the file goes on, and positions in it (the ledger's, the dispatcher's) stay right. A line
without its end is somebody's who is writing it: it is left, and looked at the next time. Done twice
it is the same as once; who is killed in the middle does it again.
"""

import gzip
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from traces.spellings import MARK, Spellings

PACKED: Final = ".gz"
SOUND: Final = frozenset({".wav", ".raw", ".ulaw", ".sln", ".gsm", ".mp3", ".ogg"})
"""Voices: erased as a whole, by the call that they are of."""
TORN_AFTER_S: Final = 60.0
"""A last line that has not grown for so long was torn when its writer died."""


def overwrite(path: Path, who: Spellings, *, now: float, end: int | None = None) -> int:
    """Overwrite each line of a file that is about somebody; return how many. Raises OSError.

    What lies behind the byte `end` is left alone.
    """
    if path.suffix == PACKED:
        return _packed_anew(path, who)
    done = 0
    with path.open("r+b") as file:
        quiet = now - os.fstat(file.fileno()).st_mtime > TORN_AFTER_S
        changed = os.fstat(file.fileno())
        for offset, line in _lines(file):
            bare = line.rstrip(b"\r\n")
            if end is not None and offset >= end:
                break
            if not bare.strip() or (len(bare) == len(line) and not quiet):
                continue
            if who.in_line(bare):
                os.pwrite(file.fileno(), _blank(len(bare)), offset)
                done += 1
        if done:
            os.fsync(file.fileno())
            os.utime(file.fileno(), ns=(changed.st_atime_ns, changed.st_mtime_ns))
    return done


def holds(path: Path, who: Spellings) -> bool:
    """Tell whether a file says something of somebody, however it is packed. Raises OSError."""
    opened = gzip.open if path.suffix == PACKED else open
    with opened(path, "rb") as file:
        return any(who.in_line(line.rstrip(b"\r\n")) for line in file)


def texts(folder: Path) -> Iterator[Path]:
    """Give the files below a folder that are text, links left out."""
    for path in sorted(folder.rglob("*")):
        with suppress(OSError):
            if path.is_file() and not path.is_symlink() and path.suffix not in SOUND:
                yield path


def shred(path: Path) -> bool:
    """Remove a file, its bytes overwritten first; False: there was none. Raises OSError."""
    try:
        with path.open("r+b") as file:
            left = os.fstat(file.fileno()).st_size
            while left > 0:
                left -= file.write(bytes(min(left, 1 << 20)))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return False
    path.unlink(missing_ok=True)
    return True


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    offset = 0
    for line in file:
        yield offset, line
        offset += len(line)


def _blank(length: int) -> bytes:
    mark = MARK.encode()
    return mark.ljust(length) if length >= len(mark) else b" " * length


def _packed_anew(path: Path, who: Spellings) -> int:
    """Write a packed log anew without the lines about somebody; return how many there were."""
    with gzip.open(path, "rb") as file:
        lines = file.readlines()
    kept = [line for line in lines if not who.in_line(line.rstrip(b"\r\n"))]
    if len(kept) == len(lines):
        return 0
    facts, beside = path.stat(), path.with_name(f"{path.name}.new")
    with gzip.GzipFile(beside, "wb", mtime=int(facts.st_mtime)) as file:
        file.writelines(kept)
    beside.chmod(facts.st_mode & 0o777)
    os.utime(beside, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    beside.replace(path)
    return len(lines) - len(kept)
