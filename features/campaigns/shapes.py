"""Owns the JSON of batches: a list that was read, a batch, its people, the do-not-call list."""

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from callflow.rules.questions import Kind, Question, Result
from features.calls.shapes import NOON, Clean, Shape
from features.campaigns.contact import JobState
from features.campaigns.contacts import Shown
from features.campaigns.lifecycle import BatchState, Mode
from features.campaigns.lists import List
from features.campaigns.queries import Known, Progress
from features.campaigns.results import Came
from features.campaigns.talks import BatchTalk
from features.campaigns.wording import asked, meant
from features.do_not_call.queries import Entry
from imports.faults import InRow
from phone_numbers.masking import masked_name, masked_number, masked_text

MOST_TOLD = 2000
"""Faults, and numbers that stand twice, that one answer holds; the counts are of all."""


class FaultShape(Shape):
    """What is wrong with one row; it is not called."""

    line: int = Field(description="As a spreadsheet counts, from 1.", examples=[17])
    why: InRow
    given: Clean = Field(description="What stood there.", examples=["1381234567"])


class TwiceShape(Shape):
    """A number that stands in the list again; the first one is called."""

    line: int
    first: int
    number: Clean


class ListShape(Shape):
    """A list that was read; nobody is called before it is a batch."""

    id: str
    name: Clean
    rows: int = Field(description="Rows with something in them, the header not counted.")
    callable: int = Field(description="People whom a batch of this list would call.")
    columns: list[Clean] = Field(description="Columns that are kept with each person.")
    fault_count: int
    faults: list[FaultShape] = Field(description=f"The first {MOST_TOLD}.")
    twice_count: int
    twice: list[TwiceShape] = Field(description=f"The first {MOST_TOLD}.")
    do_not_call: list[TwiceShape] = Field(
        description="Rows whose number is on the do-not-call list; `first` is the same line."
    )

    @classmethod
    def of(cls, read: List) -> Self:
        found = read.reading
        return cls(
            id=read.id,
            name=read.name,
            rows=found.rows,
            callable=len(read.people),
            columns=list(found.columns),
            fault_count=len(found.faults),
            faults=[FaultShape.model_validate(each) for each in found.faults[:MOST_TOLD]],
            twice_count=len(found.twice),
            twice=[TwiceShape.model_validate(each) for each in found.twice[:MOST_TOLD]],
            do_not_call=[
                TwiceShape(line=one.line, first=one.line, number=one.number)
                for one in read.refusing[:MOST_TOLD]
            ],
        )


class QuestionShape(Shape):
    """One thing that is said, and the keys that answer it."""

    name: Clean
    keys: Clean
    prompt: Clean = Field(description="One of ours, or empty: the texts are spoken.")
    zh: Clean
    en: Clean


class BatchShape(Shape):
    """One batch, and how far it is (CBK-3)."""

    id: int
    name: Clean
    kind: Kind
    mode: Mode
    state: BatchState
    questions: list[QuestionShape]
    zone: Clean
    opens: Clean = Field(examples=["09:00"])
    closes: Clean = Field(examples=["20:00"])
    on_weekends: bool
    on_holidays: bool
    lines: int
    calls_per_second: float
    preview_for: int = Field(
        description="Seconds for which an agent sees whom to call before the phone rings."
    )
    max_attempts: int
    spacing: dict[Result, float] = Field(
        description="Seconds until the next attempt, by result; what is not there is the last."
    )
    made_at: datetime = Field(examples=[NOON])
    made_by: Clean | None = Field(description="Account number; null: a program.")
    started_at: datetime | None
    ended_at: datetime | None
    copied_from: int | None
    people: int
    over: int = Field(description="How many we are done with.")
    reached: int = Field(description="How many of them talked to us.")
    calling: int
    results: dict[Result, int] = Field(description="By the last known result.")
    ends_at: datetime | None = Field(
        description="When it will be done, as far as anybody can tell; null: nobody can."
    )

    @classmethod
    def of(cls, known: Known, progress: Progress, ends_at: datetime | None) -> Self:
        batch = known.batch
        plain = ("name", "kind", "mode", "zone", "on_weekends", "on_holidays", "lines")
        more = ("calls_per_second", "max_attempts", "preview_for")
        own = ("id", "state", "made_at", "made_by", "started_at", "ended_at", "copied_from")
        columns: dict[str, Any] = {name: getattr(batch, name) for name in (*plain, *more)}
        columns |= {name: getattr(known, name) for name in own}
        return cls(
            **columns,
            questions=[QuestionShape.model_validate(each) for each in batch.questions],
            opens=f"{batch.opens:%H:%M}",
            closes=f"{batch.closes:%H:%M}",
            spacing=dict(batch.spacing),
            people=progress.total,
            over=progress.over,
            reached=progress.reached,
            calling=progress.calling,
            results=dict(progress.results),
            ends_at=ends_at,
        )


