"""What was drawn and what of it is inspected, counted for reports (QA-1, QA-4). Changes nothing.

Counted is what was put on the work list between two moments, as it stands now. The second turn of
what is scored twice, and calibrations, are left out: they are no part of the quota.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.quality_samples.lifecycle import ItemState, ItemThing
from features.quality_samples.tables import QualityDrawRow, QualityItemRow

DRAWN_WITHIN: Final = timedelta(days=62)
"""A day is drawn within 60 days (`actions.FURTHEST`), so draws are found by their days."""
_ITEM: Final = QualityItemRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """How much of one kind is on the work list about one agent, and how much of it is submitted."""

    agent: str
    thing: ItemThing
    business: str
    listed: int
    inspected: int


async def listed(connection: AsyncConnection, since: datetime, until: datetime) -> Sequence[Listed]:
    """Return what was put on the list, by agent and kind."""
    by = (_ITEM.agent, _ITEM.thing, _ITEM.business)
    submitted = func.sum(case((_ITEM.state == ItemState.SUBMITTED.value, 1), else_=0))
    query = (
        select(*by, func.count(), submitted)
        .where(_ITEM.made_at >= since, _ITEM.made_at < until)
        .where(_ITEM.turn == 1, _ITEM.session_id.is_(None))
        .group_by(*by)
        .order_by(*by)
    )
    return [
        Listed(
            agent=row[0],
            thing=ItemThing(row[1]),
            business=row[2],
            listed=row[3],
            inspected=int(row[4]),
        )
        for row in await connection.execute(query)
    ]


async def quotas(
    connection: AsyncConnection, since: datetime, until: datetime
) -> Mapping[tuple[str, str], tuple[int, int]]:
    """Return by thing and business how many there were, and how many the share came to."""
    row = QualityDrawRow
    days = row.day.between((since - DRAWN_WITHIN).date(), until.date())
    query = select(row.kinds).where(days, row.drawn_at >= since, row.drawn_at < until)
    of: Counter[tuple[str, str]] = Counter()
    drawn: Counter[tuple[str, str]] = Counter()
    for kinds in (await connection.execute(query)).scalars():
        for each in kinds:
            _add(each, of, drawn)
    return {key: (of[key], drawn[key]) for key in sorted(of)}


def _add(
    kind: Mapping[str, Any], of: Counter[tuple[str, str]], drawn: Counter[tuple[str, str]]
) -> None:
    key = (kind["thing"], kind["business"])
    of[key] += kind["of"]
    drawn[key] += kind["drawn"]
