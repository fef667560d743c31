"""Queries of reports: a list, one with its corrections, its letters. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.paging import Page, between, column_of, narrowed, page
from features.reports.lifecycle import LetterState
from features.reports.rules import Period, PeriodKind, Sort
from features.reports.tables import ReportLetterRow, ReportRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report, as it was made."""

    id: int
    sort: Sort
    period: PeriodKind
    from_day: date
    to_day: date
    number: int
    """0: the report; from 1: its corrections."""
    corrects: int | None
    why: str
    made_at: datetime
    made_by: str
    """Account number, or a token's label; empty: by itself, on its date."""
    figures: str
    """JSON."""
    sha256: str
    hash: str

    @property
    def days(self) -> Period:
        """Return its days."""
        return Period(self.from_day, self.to_day, self.period)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A report on its way to one address."""

    id: int
    report_id: int
    address: str
    message_id: str
    state: LetterState
    attempts: int
    next_at: datetime | None
    since: datetime
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """Which reports: every field that is set must hold; times are those of the making."""

    sort: Sort | None = None
    period: PeriodKind | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERY_REPORT = ReportFilter()


async def reports(
    connection: AsyncConnection,
    wanted: ReportFilter = EVERY_REPORT,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Report]:
    """Return a page of reports, the newest first."""
    row = ReportRow
    query = narrowed(select(row.__table__), (row.sort, wanted.sort), (row.period, wanted.period))
    return await page(
        connection,
        between(query, row.made_at, wanted.since, wanted.until),
        order=(column_of(row.made_at), column_of(row.id)),
        limit=limit,
        cursor=cursor,
        read=report_in,
    )


async def report(connection: AsyncConnection, report_id: int) -> Report | None:
    """Return one report."""
    query = select(ReportRow.__table__).where(ReportRow.id == report_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else report_in(row)


async def of_period(connection: AsyncConnection, sort: Sort, period: Period) -> Sequence[Report]:
    """Return the report of a period and its corrections, in their order."""
    row = ReportRow
    query = (
        select(row.__table__)
        .where(
            row.sort == sort.value,
            row.period == period.kind.value,
            row.from_day == period.first,
        )
        .order_by(row.number)
    )
    return [report_in(each) for each in (await connection.execute(query)).mappings()]


async def letters(connection: AsyncConnection, report_id: int) -> Sequence[Letter]:
    """Return to whom a report was sent."""
    row = ReportLetterRow
    query = select(row.__table__).where(row.report_id == report_id).order_by(row.id)
    return [letter_in(each) for each in (await connection.execute(query)).mappings()]


def report_in(row: RowMapping) -> Report:
    """Return the report that a row holds."""
    own = {name: row[name] for name in Report.__slots__}
    return Report(**{**own, "sort": Sort(row["sort"]), "period": PeriodKind(row["period"])})


def letter_in(row: RowMapping) -> Letter:
    """Return the letter that a row holds."""
    own = {name: row[name] for name in Letter.__slots__}
    return Letter(**{**own, "state": LetterState(row["state"])})
