"""Keeps and reads scores and what is typed of them, in the caller's transaction.

Scores are added, never changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, and_, delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import insertion, table_of
from db.paging import Page, column_of, narrowed, page
from features.quality_forms.rules import Answer
from features.quality_samples.lifecycle import ItemState
from features.quality_samples.queries import within
from features.quality_samples.references import ITEM
from features.quality_scores.rules import Mark
from features.quality_scores.tables import QualityScoreDraftRow, QualityScoreRow
from permissions.scopes import Reach, Scope

_ROW = QualityScoreRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an inspector has typed of a score."""

    item_id: int
    inspector: str
    form_id: int
    form_version: int
    answers: Mapping[int, Answer]
    marks: Sequence[Mark]
    words: str
    version: int
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One score as it was submitted."""

    id: int = 0
    item_id: int
    version: int
    form_id: int
    form_version: int
    thing: str
    subject: str
    call_id: str | None
    agent: str
    scorer: str
    answers: Mapping[int, Answer]
    marks: Sequence[Mark]
    words: str
    tenths: int
    fatal: bool
    why: str
    official: bool
    digest: str
    at: datetime

    def said(self) -> Mapping[str, Any]:
        """Return what its digest is of: all but the digest itself and the row's number."""
        names = [name for name in Score.__slots__ if name not in {"id", "digest", "at"}]
        return {
            **{name: getattr(self, name) for name in names},
            **_kept(self),
            "at": self.at.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFilter:
    """Which scores; every field that is set must hold."""

    agent: str | None = None
    scorer: str | None = None


EVERY_SCORE: Final = ScoreFilter()


def visible(reach: Reach) -> ColumnElement[bool]:
    """Return what is so for the scores that somebody may see.

    Agents see those that count for them. Of a score that is made twice, who inspects sees the
    other one when both are submitted, and of a calibration when one's own is: it is blind.
    """
    theirs = within(reach, _ROW.agent)
    if reach.scope is Scope.OWN:
        return and_(theirs, _ROW.official)
    mine = _ROW.scorer == reach.number
    item, twin = ITEM.alias("item"), ITEM.alias("twin")
    both = (
        select(item.c.id)
        .outerjoin(twin, twin.c.id == item.c.twin)
        .where(
            item.c.id == _ROW.item_id,
            item.c.session_id.is_(None),
            or_(twin.c.id.is_(None), twin.c.state == ItemState.SUBMITTED.value),
        )
    )
    own = ITEM.alias("own")
    joined = (
        select(item.c.id)
        .join(own, own.c.session_id == item.c.session_id)
        .where(
            item.c.id == _ROW.item_id,
            own.c.inspector == reach.number,
            own.c.state == ItemState.SUBMITTED.value,
        )
    )
    return and_(theirs, or_(mine, both.exists(), joined.exists()))


async def add(connection: AsyncConnection, fresh: Score) -> int:
    """Keep a score; return its id."""
    names = [name for name in Score.__slots__ if name != "id"]
    values = {name: getattr(fresh, name) for name in names} | _kept(fresh)
    done = await connection.execute(insert(_ROW).values(values).returning(_ROW.id))
    return int(done.scalar_one())


async def one(connection: AsyncConnection, score_id: int, *, reach: Reach) -> Score | None:
    """Return one score that somebody may see."""
    query = select(_ROW.__table__).where(_ROW.id == score_id, visible(reach))
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _score_in(row)


async def exists(connection: AsyncConnection, score_id: int) -> bool:
    """Tell whether there is a score, whoever may see it."""
    query = select(_ROW.id).where(_ROW.id == score_id)
    return (await connection.execute(query)).first() is not None


async def versions(connection: AsyncConnection, item_id: int) -> Sequence[Score]:
    """Return every version of an item's score, the first one first."""
    query = select(_ROW.__table__).where(_ROW.item_id == item_id).order_by(_ROW.version)
    return [_score_in(row) for row in (await connection.execute(query)).mappings()]


async def scores(
    connection: AsyncConnection,
    wanted: ScoreFilter = EVERY_SCORE,
    *,
    reach: Reach,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Score]:
    """Return a page of scores that somebody may see, each in its last version, newest first."""
    later = table_of(_ROW).alias("later")
    is_last = ~(
        select(later.c.id)
        .where(later.c.item_id == _ROW.item_id, later.c.version > _ROW.version)
        .exists()
    )
    query = narrowed(
        select(_ROW.__table__), (_ROW.agent, wanted.agent), (_ROW.scorer, wanted.scorer)
    ).where(is_last, visible(reach))
    return await page(
        connection,
        query,
        order=(column_of(_ROW.at), column_of(_ROW.id)),
        limit=limit,
        cursor=cursor,
        read=_score_in,
    )


async def twice(
    connection: AsyncConnection,
    since: datetime,
    until: datetime | None = None,
    *,
    reach: Reach,
    limit: int = 1000,
) -> Sequence[tuple[Score, Score]]:
    """Return the first versions of what two inspectors scored with the same form since then."""
    item = ITEM.alias("item")
    first, second = table_of(_ROW).alias("first"), table_of(_ROW).alias("second")
    query = (
        select(first.c.id, second.c.id)
        .join(item, item.c.id == first.c.item_id)
        .join(second, second.c.item_id == item.c.twin)
        .where(
            first.c.at >= since,
            within(reach, first.c.agent),
            item.c.turn == 1,
            first.c.version == 1,
            second.c.version == 1,
            first.c.form_id == second.c.form_id,
            first.c.form_version == second.c.form_version,
        )
        .order_by(first.c.at.desc(), first.c.id.desc())
        .limit(limit)
    )
    if until is not None:
        query = query.where(first.c.at < until)
    ids = [(row[0], row[1]) for row in await connection.execute(query)]
    every = await by_ids(connection, [each for pair in ids for each in pair])
    return [(every[one_id], every[other]) for one_id, other in ids]


async def of_items(connection: AsyncConnection, items: Sequence[int]) -> Mapping[int, Score]:
    """Return by item the first version of its score."""
    query = select(_ROW.__table__).where(_ROW.item_id.in_(items), _ROW.version == 1)
    found = [_score_in(row) for row in (await connection.execute(query)).mappings()]
    return {each.item_id: each for each in found}


async def draft(connection: AsyncConnection, item_id: int, inspector: str) -> Draft | None:
    """Return what somebody has typed of an item's score."""
    row = QualityScoreDraftRow
    query = select(row.__table__).where(row.item_id == item_id, row.inspector == inspector)
    found = (await connection.execute(query)).mappings().one_or_none()
    return None if found is None else _draft_in(found)


async def keep_draft(connection: AsyncConnection, fresh: Draft) -> None:
    """Keep what somebody has typed."""
    values = {name: getattr(fresh, name) for name in Draft.__slots__} | _kept(fresh)
    made = insertion(table_of(QualityScoreDraftRow), connection.dialect.name).values(values)
    changed = {
        name: value for name, value in values.items() if name not in {"item_id", "inspector"}
    }
    await connection.execute(
        made.on_conflict_do_update(index_elements=["item_id", "inspector"], set_=changed)
    )


async def forget_draft(connection: AsyncConnection, item_id: int, inspector: str) -> None:
    """Forget what was typed: it is submitted."""
    row = QualityScoreDraftRow
    await connection.execute(delete(row).where(row.item_id == item_id, row.inspector == inspector))


async def after(connection: AsyncConnection, last: int, *, limit: int) -> Sequence[Score]:
    """Return the next scores by their ids, all versions."""
    query = select(_ROW.__table__).where(_ROW.id > last).order_by(_ROW.id).limit(limit)
    return [_score_in(row) for row in (await connection.execute(query)).mappings()]


async def by_ids(connection: AsyncConnection, ids: Sequence[int]) -> Mapping[int, Score]:
    """Return scores by their ids."""
    found: dict[int, Score] = {}
    for start in range(0, len(ids), 500):
        query = select(_ROW.__table__).where(_ROW.id.in_(ids[start : start + 500]))
        rows = (await connection.execute(query)).mappings()
        found |= {row["id"]: _score_in(row) for row in rows}
    return found


def _kept(said: Draft | Score) -> dict[str, Any]:
    return {
        "answers": {f"{key}": answer.value for key, answer in sorted(said.answers.items())},
        "marks": [{"second": each.second, "words": each.words} for each in said.marks],
    }


def _typed_in(row: RowMapping) -> dict[str, Any]:
    return {
        "answers": {int(key): Answer(each) for key, each in row["answers"].items()},
        "marks": [Mark(**each) for each in row["marks"]],
    }


def _score_in(row: RowMapping) -> Score:
    return Score(**{**{name: row[name] for name in Score.__slots__}, **_typed_in(row)})


def _draft_in(row: RowMapping) -> Draft:
    return Draft(**{**{name: row[name] for name in Draft.__slots__}, **_typed_in(row)})
