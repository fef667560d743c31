"""JSON of scores, appeals and notes. What people type may name a customer: it is masked."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.quality_forms.rules import Answer
from features.quality_scores.appeals import Appeal, Note
from features.quality_scores.rules import Agreement, Outcome
from features.quality_scores.scores import Draft, Score
from web.shapes import CALL_ID, NOON, Id, Paragraphs, Plain, Shape


class MarkShape(Shape):
    """A comment at a second of the recording."""

    second: int | None = Field(description="From its beginning; null: about the whole.")
    words: Paragraphs


class ScoreDraftShape(Shape):
    """What is typed of a score."""

    item_id: int
    form_id: int
    form_version: int
    answers: dict[int, Answer] = Field(description="By the key of the question.")
    marks: list[MarkShape]
    words: Paragraphs
    version: int = Field(description="A save is upon it.")
    saved_at: datetime = Field(examples=[NOON])

    @classmethod
    def of(cls, draft: Draft) -> Self:
        return cls.model_validate(draft)


class ScoreShape(Shape):
    """One score as it was submitted."""

    id: int
    item_id: int
    version: int = Field(description="2 and more: it was corrected.")
    form_id: int
    form_version: int
    thing: Plain
    subject: Id
    call_id: Id | None = Field(examples=[CALL_ID])
    agent: Plain
    scorer: Plain
    answers: dict[int, Answer] = Field(description="By the key of the question.")
    marks: list[MarkShape]
    words: Paragraphs
    points: float = Field(description="Of 100.")
    fatal: bool = Field(description="A fatal item was not kept: the score is 0 for it.")
    why: Paragraphs = Field(description="Why it was corrected.")
    official: bool = Field(description="Counts for the agent.")
    digest: Id = Field(description="SHA-256 of it; the audit log has it too.")
    at: datetime = Field(examples=[NOON])

    @classmethod
    def of(cls, one: Score) -> Self:
        names = [name for name in cls.model_fields if name not in {"points", "marks"}]
        return cls(
            points=one.tenths / 10,
            marks=[MarkShape.model_validate(each) for each in one.marks],
            **{name: getattr(one, name) for name in names},
        )


class AppealShape(Shape):
    """An agent's appeal against a score."""

    id: int
    item_id: int
    score_id: int
    agent: Plain
    words: Paragraphs
    made_at: datetime = Field(examples=[NOON])
    outcome: Outcome | None = Field(description="null: it is not decided.")
    decided_by: Plain | None
    decided_words: Paragraphs
    decided_at: datetime | None

    @classmethod
    def of(cls, one: Appeal) -> Self:
        return cls.model_validate(one)


class NoteShape(Shape):
    """What somebody tells an agent."""

    id: int
    agent: Plain
    score_id: int | None
    by: Plain
    words: Paragraphs
    made_at: datetime = Field(examples=[NOON])
    seen_at: datetime | None

    @classmethod
    def of(cls, one: Note) -> Self:
        return cls.model_validate(one)


class AgreementShape(Shape):
    """How far inspectors agree who scored the same, blind."""

    items: int = Field(description="That two inspectors scored within 90 days.")
    answers: int
    agreed: int
    share: float | None
    kappa: float | None = Field(description="Cohen's: agreement beyond chance.")

    @classmethod
    def of(cls, items: int, one: Agreement) -> Self:
        return cls(
            items=items, answers=one.answers, agreed=one.agreed, share=one.share, kappa=one.kappa
        )
