"""The chain of the audit log: each entry has a hash of itself and of that before it (SEC-1).

So nobody takes an entry out, puts one between or rewrites one without being found. Entries get
their places when a transaction is about to commit, one transaction after the other: whoever changes
something waits for the head of the chain last of all, and never while waiting for anything else.
Entries from before there was a chain get their places with the next ones, some at a time.

What the chain cannot tell by itself is that its end was cut off, head and all. Whoever wants to
know notes the head that `thirdring audit check` says, and gives it to the next check.

Of somebody who is erased the words are taken out (`erasing`). The hash is of a digest of the words,
made with a salt of the entry's own: the digest is kept in their place, the salt is not. So the
chain holds, and nobody guesses what stood there. A later entry says which ones were erased: one
that is empty and is not named there was emptied by somebody else.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, bindparam, event, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit.tables import AuditHeadRow, AuditRow

BEGINNING: Final = "0" * 64
"""What stands before the first entry."""
MOST: Final = 500
"""Entries that one transaction gives their places to, at most."""
READ: Final = 1000
"""Entries that a check reads at once."""

ERASED: Final = "audit.erased"
"""The action of the entry that names which ones were erased: their places, in its `why`."""
UNKNOWN: Final = "-"
"""In place of the digest of an entry that was erased and had none: its own hash is believed."""

_SAID: Final = ("id", "token_id", "account_id", "action", "subject", "address", "detail", "why")
_WORDS: Final = ("subject", "detail", "why")
_DIGEST: Final = ("salt", "sealed")
_COLUMNS: Final = tuple(
    getattr(AuditRow, name) for name in (*_SAID, *_DIGEST, "at", "place", "hash")
)
_MARK: Final = "audit chain"


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: how many entries there are, and the hash of the last one."""

    place: int
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where the chain does not hold."""

    place: int
    why: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found."""

    head: Head
    unplaced: int
    """Entries from before the chain that have no place yet."""
    broken: Broken | None = None


def hash_of(before: str, place: int, row: Mapping[str, Any] | RowMapping) -> str:
    """Return the hash of an entry at a place, after the one with the hash `before`."""
    at: datetime = row["at"]
    said = [before, place, at.astimezone(UTC).isoformat(timespec="microseconds")]
    if not (digest := words_of(row)):
        return _sha256([*said, *(row[name] for name in _SAID)])
    return _sha256([*said, *(row[name] for name in _SAID if name not in _WORDS), digest])


def words_of(row: Mapping[str, Any] | RowMapping) -> str:
    """Return the digest of the words of an entry; empty for one from before there were salts."""
    if row["sealed"] or not row["salt"]:
        return str(row["sealed"])
    return _sha256([row["salt"], *(row[name] for name in _WORDS)])


def _sha256(said: Sequence[object]) -> str:
    text = json.dumps(list(said), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def continue_with(connection: AsyncConnection) -> None:
    """Have the entries of a connection's transaction put into the chain when it commits."""
    sync = connection.sync_connection
    assert sync is not None
    if sync.get_execution_options().get(_MARK):
        return
    sync.execution_options(**{_MARK: True})
    event.listen(sync, "commit", _place)


def _place(connection: Connection) -> None:
    """Give their places to all entries that have none: those of this transaction, and old ones."""
    head = AuditHeadRow.__table__.c
    wanted = select(head.place, head.hash).where(head.id == 1).with_for_update()
    place, before = connection.execute(wanted).one()
    waiting = select(*_COLUMNS).where(AuditRow.place.is_(None)).order_by(AuditRow.id).limit(MOST)
    rows = connection.execute(waiting).mappings().all()
    if not rows:
        return
    placed = []
    for place, row in enumerate(rows, place + 1):  # noqa: B020 (the last one is the head)
        before = hash_of(before, place, row)
        placed.append({"of": row["id"], "at_place": place, "with_hash": before})
    connection.execute(
        update(AuditRow)
        .where(AuditRow.__table__.c.id == bindparam("of"))
        .values(place=bindparam("at_place"), hash=bindparam("with_hash")),
        placed,
    )
    connection.execute(update(AuditHeadRow).values(place=place, hash=before))


async def check(connection: AsyncConnection, noted: Head | None = None) -> Checked:
    """Walk the whole chain; `noted` is a head of before, which must still be on the way."""
    head = await _head(connection)
    told = await _erased(connection)
    place, before = 0, BEGINNING
    while rows := await _after(connection, place):
        for row in rows:
            if row["place"] != place + 1:
                gone = f"entries {place + 1} to {row['place'] - 1} are missing"
                return await _found(connection, head, Broken(place + 1, gone))
            place += 1
            if said := _wrong(row, before, told):
                return await _found(connection, head, Broken(place, said))
            before = row["hash"]
            if noted is not None and noted.place == place and noted.hash != before:
                said = "the head that was noted is another: the chain was written anew"
                return await _found(connection, head, Broken(place, said))
    if head != Head(place, before):
        return await _found(connection, head, Broken(place + 1, "the end of the chain is missing"))
    if noted is not None and noted.place > place:
        said = "the chain is shorter than when its head was noted"
        return await _found(connection, head, Broken(place + 1, said))
    return await _found(connection, head, None)


def _wrong(row: RowMapping, before: str, erased: frozenset[int]) -> str:
    """Return what is wrong with an entry that has its place, empty for nothing."""
    if row["sealed"] and row["place"] not in erased:
        return "the words of this entry were taken out, and no entry says by whom"
    if row["sealed"] != UNKNOWN and row["hash"] != hash_of(before, row["place"], row):
        return "this entry, or one before it, is not as it was written"
    return ""


async def _erased(connection: AsyncConnection) -> frozenset[int]:
    """Return the places that entries name as erased."""
    query = select(AuditRow.why).where(AuditRow.action == ERASED)
    said = ";".join((await connection.execute(query)).scalars())
    return frozenset(int(place) for place in said.split(";") if place.isdecimal())


async def _found(connection: AsyncConnection, head: Head, broken: Broken | None) -> Checked:
    query = select(AuditRow.id).where(AuditRow.place.is_(None))
    return Checked(head, len((await connection.execute(query)).all()), broken)


async def _head(connection: AsyncConnection) -> Head:
    found = await connection.execute(select(AuditHeadRow.place, AuditHeadRow.hash))
    row = found.one_or_none()
    return Head(row.place, row.hash) if row else Head(0, BEGINNING)


async def _after(connection: AsyncConnection, place: int) -> Sequence[RowMapping]:
    query = select(*_COLUMNS).where(AuditRow.place > place).order_by(AuditRow.place).limit(READ)
    return (await connection.execute(query)).mappings().all()
