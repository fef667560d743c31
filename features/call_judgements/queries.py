"""Queries of judgements: what is due, those of a call, a list. Changes what is judged by `keep`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import table_of, written
from db.paging import Page, between, column_of, narrowed, page
from features.call_judgements import rows
from features.call_judgements.clauses import Judgement, Measure, Outcome
from features.call_judgements.tables import (
    IS_CURRENT,
    IS_DUE,
    CallJudgementRow,
    CallReviewRow,
    RecordingAnalysisRow,
)
from features.calls import references as calls
from features.calls.lifecycle import CallRecord
from features.calls.references import CALL
from permissions.scopes import Reach, Scope
from recordings.analysis.result import Analysis


@dataclass(frozen=True, slots=True)
class Due:
    """A call that is to be judged."""

    call_id: str
    marks: int
    tries: int


@dataclass(frozen=True, slots=True)
class Found:
    """A judgement in a list, with its call."""

    id: int
    call_id: str
    ring_started: datetime
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementFilter:
    """Which judgements: every field that is set must hold; times are those of the calls."""

    outcome: Outcome = Outcome.BROKEN
    measure: Measure | None = None
    agent: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def due(
    connection: AsyncConnection, *, now: datetime, node: str, limit: int
) -> Sequence[Due]:
    """Return calls of a node that are due to be judged, the longest due first."""
    row = CallReviewRow
    query = (
        select(row.call_id, row.marks, row.tries)
        .join(CALL, CALL.c.id == row.call_id)
        .where(text(f"call_reviews.{IS_DUE}"), row.due_at <= now, CALL.c.node == node)
        .order_by(row.due_at, row.call_id)
        .limit(limit)
    )
    return [Due(*found) for found in await connection.execute(query)]


async def by_other_rules(connection: AsyncConnection, rules: int, *, limit: int) -> Sequence[str]:
    """Return calls that were judged by other rules than these, and are not due."""
    row = CallReviewRow
    for other in (row.rules.between(1, rules - 1), row.rules > rules):
        query = select(row.call_id).where(other, row.due_at.is_(None)).limit(limit)
        if found := (await connection.execute(query)).scalars().all():
            return found
    return ()


async def analysis(connection: AsyncConnection, recording_id: str) -> Analysis | None:
    """Return what is heard in a recording; None: nobody has listened yet."""
    found = await connection.execute(
        select(RecordingAnalysisRow.__table__).where(
            RecordingAnalysisRow.recording_id == recording_id
        )
    )
    row = found.mappings().one_or_none()
    return None if row is None else rows.analysis_in(row)


async def keep_analysis(
    connection: AsyncConnection, recording_id: str, found: Analysis, *, now: datetime
) -> None:
    """Keep what is heard in a recording, in place of what was kept before."""
    values = {
        "recording_id": recording_id,
        "version": found.version,
        "seconds": found.seconds,
        "sides": rows.of_sides(found),
        "analysed_at": now,
    }
    await written(connection, table_of(RecordingAnalysisRow), [values], key=("recording_id",))


async def of_call(connection: AsyncConnection, call_id: str) -> Sequence[Judgement]:
    """Return how a call is judged now, in the order in which it was."""
    return [each.judgement for each in await _of_call(connection, call_id)]


async def of_call_within(
    connection: AsyncConnection, call_id: str, *, reach: Reach
) -> Sequence[Judgement] | None:
    """Return how a call is judged, as far as somebody may know it; None: no such call for them."""
    theirs = CALL.c.id.in_(await calls.within(connection, reach))
    found = await connection.execute(select(CALL.c.id).where(CALL.c.id == call_id, theirs))
    if found.first() is None:
        return None
    judged = await of_call(connection, call_id)
    if reach.scope is Scope.OWN:
        return [one for one in judged if one.agent in {"", reach.number}]
    return judged


async def keep(
    connection: AsyncConnection,
    seen: Due,
    call: CallRecord,
    judged: Sequence[Judgement],
    *,
    rules: int,
    again_at: datetime | None,
    now: datetime,
) -> bool:
    """Keep the judgements of a call; False: it was marked anew, or judged, meanwhile.

    What is judged as before stays; what is judged otherwise is superseded, and kept.
    """
    row = CallReviewRow
    done = await connection.execute(
        update(row)
        .where(row.call_id == seen.call_id, row.marks == seen.marks, row.due_at.is_not(None))
        .values(due_at=again_at, tries=0, judged_at=now, rules=rules, why="")
    )
    if not done.rowcount:
        return False
    before = await _of_call(connection, seen.call_id)
    gone = [each.id for each in before if each.judgement not in judged]
    await _supersede(connection, gone, now)
    known = {each.judgement for each in before}
    fresh = [
        {
            **rows.of_judgement(one),
            "call_id": call.id,
            "rules": rules,
            "ring_started": call.ring_started,
            "judged_at": now,
            "superseded_at": None,
        }
        for one in judged
        if one not in known
    ]
    await written(connection, table_of(CallJudgementRow), fresh)
    return True


async def failed(
    connection: AsyncConnection, seen: Due, *, why: str, next_at: datetime | None
) -> None:
    """Keep that a call could not be judged, and when it is tried again."""
    row = CallReviewRow
    await connection.execute(
        update(row)
        .where(row.call_id == seen.call_id, row.marks == seen.marks, row.due_at.is_not(None))
        .values(due_at=next_at, tries=seen.tries + 1, why=why)
    )


async def judgements(
    connection: AsyncConnection,
    wanted: JudgementFilter,
    *,
    reach: Reach,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Found]:
    """Return a page of judgements of calls within a reach, by the time the call rang."""
    row = CallJudgementRow
    query: Select[Any] = narrowed(
        select(row.__table__).where(text(f"call_judgements.{IS_CURRENT}")),
        (row.outcome, wanted.outcome.value),
        (row.measure, wanted.measure.value if wanted.measure else None),
        (row.agent, wanted.agent),
    )
    if reach.scope is Scope.OWN:
        query = query.where(row.agent.in_(["", reach.number]))
    if not reach.whole:
        query = query.where(row.call_id.in_(await calls.within(connection, reach)))
    return await page(
        connection,
        between(query, row.ring_started, wanted.since, wanted.until),
        order=(column_of(row.ring_started), column_of(row.id)),
        limit=limit,
        cursor=cursor,
        read=_found_in,
    )


async def _of_call(connection: AsyncConnection, call_id: str) -> Sequence[Found]:
    row = CallJudgementRow
    query = (
        select(row.__table__)
        .where(row.call_id == call_id, row.superseded_at.is_(None))
        .order_by(row.id)
    )
    return [_found_in(each) for each in (await connection.execute(query)).mappings()]


async def _supersede(connection: AsyncConnection, ids: Collection[int], now: datetime) -> None:
    if ids:
        row = CallJudgementRow
        await connection.execute(update(row).where(row.id.in_(ids)).values(superseded_at=now))


def _found_in(row: Any) -> Found:
    return Found(row["id"], row["call_id"], row["ring_started"], rows.judgement_in(row))
