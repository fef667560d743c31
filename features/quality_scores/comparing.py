"""What inspectors said of the same: over three months, and in one calibration. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from features.quality_forms import queries as forms
from features.quality_forms.queries import Published
from features.quality_samples import queries as samples
from features.quality_samples import sessions
from features.quality_samples.lifecycle import ItemState, WorkItem
from features.quality_samples.sessions import Session
from features.quality_scores import scores
from features.quality_scores.rules import Agreement, agreement, paired
from features.quality_scores.scores import Score
from permissions.scopes import Reach

SPAN: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How far two inspectors agree, over all and by question."""

    items: int
    whole: Agreement
    questions: Sequence[tuple[str, Agreement]]
    """The worst first."""
    apart: float | None
    """Points between two scores of the same, on average."""


async def compared(connection: AsyncConnection, now: datetime, *, reach: Reach) -> Compared:
    """Return how far inspectors agree about what two of them scored."""
    pairs = await scores.twice(connection, now - SPAN, reach=reach)
    words: dict[tuple[int, int], Published] = {}
    for one, _ in pairs:
        used = (one.form_id, one.form_version)
        if used not in words and (form := await forms.published(connection, *used)):
            words[used] = form
    by_question: dict[str, list[tuple[Score, Score, int]]] = {}
    for one, other in pairs:
        form = words[one.form_id, one.form_version]
        for item in form.content.items:
            by_question.setdefault(item.words, []).append((one, other, item.key))
    questions = [
        (said, agreement((one.answers[key], other.answers[key]) for one, other, key in those))
        for said, those in by_question.items()
    ]
    apart = [abs(one.tenths - other.tenths) / 10 for one, other in pairs]
    return Compared(
        items=len(pairs),
        whole=agreement(
            pair for one, other in pairs for pair in paired(one.answers, other.answers)
        ),
        questions=sorted(questions, key=lambda each: (each[1].share or 0.0, each[0])),
        apart=sum(apart) / len(apart) if apart else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """One calibration, as somebody may see it now."""

    session: Session
    items: Sequence[WorkItem]
    scores: Mapping[int, Score]
    """By item; empty until one's own is submitted."""
    mine: WorkItem | None


async def calibration(
    connection: AsyncConnection, session_id: int, who: str, *, reach: Reach
) -> Calibration | None:
    """Return a calibration; the others' scores are told to who has submitted."""
    session = await sessions.one(connection, session_id, reach=reach)
    if session is None:
        return None
    items = await samples.of_session(connection, session_id)
    mine = next((each for each in items if each.inspector == who), None)
    sees = mine is not None and mine.state is ItemState.SUBMITTED
    known = await scores.of_items(connection, [each.id for each in items]) if sees else {}
    return Calibration(session=session, items=items, scores=known, mine=mine)
