"""What scores say on the whole: sums for reports, by agent, section and question (QA-4).

`counted` is pure. Everything is a count or a sum of whole numbers; shares and means are made where
they are shown, so nothing is rounded twice.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bulk import table_of
from features.quality_forms import queries as forms
from features.quality_forms.queries import Published
from features.quality_forms.rules import SHARE, Answer, Item
from features.quality_scores import scores
from features.quality_scores.rules import paired
from features.quality_scores.tables import QualityScoreRow
from permissions.scopes import EVERYTHING

MOST_PAIRS: Final = 100_000
HALVES: Final = 2
"""An answer has a whole, a half or nothing of its weight: weights are added in halves."""
_ROW: Final = QualityScoreRow

Forms = Mapping[tuple[int, int], Published]
Pairs = Mapping[tuple[Answer, Answer], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What counts of one score."""

    form_id: int
    form_version: int
    agent: str
    answers: Mapping[int, Answer]
    tenths: int
    fatal: bool


@dataclass(slots=True)
class Sum:
    """Some scores added up."""

    scores: int = 0
    tenths: int = 0
    fatal: int = 0


@dataclass(slots=True)
class Part:
    """A section of a form, over many scores."""

    form: str
    title: str
    got: int = 0
    """In halves of a weight."""
    of: int = 0


@dataclass(slots=True)
class Question:
    """One question of a form, over many scores; its words are those of the newest version."""

    form: str
    words: str
    fatal: bool
    version: int
    asked: int = 0
    """Without those to whom it does not apply."""
    partly: int = 0
    missed: int = 0


@dataclass(slots=True)
class Tally:
    """All that is counted."""

    agents: dict[str, Sum] = field(default_factory=lambda: defaultdict(Sum))
    parts: dict[tuple[int, str], Part] = field(default_factory=dict)
    questions: dict[tuple[int, int], Question] = field(default_factory=dict)


async def of_time(connection: AsyncConnection, since: datetime, until: datetime) -> Tally:
    """Return what the scores say whose first version was submitted between two moments.

    Each counts in its last version, as it stands now; only those that count for an agent.
    """
    said = await _said(connection, since, until)
    return counted(said, await _forms(connection, said))


def counted(said: Iterable[Said], used: Forms) -> Tally:
    """Add up scores, given the forms that they were made with."""
    tally = Tally()
    for one in said:
        whole = tally.agents[one.agent]
        whole.scores += 1
        whole.tenths += one.tenths
        whole.fatal += one.fatal
        _add_answers(tally, one, used[one.form_id, one.form_version])
    return tally


async def agreed(
    connection: AsyncConnection, since: datetime, until: datetime
) -> tuple[int, Pairs]:
    """Return how much was scored twice between two moments, and the pairs of answers, counted."""
    pairs = await scores.twice(connection, since, until, reach=EVERYTHING, limit=MOST_PAIRS)
    answers = (pair for one, other in pairs for pair in paired(one.answers, other.answers))
    return len(pairs), Counter(answers)


def _add_answers(tally: Tally, one: Said, form: Published) -> None:
    for section in form.content.sections:
        key = (one.form_id, section.title)
        part = tally.parts.setdefault(key, Part(form.name, section.title))
        for item in section.items:
            answer = one.answers.get(item.key, Answer.NOT_APPLICABLE)
            if answer is Answer.NOT_APPLICABLE:
                continue
            part.of += HALVES * item.weight
            part.got += int(HALVES * item.weight * SHARE[answer])
            question = _question(tally, one, form, item)
            question.asked += 1
            question.partly += answer is Answer.PARTLY
            question.missed += answer is Answer.NONE


def _question(tally: Tally, one: Said, form: Published, item: Item) -> Question:
    key = (one.form_id, item.key)
    found = tally.questions.get(key)
    if found is None:
        found = Question(form.name, item.words, item.fatal, one.form_version)
        tally.questions[key] = found
    elif found.version < one.form_version:
        found.form, found.words, found.fatal = form.name, item.words, item.fatal
        found.version = one.form_version
    return found


async def _said(connection: AsyncConnection, since: datetime, until: datetime) -> Sequence[Said]:
    first, later = table_of(_ROW).alias("first"), table_of(_ROW).alias("later")
    is_last = ~(
        select(later.c.id)
        .where(later.c.item_id == _ROW.item_id, later.c.version > _ROW.version)
        .exists()
    )
    columns = (_ROW.form_id, _ROW.form_version, _ROW.agent, _ROW.answers, _ROW.tenths, _ROW.fatal)
    query = (
        select(*columns)
        .join(first, first.c.item_id == _ROW.item_id)
        .where(first.c.version == 1, first.c.at >= since, first.c.at < until)
        .where(_ROW.official, is_last)
        .order_by(first.c.at, first.c.id)
    )
    return [
        Said(
            form_id=row.form_id,
            form_version=row.form_version,
            agent=row.agent,
            answers={int(key): Answer(answer) for key, answer in row.answers.items()},
            tenths=row.tenths,
            fatal=row.fatal,
        )
        for row in await connection.execute(query)
    ]


async def _forms(connection: AsyncConnection, said: Iterable[Said]) -> Forms:
    used = sorted({(one.form_id, one.form_version) for one in said})
    found = {key: await forms.published(connection, *key) for key in used}
    return {key: form for key, form in found.items() if form is not None}
