"""What was judged, counted for the draw and for reports (QA-1, QA-4). Changes nothing.

Each question is asked by an index: of a month of calls there are millions of judgements.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from features.call_judgements.clauses import Measure, Outcome
from features.call_judgements.tables import IS_CURRENT, CallJudgementRow

_ROW: Final = CallJudgementRow
_JUDGED: Final = (Outcome.KEPT.value, Outcome.BROKEN.value)


async def broken_by_call(
    connection: AsyncConnection,
    since: datetime,
    until: datetime,
    *,
    measures: Collection[Measure],
) -> Mapping[tuple[str, str], Sequence[Measure]]:
    """Return by call and agent which of these measures an agent broke between two moments.

    What is nobody's is left out.
    """
    columns = (_ROW.call_id, _ROW.agent, _ROW.measure)
    query = select(*columns).where(
        _current(since, until),
        _ROW.outcome == Outcome.BROKEN.value,
        _ROW.agent != "",
        _ROW.measure.in_([each.value for each in measures]),
    )
    found: dict[tuple[str, str], list[Measure]] = {}
    for call_id, agent, measure in await connection.execute(query):
        found.setdefault((call_id, agent), []).append(Measure(measure))
    return found


async def by_measure(
    connection: AsyncConnection, since: datetime, until: datetime
) -> Mapping[Measure, Mapping[Outcome, int]]:
    """Return how often each measure was kept and broken in calls between two moments."""
    found: dict[Measure, Mapping[Outcome, int]] = {}
    for measure in Measure:  # one at a time: its index has the outcome and the time behind it
        query = select(_ROW.outcome, func.count()).where(
            _current(since, until), _ROW.measure == measure.value, _ROW.outcome.in_(_JUDGED)
        )
        rows = await connection.execute(query.group_by(_ROW.outcome))
        found[measure] = {Outcome(outcome): count for outcome, count in rows}
    return found


async def broken_by_agent(
    connection: AsyncConnection, since: datetime, until: datetime
) -> Mapping[tuple[str, Measure], int]:
    """Return how often each agent broke which measure in calls between two moments."""
    query = (
        select(_ROW.agent, _ROW.measure, func.count())
        .where(_current(since, until), _ROW.outcome == Outcome.BROKEN.value, _ROW.agent != "")
        .group_by(_ROW.agent, _ROW.measure)
    )
    rows = await connection.execute(query)
    return {(agent, Measure(measure)): count for agent, measure, count in rows}


def _current(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(
        text(f"call_judgements.{IS_CURRENT}"), _ROW.ring_started >= since, _ROW.ring_started < until
    )
