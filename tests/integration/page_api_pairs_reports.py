"""The table of changes of reports."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from features.reports import content, keeping
from features.reports.queries import Report
from features.reports.rules import Period, PeriodKind, Sort
from permissions.roles import Role
from tests.integration.page_api_steps import Pair, Step
from tests.integration.page_room import Pages

WEEK: Final = Period(date(2026, 11, 16), date(2026, 11, 22), PeriodKind.WEEK)
MADE: Final = datetime(2026, 11, 23, tzinfo=UTC)
"""A report of a week without calls: counted again, nothing is otherwise."""


async def old_report(connection: AsyncConnection) -> Report:
    """Keep a report; return it."""
    figures = content.text_of(await content.gathered(connection, Sort.TRAFFIC, WEEK, UTC))
    made = await keeping.keep(connection, Sort.TRAFFIC, WEEK, figures, now=MADE)
    assert made is not None
    return made


async def _a_report(desk: Pages) -> Mapping[str, object]:
    async def keep(connection: AsyncConnection) -> None:
        await old_report(connection)

    await desk.write(keep)
    return {"report_id": 1}


def _correct(why: str, *, answer: int, **gaps: str) -> Step:
    said = {"why": why}
    return Step(form=said, body=said, who=Role.STATISTICIAN, answer=answer, gaps=gaps)


REPORTS: Final[Sequence[Pair]] = (
    Pair(
        page=("POST", "/reports/{report_id}/corrections"),
        program=("POST", "/api/v1/reports/{report_id}/corrections"),
        prepared=_a_report,
        steps=(
            _correct(" ", answer=422),
            _correct("来电迟到", report_id="9", answer=404),
            _correct("来电迟到", answer=409),
        ),
    ),
)