class ResultShape(Shape):
    """One person of a batch, and what came of it."""

    position: int = Field(description="The line in the list.")
    number: Clean
    name: Clean
    language: Clean
    zone: Clean
    ticket: Clean = Field(description="The ticket's number, or empty.")
    extra: dict[str, Clean]
    state: JobState
    result: Result
    answers: dict[str, Clean] = Field(description="Keys pressed, by the question's name.")
    tries: int
    next_at: datetime | None
    ended_at: datetime | None
    call_id: Clean | None = Field(description="The last call, and its recording's call.")

    @classmethod
    def of(cls, row: Shown, *, ticket: str, call_id: str | None, whole: bool) -> Self:
        """Return a row; `whole`: numbers and names are not masked (SEC-2)."""
        person, job = row.person, row.job
        return cls(
            position=person.position,
            number=person.number if whole else masked_number(person.number),
            name=person.name if whole else masked_name(person.name),
            language=person.language,
            zone=person.zone,
            ticket=ticket,
            extra={key: text if whole else masked_text(text) for key, text in person.extra.items()},
            state=job.state,
            result=job.result,
            answers=dict(job.answers),
            tries=job.tries,
            next_at=job.next_at,
            ended_at=job.ended_at,
            call_id=call_id,
        )


class CameShape(Shape):
    """What came of one customer, or one ticket, in one batch."""

    batch_id: int
    batch: Clean
    kind: Kind
    state: JobState
    result: Result
    answers: dict[str, Clean]
    questions: dict[str, Clean] = Field(description="What was asked, by the question's name.")
    tries: int
    ended_at: datetime | None

    @classmethod
    def of(cls, came: Came) -> Self:
        names = ("batch_id", "batch", "kind", "state", "result", "tries", "ended_at")
        columns: dict[str, Any] = {name: getattr(came, name) for name in names}
        return cls(
            **columns,
            answers=dict(came.answers),
            questions={each.name: asked(each, "zh") for each in came.questions},
        )


class KeyShape(Shape):
    """One key that answers a question."""

    key: Clean
    means: Clean = Field(examples=["5 非常满意"])


class AskedShape(Shape):
    """One question that an agent asks."""

    name: Clean
    asks: Clean
    keys: list[KeyShape]


class TalkShape(Shape):
    """An agent's talk with a person of a batch: whom, what to ask, what came of it."""

    call_id: str
    batch_id: int
    batch: Clean = Field(description="The batch's name: why we call.")
    kind: Kind
    number: Clean
    name: Clean
    language: Clean = Field(description="In which the person is talked to.")
    extra: dict[str, Clean] = Field(description="Other columns of the list.")
    questions: list[AskedShape]
    state: JobState
    result: Result
    answers: dict[str, Clean] = Field(description="Keys, by the question's name.")

    @classmethod
    def of(cls, talk: BatchTalk, *, language: str, whole: bool) -> Self:
        """Return a talk in a language; `whole`: numbers and names are not masked (SEC-2)."""
        person, job, batch = talk.shown.person, talk.shown.job, talk.batch
        return cls(
            call_id=talk.call_id,
            batch_id=talk.shown.batch_id,
            batch=batch.name,
            kind=batch.kind,
            number=person.number if whole else masked_number(person.number),
            name=person.name if whole else masked_name(person.name),
            language=person.language,
            extra={key: text if whole else masked_text(text) for key, text in person.extra.items()},
            questions=[_asked(each, language) for each in batch.questions],
            state=job.state,
            result=job.result,
            answers=dict(job.answers),
        )


def _asked(question: Question, language: str) -> AskedShape:
    keys = [KeyShape(key=key, means=meant(question, key, language)) for key in question.keys]
    return AskedShape(name=question.name, asks=asked(question, language), keys=keys)


class DoNotCallShape(Shape):
    """A number that no batch rings."""

    number: Clean
    why: Clean
    since: datetime
    by: Clean = Field(description="Account number, a token's label, or `telephone`.")

    @classmethod
    def of(cls, entry: Entry, *, whole: bool) -> Self:
        number = entry.number if whole else masked_number(entry.number)
        return cls(number=number, why=entry.why, since=entry.since, by=entry.by)
