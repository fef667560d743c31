"""Keeps letters and attachments in the store: under names of ours, whole, never to be run.

A name says nothing of what a stranger called it: a day and a number that follows from the letter
itself, so a letter that is taken in again lands where it lay. Files have no ending that any program
would start, cannot be executed, and lie outside of all that the desk serves by its path.
"""

import hashlib
import os
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

FOLDER: Final = "mail"
INCOMING: Final = ".incoming"
"""What is not whole yet; a backup passes it by."""
_OURS: Final = uuid.UUID("5c3d7f0a-36c4-5f0b-8f0e-0a7a52f0c9de")
_NAMED: Final = frozenset({b"message-id", b"date", b"from", b"to", b"subject"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A file in the store."""

    id: str
    path: str
    """Relative to the store."""
    sha256: str
    size: int
    """Bytes."""


def letter_key(raw: bytes) -> str:
    """Return by what a letter is known: the same one delivered twice has the same.

    Its own head lines and its body; what servers write above (Received, Delivered-To) is another
    each time. A stranger who takes somebody's Message-ID does not become that letter.
    """
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    digest = hashlib.sha256()
    taken = False
    for line in head.split(b"\n"):
        if line[:1] not in (b" ", b"\t"):
            taken = line.partition(b":")[0].strip().lower() in _NAMED
        if taken:
            digest.update(line + b"\n")
    digest.update(b"\n" + body.rstrip())
    return digest.hexdigest()


def file_id(key: str, which: str) -> str:
    """Return the id of a letter's file: always the same one."""
    return str(uuid.uuid5(_OURS, f"{key}/{which}"))


def filed(store: Path, identity: str, content: bytes, *, at: datetime) -> Filed:
    """Put a file into the store, whole and on the disk. Raises OSError with nothing kept."""
    uuid.UUID(identity)
    path = f"{FOLDER}/{at.astimezone(UTC):%Y/%m/%d}/{identity}.dat"
    final = store / path
    final.parent.mkdir(parents=True, exist_ok=True)
    beside = store / FOLDER / INCOMING / identity
    beside.parent.mkdir(exist_ok=True)
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(final)
    finally:
        beside.unlink(missing_ok=True)
    return Filed(
        id=identity, path=path, sha256=hashlib.sha256(content).hexdigest(), size=len(content)
    )


def clear_incoming(store: Path) -> None:
    """Remove what a crash left half written; its letter is still in the mailbox."""
    for left in (store / FOLDER / INCOMING).glob("*"):
        left.unlink(missing_ok=True)


def settle(store: Path, files: Iterable[Filed]) -> None:
    """Return when the names of these files are on the disk too. Raises OSError."""
    for day in {each.path.rpartition("/")[0] for each in files}:
        folder = os.open(store / day, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def found(store: Path, path: str, sha256: str) -> bytes | None:
    """Return a file's content, None when it is not there or not what was kept."""
    file = (store / path).resolve()
    if not path or not file.is_relative_to((store / FOLDER).resolve()):
        return None
    try:
        content = file.read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


_PROGRAMS: Final = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"L\x00\x00\x00\x01\x14\x02\x00",
)
"""How programs and shortcuts begin, whatever they are called."""


def is_program(content: bytes) -> bool:
    """Tell whether content would be run by some system, whatever its name."""
    return content.startswith(_PROGRAMS)


def secret_key(path: Path) -> bytes:
    """Return the key that signs tokens, made the first time. Raises OSError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
        new.write(secrets.token_bytes(32))
    try:
        os.link(beside, path)  # the first of two wins
    except FileExistsError:
        pass
    finally:
        beside.unlink()
    return path.read_bytes()
