"""Queries of consent: what a person said may be done with the data, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.personal_data.tables import ConsentRow

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One word of a person; the newest of a purpose counts."""

    purpose: str
    given: bool
    at: datetime
    through: str
    note: str
    by: str


async def add(connection: AsyncConnection, identity: str, consent: Consent) -> None:
    """Keep one."""
    await connection.execute(insert(ConsentRow).values(identity=identity, **asdict(consent)))


async def of(connection: AsyncConnection, identity: str) -> Sequence[Consent]:
    """Return what a person said, the newest first."""
    names = [getattr(ConsentRow, name) for name in Consent.__slots__]
    found = await connection.execute(
        select(*names)
        .where(ConsentRow.identity == identity)
        .order_by(ConsentRow.id.desc())
        .limit(MOST)
    )
    return [Consent(**row) for row in found.mappings()]
