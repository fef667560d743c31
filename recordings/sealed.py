"""Seals recordings where they are kept, so that any part of one can be opened without the rest.

AES-256-GCM (`cryptography`) over pieces of 64 KiB. Each file has a key of its own, made of one of
the house's keys and 32 random bytes by HKDF; so a piece's number is its nonce. Bound into every
piece: the header, the piece's number, and the name of the recording. A changed byte, a piece at
another place, a file cut off or put under another name is refused.

    "TRS1" · name of the key, 16 bytes · bytes of a piece · bytes in all, 8 · salt, 32 · pieces
"""

import os
import secrets
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from recordings.sources import Bytes

SUFFIX: Final = ".sealed"
PIECE: Final = 64 * 1024
TAG: Final = 16
_HEAD: Final = struct.Struct(">4s16sIQ32s")
_MAGIC: Final = b"TRS1"
KEY_BYTES: Final = 32


class SealBroken(Exception):
    """A sealed recording cannot be opened: no such key here, or it is not as it was sealed."""


@dataclass(slots=True)
class Keys:
    """The keys of one home, newest first: lines of a name and 64 hexadecimal digits."""

    path: Path
    _read: dict[str, bytes] = field(default_factory=dict, repr=False)
    _facts: tuple[int, int] = (0, 0)

    def newest(self) -> str:
        """Return the name of the newest key; the first one is made. Raises OSError."""
        if not self.path.exists():
            return self.add()
        return next(iter(self._all()))

    def of(self, name: str) -> bytes:
        """Return a key. Raises SealBroken when it is not here."""
        with suppress(OSError, KeyError):
            return self._all()[name]
        raise SealBroken(f"the key {name} is not in {self.path.name}")

    def add(self) -> str:
        """Make a new key, which is used from now on; return its name. Raises OSError."""
        before = self.path.read_bytes() if self.path.exists() else b""
        name = f"k{secrets.token_hex(5)}"
        beside = self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}")
        line = f"{name} {secrets.token_hex(KEY_BYTES)}\n".encode()
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
            new.write(line + before)
            new.flush()
            os.fsync(new.fileno())  # what is sealed next is worth nothing without it
        beside.replace(self.path)
        return name

    def _all(self) -> dict[str, bytes]:
        facts = self.path.stat()
        if (facts.st_mtime_ns, facts.st_ino) != self._facts:
            try:
                lines = [line.split() for line in self.path.read_text("ascii").splitlines()]
                self._read = {name: bytes.fromhex(key) for name, key in filter(None, lines)}
            except ValueError:
                raise OSError(f"{self.path} is no file of keys") from None
            if not self._read or any(len(key) != KEY_BYTES for key in self._read.values()):
                raise OSError(f"{self.path} is no file of keys")
            self._facts = (facts.st_mtime_ns, facts.st_ino)
        return self._read


def sealed(source: BinaryIO, size: int, keys: Keys, key: str, *, about: str) -> Iterator[bytes]:
    """Give the bytes of a sealed file that holds `size` bytes of a source.

    Raises SealBroken without the key, EOFError when the source is shorter.
    """
    salt = secrets.token_bytes(32)
    head = _HEAD.pack(_MAGIC, key.encode(), PIECE, size, salt)
    with_ = _cipher(keys.of(key), salt)
    yield head
    for number in range(_pieces(size, PIECE)):
        piece = source.read(PIECE)
        if len(piece) != min(PIECE, size - number * PIECE):
            raise EOFError("the source became shorter")
        yield with_.encrypt(_nonce(number), piece, head + about.encode())


class Opened:
    """The plain bytes of a sealed file, any part of them at a time."""

    def __init__(self, within: Bytes, keys: Keys, *, about: str) -> None:
        """Read the header. Raises SealBroken, and OSError."""
        self._within = within
        self._head = within.read(0, _HEAD.size)
        if len(self._head) != _HEAD.size or self._head[:4] != _MAGIC:
            raise SealBroken("it is no sealed recording")
        _, name, self._piece, self.size, salt = _HEAD.unpack(self._head)
        pieces = _pieces(self.size, self._piece) if 0 < self._piece <= 1 << 24 else -1
        if within.size != _HEAD.size + self.size + pieces * TAG:
            raise SealBroken("it is not as long as it was sealed")
        self.key = name.rstrip(b"\0").decode("ascii", "replace")
        self._cipher = _cipher(keys.of(self.key), salt)
        self._bound = self._head + about.encode()

    @property
    def is_far(self) -> bool:
        return self._within.is_far

    def read(self, first: int, length: int) -> bytes:
        """Return the bytes from `first` on, fewer at the end. Raises SealBroken, OSError."""
        end = min(self.size, first + length)
        if first >= end:
            return b""
        begin, last = first // self._piece, (end - 1) // self._piece
        stride = self._piece + TAG
        closed = self._within.read(_HEAD.size + begin * stride, (last - begin + 1) * stride)
        opened = bytearray()
        for number in range(begin, last + 1):
            at = (number - begin) * stride
            try:
                opened += self._cipher.decrypt(
                    _nonce(number), closed[at : at + stride], self._bound
                )
            except InvalidTag:
                raise SealBroken("it is not as it was sealed") from None
        skipped = begin * self._piece
        return bytes(opened[first - skipped : end - skipped])


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    made = HKDF(SHA256(), KEY_BYTES, salt, b"thirdring recording").derive(key)
    return AESGCM(made)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _pieces(size: int, piece: int) -> int:
    return -(-size // piece)
