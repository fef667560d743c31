"""Seals what must be kept but never lie open in the database: secrets of second factors.

`cryptography` does it (Fernet: AES-128-CBC and HMAC-SHA-256). The keys are in a file of the home,
one a line, the newest first; it is never in a backup, which would be a safe with its key on top.
What is sealed says about whom it is, so that nobody can put the row of one account under another.
"""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

MARK: Final = "sealed:"
LONGEST: Final = 400
"""Characters of what a secret of 64 becomes, with room."""


class SealError(Exception):
    """What is kept was sealed with a key that is not here, or for somebody else."""


@dataclass(slots=True)
class Seals:
    """The keys of one home; the file is read again when it has changed."""

    path: Path
    _keys: MultiFernet | None = field(default=None, repr=False)
    _read: tuple[int, int] = (0, 0)

    @property
    def has_key(self) -> bool:
        """Tell whether there is a key yet."""
        return self.path.exists()

    def seal(self, text: str, *, about: str) -> str:
        """Return a text sealed with the newest key, made the first time. Raises OSError."""
        if not self.has_key:
            _keep(self.path, [Fernet.generate_key()])
        return MARK + self._all().encrypt(f"{about}\n{text}".encode()).decode()

    def open(self, sealed: str, *, about: str) -> str:
        """Return what was sealed; a plain text of an earlier version as it is. Raises SealError."""
        if not is_sealed(sealed):
            return sealed
        try:
            found = self._all().decrypt(sealed.removeprefix(MARK).encode()).decode()
        except (InvalidToken, OSError):
            raise SealError(f"no key in {self.path} opens it") from None
        whose, _, text = found.partition("\n")
        if whose != about:
            raise SealError("it was sealed for somebody else")
        return text

    def add_key(self) -> None:
        """Put a new key before the others; what is sealed stays good. Raises OSError."""
        _keep(self.path, [Fernet.generate_key(), *_lines(self.path)])

    def forget_old_keys(self) -> None:
        """Keep the newest key only: what was sealed with others is good no more. Raises OSError."""
        _keep(self.path, _lines(self.path)[:1])

    def _all(self) -> MultiFernet:
        """Return all keys. Raises OSError."""
        facts = self.path.stat()
        read = (facts.st_mtime_ns, facts.st_ino)
        if self._keys is None or read != self._read:
            try:
                self._keys = MultiFernet([Fernet(line) for line in _lines(self.path)])
            except ValueError:
                raise OSError(f"{self.path} is no file of keys") from None
            self._read = read
        return self._keys


def is_sealed(text: str) -> bool:
    """Tell whether a kept text is sealed; older versions kept it plain."""
    return text.startswith(MARK)


def _lines(path: Path) -> list[bytes]:
    with suppress(FileNotFoundError):
        return path.read_bytes().split()
    return []


def _keep(path: Path, keys: list[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
        new.write(b"\n".join([*keys, b""]))
        new.flush()
        os.fsync(new.fileno())  # what is sealed next is worth nothing without it
    beside.replace(path)
