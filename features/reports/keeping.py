"""Keeps reports: each once, at the end of the chain, with its letters; in the caller's transaction.

Whoever adds to the chain locks its head, so reports are made one after the other.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import table_of, written
from features.audit import log as audit
from features.audit.log import AuditEntry
from features.reports import chain
from features.reports.lifecycle import LetterState
from features.reports.queries import Report, report_in
from features.reports.rules import Period, Sort
from features.reports.tables import ReportHeadRow, ReportLetterRow, ReportRow
from mail.composing import new_message_id

MADE = "report.made"

Entry = Callable[[str, str], AuditEntry]
"""Makes the entry of the audit log, given the report's id and its hash."""


async def is_made(connection: AsyncConnection, sort: Sort, period: Period) -> bool:
    """Tell whether the report of a period is there."""
    return await _last_number(connection, sort, period) is not None


async def keep(
    connection: AsyncConnection,
    sort: Sort,
    period: Period,
    figures: str,
    *,
    now: datetime,
    entry: Entry | None = None,
    made_by: str = "",
    corrects: int | None = None,
    why: str = "",
) -> Report | None:
    """Keep a report, or with `corrects` its correction; None: it is there already.

    `entry` says who makes it; without one it is made by itself.
    """
    end = ReportHeadRow
    head = select(end.place, end.hash).where(end.id == 1).with_for_update()
    place, before = (await connection.execute(head)).one()
    last = await _last_number(connection, sort, period)
    if corrects is None and last is not None:
        return None
    values: dict[str, object] = {
        "id": place + 1,
        "sort": sort.value,
        "period": period.kind.value,
        "from_day": period.first,
        "to_day": period.last,
        "number": 0 if last is None else last + 1,
        "corrects": corrects,
        "why": why,
        "made_at": now,
        "made_by": made_by,
        "figures": figures,
        "sha256": chain.sha256_of(figures),
    }
    values["hash"] = chain.hash_of(before, values)
    await connection.execute(insert(ReportRow).values(values))
    await connection.execute(update(end).values(place=place + 1, hash=values["hash"]))
    made = (entry or _by_itself(now))(f"{place + 1}", str(values["hash"]))
    await audit.note(connection, made)
    found = await connection.execute(select(ReportRow.__table__).where(ReportRow.id == place + 1))
    return report_in(found.mappings().one())


async def queue_letters(
    connection: AsyncConnection,
    report_id: int,
    addresses: Sequence[str],
    *,
    host: str,
    node: str,
    now: datetime,
) -> None:
    """Have a report sent to these addresses, each once."""
    same = {"report_id": report_id, "state": LetterState.QUEUED.value, "attempts": 0}
    same |= {"next_at": now, "since": now, "said": "", "node": node}
    letters = [
        {**same, "address": address, "message_id": new_message_id(host)} for address in addresses
    ]
    await written(connection, table_of(ReportLetterRow), letters)


async def _last_number(connection: AsyncConnection, sort: Sort, period: Period) -> int | None:
    row = ReportRow
    found = await connection.execute(
        select(func.max(row.number)).where(
            row.sort == sort.value, row.period == period.kind.value, row.from_day == period.first
        )
    )
    number: int | None = found.scalar_one()
    return number


def _by_itself(now: datetime) -> Entry:
    return lambda report, hash_: AuditEntry(
        at=now, action=MADE, subject=report, address="", detail=hash_
    )
