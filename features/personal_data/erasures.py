"""Queries of erasures and of the proof of what was destroyed, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import table_of
from features.personal_data.lifecycle import ErasureState
from features.personal_data.people import Who
from features.personal_data.rows import Erased
from features.personal_data.tables import DestructionRow, ErasureRow

MOST_LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One erasure as it stands."""

    id: int
    person: str
    identity: str
    names: Sequence[str]
    since: datetime | None
    until: datetime | None
    found: Mapping[str, Any]
    nodes: Sequence[str]
    state: ErasureState
    next_at: datetime | None
    why: str
    asked_at: datetime
    asked_by: str
    done_at: datetime | None
    counts: Mapping[str, int]
    kept: Mapping[str, int]
    left: Sequence[str]

    def who(self, region: str) -> Who:
        """Return whom it is about; only until it is done."""
        return Who(
            identity=self.identity,
            region=region,
            names=tuple(self.names),
            since=self.since,
            until=self.until,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Destruction:
    """Proof that something was destroyed."""

    id: int
    at: datetime
    node: str
    rule: str
    what: str
    count: int
    digest: str


async def ask(
    connection: AsyncConnection, who: Who, *, person: str, why: str, by: str, now: datetime
) -> int:
    """Keep that somebody is to be erased; return the number of the erasure."""
    values: dict[str, Any] = {
        "person": person,
        "identity": who.identity,
        "names": list(who.names),
        "since": who.since,
        "until": who.until,
        "found": {},
        "nodes": [],
        "state": ErasureState.ASKED.value,
        "next_at": now,
        "why": why,
        "asked_at": now,
        "asked_by": by,
        "done_at": None,
        "counts": {},
        "kept": {},
        "left": [],
    }
    made = await connection.execute(insert(ErasureRow).values(values).returning(ErasureRow.id))
    return int(made.scalar_one())


async def going_on(connection: AsyncConnection, person: str) -> Erasure | None:
    """Return the erasure of a person that is not done yet."""
    query = select(table_of(ErasureRow)).where(
        ErasureRow.person == person, ErasureRow.state != ErasureState.DONE.value
    )
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else _erasure(row)


async def one(connection: AsyncConnection, key: int) -> Erasure | None:
    """Return one erasure."""
    query = select(table_of(ErasureRow)).where(ErasureRow.id == key)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _erasure(row)


async def due(connection: AsyncConnection, now: datetime) -> Sequence[Erasure]:
    """Return what is to be gone on with, the oldest first."""
    query = (
        select(table_of(ErasureRow))
        .where(ErasureRow.state != ErasureState.DONE.value)
        .where(or_(ErasureRow.next_at.is_(None), ErasureRow.next_at <= now))
        .order_by(ErasureRow.id)
    )
    return [_erasure(row) for row in (await connection.execute(query)).mappings()]


async def listed(connection: AsyncConnection) -> Sequence[Erasure]:
    """Return erasures, the newest first."""
    query = select(table_of(ErasureRow)).order_by(ErasureRow.id.desc()).limit(MOST_LISTED)
    return [_erasure(row) for row in (await connection.execute(query)).mappings()]


async def change(connection: AsyncConnection, erasure: Erasure, **values: Any) -> bool:
    """Keep what an erasure is now; False: another program has gone on with it meanwhile."""
    done = await connection.execute(
        update(ErasureRow)
        .where(ErasureRow.id == erasure.id, ErasureRow.state == erasure.state.value)
        .values(values)
        .returning(ErasureRow.id)
    )
    return done.first() is not None


async def prove(
    connection: AsyncConnection, what: Sequence[Erased], *, rule: str, node: str, at: datetime
) -> None:
    """Keep what was destroyed, by which rule."""
    rows = [
        {
            "at": at,
            "node": node,
            "rule": rule,
            "what": each.what,
            "count": each.count,
            "digest": each.digest,
        }
        for each in what
    ]
    if rows:
        await connection.execute(insert(DestructionRow), rows)


async def destroyed(
    connection: AsyncConnection, *, before: int | None = None, limit: int = MOST_LISTED
) -> Sequence[Destruction]:
    """Return proof of what was destroyed, the newest first, from before one on."""
    query = select(table_of(DestructionRow)).order_by(DestructionRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(DestructionRow.id < before)
    return [Destruction(**row) for row in (await connection.execute(query)).mappings()]


async def every_person(connection: AsyncConnection) -> Mapping[str, datetime]:
    """Return of everybody who was erased the digest, and when it was asked for last."""
    query = (
        select(ErasureRow.person, func.max(ErasureRow.asked_at).label("at"))
        .where(ErasureRow.state == ErasureState.DONE.value)
        .group_by(ErasureRow.person)
    )
    return {row.person: row.at for row in (await connection.execute(query)).all()}


def _erasure(row: RowMapping) -> Erasure:
    return Erasure(**{**row, "state": ErasureState(row["state"])})
