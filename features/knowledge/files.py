"""Files beside answers: rows in the database, bytes in the store under their digest (TKT-15)."""

import asyncio
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.knowledge import queries as knowledge
from features.knowledge.file_kinds import LARGEST, MOST_FILES, WrongFileError, checked
from features.knowledge.tables import KnowledgeFileRow
from settings import Settings
from web.api_models import found
from web.current_user import Principal
from web.problems import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeFile:
    """One file."""

    id: int
    entry_id: int
    name: str
    kind: str
    size: int
    sha256: str
    added_at: datetime
    added_by: str


async def of_entry(connection: AsyncConnection, entry_id: int) -> Sequence[KnowledgeFile]:
    """Return the files beside an entry."""
    row = KnowledgeFileRow
    query = select(row.__table__).where(row.entry_id == entry_id, row.gone_at.is_(None))
    return [
        _file_in(each) for each in (await connection.execute(query.order_by(row.id))).mappings()
    ]


async def one(connection: AsyncConnection, file_id: int) -> KnowledgeFile | None:
    """Return a file that was not taken off."""
    row = KnowledgeFileRow
    query = select(row.__table__).where(row.id == file_id, row.gone_at.is_(None))
    each = (await connection.execute(query)).mappings().one_or_none()
    return None if each is None else _file_in(each)


async def attach(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    entry_id: int,
    content: bytes,
    name: str,
) -> KnowledgeFile:
    """Put a file beside an entry; the same bytes under the same name are there once.

    Raises Refused: 404, 422 with what is wrong with it.
    """
    try:
        plain, kind = checked(name, content)
    except WrongFileError as error:
        raise _refused(error.why) from None
    found(await asking.ask(lambda each: knowledge.entry(each, entry_id)), "entry")
    digest = await asyncio.to_thread(_stored, settings.paths.store, content)
    row = KnowledgeFileRow

    async def attached(connection: AsyncConnection) -> KnowledgeFile:
        found(await knowledge.entry(connection, entry_id), "entry")
        there = await of_entry(connection, entry_id)
        same = [each for each in there if (each.name, each.sha256) == (plain, digest)]
        if same:
            return same[0]
        if len(there) >= MOST_FILES:
            raise _refused("many")
        made = insert(row).values(
            entry_id=entry_id,
            name=plain,
            kind=kind,
            size=len(content),
            sha256=digest,
            added_at=datetime.now(UTC),
            added_by=principal.signature,
        )
        kept = (await connection.execute(made.returning(row.__table__))).mappings().one()
        seen = audit_entry(principal, "knowledge.file_added", str(entry_id), plain[:80])
        await audit.note(connection, seen)
        return _file_in(kept)

    return await asking.write(attached)


async def detach(asking: RequestDatabase, principal: Principal, file_id: int) -> KnowledgeFile:
    """Take a file off its entry. Raises Refused with 404."""
    row = KnowledgeFileRow

    async def detached(connection: AsyncConnection) -> KnowledgeFile:
        file = found(await one(connection, file_id), "file")
        gone = {"gone_at": datetime.now(UTC), "gone_by": principal.signature}
        await connection.execute(update(row).where(row.id == file_id).values(gone))
        subject = str(file.entry_id)
        seen = audit_entry(principal, "knowledge.file_removed", subject, file.name[:80])
        await audit.note(connection, seen)
        return file

    return await asking.write(detached)


async def bytes_of(settings: Settings, file: KnowledgeFile) -> bytes:
    """Return a file's bytes. Raises Refused with 404 when they are not what was stored."""
    content = await asyncio.to_thread(_read, _path(settings.paths.store, file.sha256))
    if content is None or hashlib.sha256(content).hexdigest() != file.sha256:
        raise Refused(404, "This file is not in the store any more, or was changed there.")
    return content


def _stored(store: Path, content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    path = _path(store, digest)
    if path.exists():
        return digest
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{digest}.{os.getpid()}")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return digest


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError:
        return None


def _path(store: Path, digest: str) -> Path:
    return store / "knowledge" / digest[:2] / digest


def _refused(why: str) -> Refused:
    said = f"The file is not taken ({why}): see docs/operating.md."
    return Refused(422, said, faults={"file": f"answers.file_{why}"})


def _file_in(row: RowMapping) -> KnowledgeFile:
    return KnowledgeFile(**{name: row[name] for name in KnowledgeFile.__slots__})
