"""Queries of the hand-over log (RPT-4)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.paging import Page, between, column_of, page
from features.accounts.references import PERSON
from features.handovers.tables import HandoverRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One shift's report to the next."""

    id: int
    shift: str
    """As `2026-11-22 早班`."""
    written_at: datetime
    written_by: str
    """Account number, as `signed_by`."""
    equipment: str
    problems: str
    """Open ones."""
    faults: str
    staff: str
    """Changes of the staff."""
    signed_at: datetime | None
    signed_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverFilter:
    """Which reports: those written at `since` or later and before `until`."""

    since: datetime | None = None
    until: datetime | None = None


EVERY_HANDOVER = HandoverFilter()


async def write(
    connection: AsyncConnection,
    *,
    shift: str,
    account_id: int,
    equipment: str,
    problems: str,
    faults: str,
    staff: str,
    now: datetime,
) -> Handover:
    """Keep a report (in the caller's transaction); it is never changed afterwards."""
    made = insert(HandoverRow).values(
        shift=shift,
        written_at=now,
        written_by=account_id,
        equipment=equipment,
        problems=problems,
        faults=faults,
        staff=staff,
    )
    key = (await connection.execute(made.returning(HandoverRow.id))).scalar_one()
    kept = await handover(connection, key)
    assert kept is not None
    return kept


async def sign(
    connection: AsyncConnection, handover_id: int, *, account_id: int, now: datetime
) -> bool:
    """Sign a report (in the caller's transaction).

    False: there is no such one, or it is the signer's own, or it is signed already.
    """
    done = await connection.execute(
        update(HandoverRow)
        .where(
            HandoverRow.id == handover_id,
            HandoverRow.signed_at.is_(None),
            HandoverRow.written_by != account_id,
        )
        .values(signed_at=now, signed_by=account_id)
        .returning(HandoverRow.id)
    )
    return done.first() is not None


async def handover(connection: AsyncConnection, handover_id: int) -> Handover | None:
    """Return one report, None when there is no such one."""
    found = await connection.execute(_query().where(HandoverRow.id == handover_id))
    row = found.mappings().one_or_none()
    return None if row is None else _handover_in(row)


async def handovers(
    connection: AsyncConnection,
    wanted: HandoverFilter = EVERY_HANDOVER,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Handover]:
    """Return a page of reports, newest first."""
    return await page(
        connection,
        between(_query(), HandoverRow.written_at, wanted.since, wanted.until),
        order=(column_of(HandoverRow.written_at), column_of(HandoverRow.id)),
        limit=limit,
        cursor=cursor,
        read=_handover_in,
    )


def _query() -> Select[Any]:
    writer, signer = PERSON.alias("writer"), PERSON.alias("signer")
    plain = [
        column
        for column in HandoverRow.__table__.columns
        if column.name not in ("written_by", "signed_by")
    ]
    return (
        select(*plain, writer.c.number.label("written_by"), signer.c.number.label("signed_by"))
        .select_from(HandoverRow)
        .join(writer, writer.c.id == HandoverRow.written_by)
        .outerjoin(signer, signer.c.id == HandoverRow.signed_by)
    )


def _handover_in(row: RowMapping) -> Handover:
    return Handover(**{name: row[name] for name in Handover.__slots__})


async def count_unsigned(connection: AsyncConnection, _now: datetime) -> int:
    """Return how many reports wait for the next shift's signature (RPT-4)."""
    query = select(func.count()).where(HandoverRow.signed_at.is_(None))
    return int((await connection.execute(query)).scalar_one())
