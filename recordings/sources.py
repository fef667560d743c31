"""Bytes of which any part can be read, wherever they lie: a file here, an object in S3, sealed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

FIRST_WINDOW: Final = 64 * 1024
"""Read first, so that the first sound is soon there: 2 s of WAV, 16 s of Opus."""
WINDOW: Final = 1 << 20
"""Read at once after that: a request to S3 each."""


class Bytes(Protocol):
    """What can be read in parts."""

    @property
    def size(self) -> int: ...

    @property
    def is_far(self) -> bool:
        """Whether each reading costs a way over the network: then more is read at once."""
        ...

    def read(self, first: int, length: int) -> bytes:
        """Return the bytes from `first` on, fewer at the end. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True)
class FileBytes:
    """The bytes of a file."""

    path: Path
    size: int

    @property
    def is_far(self) -> bool:
        return False

    @classmethod
    def of(cls, path: Path) -> "FileBytes":
        """Return a file's. Raises OSError."""
        return cls(path, path.stat().st_size)

    def read(self, first: int, length: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(first)
            return file.read(length)


def windows(
    of: Bytes, first: int = 0, length: int | None = None, *, grows: bool = True
) -> Iterator[bytes]:
    """Give a part in windows, small ones first. Raises OSError, EOFError when it is cut off."""
    left = of.size - first if length is None else length
    window = FIRST_WINDOW
    while left > 0:
        piece = of.read(first, min(window, left))
        if not piece:
            raise EOFError("it ends too early")
        yield piece
        first, left = first + len(piece), left - len(piece)
        window = min(WINDOW, window * 4) if grows else FIRST_WINDOW
