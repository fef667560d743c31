"""Checks that the kept figures are what a full count says. Changes nothing."""

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.report_figures import counting, rollup
from features.report_figures.counting import KEYS, SUMS, Figures
from features.report_figures.tables import CountedDayRow, MarkRow


async def wrong_days(
    connection: AsyncConnection, *, zone: tzinfo, within_s: float
) -> tuple[int, Sequence[date]]:
    """Return how many days were checked, and those whose figures are not what their rows say.

    Days that are to be counted anew are left out: what they say is not meant to be right yet.
    """
    marked = {
        at.astimezone(zone).date()
        for at in (await connection.execute(select(MarkRow.at))).scalars()
    }
    days = (
        await connection.execute(select(CountedDayRow.day).order_by(CountedDayRow.day))
    ).scalars()
    settled = [day for day in days.all() if day not in marked]
    wrong = [
        day
        for day in settled
        if _in_order(await rollup.kept(connection, day))
        != _in_order(await counting.of_day(connection, day, zone=zone, within_s=within_s))
    ]
    return len(settled), wrong


def _in_order(figures: Sequence[Figures]) -> list[tuple[Any, ...]]:
    """Return figures so that the same ones compare equal."""
    return sorted(tuple(each[name] for name in (*KEYS, *SUMS)) for each in figures)
