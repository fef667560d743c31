"""Which tables and columns of reports and judgements are ours: figures, no caller's words."""

from datetime import UTC, date
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from features.reports import content
from features.reports.rules import Period, PeriodKind, Sort
from features.reports.tables import ReportRow
from tests.integration.desk_room import BEGAN

TABLES: Final = (
    *("report_figures", "report_days", "report_marks", "report_counted_by", "report_head"),
    *("report_letters", "call_reviews", "call_judgements", "recording_analyses"),
)
TEXTS: Final = ("reports.why",)
PLAIN: Final = tuple(
    f"reports.{one}" for one in ("sort", "period", "made_by", "figures", "sha256", "hash")
)
_WEEK: Final = Period(date(2026, 11, 16), date(2026, 11, 22), PeriodKind.WEEK)


async def corrected(connection: AsyncConnection) -> None:
    """Keep a report of which somebody said why it was to be corrected."""
    figures = content.text_of(await content.gathered(connection, Sort.TRAFFIC, _WEEK, UTC))
    days = {"from_day": _WEEK.first, "to_day": _WEEK.last, "period": PeriodKind.WEEK.value}
    made = {"made_at": BEGAN, "made_by": "1001", "sha256": "a" * 64, "hash": "b" * 64}
    said = {"id": 1, "sort": Sort.TRAFFIC.value, "number": 0, "corrects": None, "why": "来电迟到"}
    await connection.execute(insert(ReportRow).values({**days, **made, **said, "figures": figures}))
