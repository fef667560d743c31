"""The JSON of campaigns: a list that was read, a campaign, its people, the do-not-call
list.
"""

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from callflow.rules.questions import Kind, Question, Result
from features.calls.shapes import NOON, Clean, Shape
from features.campaigns.contact import ContactState
from features.campaigns.contacts import ContactView
from features.campaigns.lifecycle import CampaignState, Mode
from features.campaigns.lists import List
from features.campaigns.queries import Progress, SavedCampaign
from features.campaigns.results import Came
from features.campaigns.talks import CampaignTalk
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
    """A list that was read; nobody is called before it is a campaign."""

    id: str
    name: Clean
    rows: int = Field(description="Rows with something in them, the header not counted.")
    callable: int = Field(description="People whom a campaign of this list would call.")
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


class CampaignShape(Shape):
    """One campaign, and how far it is (CBK-3)."""

    id: int
    name: Clean
    kind: Kind
    mode: Mode
    state: CampaignState
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
    def of(cls, known: SavedCampaign, progress: Progress, ends_at: datetime | None) -> Self:
        campaign = known.campaign
        plain = ("name", "kind", "mode", "zone", "on_weekends", "on_holidays", "lines")
        more = ("calls_per_second", "max_attempts", "preview_for")
        own = ("id", "state", "made_at", "made_by", "started_at", "ended_at", "copied_from")
        columns: dict[str, Any] = {name: getattr(campaign, name) for name in (*plain, *more)}
        columns |= {name: getattr(known, name) for name in own}
        return cls(
            **columns,
            questions=[QuestionShape.model_validate(each) for each in campaign.questions],
            opens=f"{campaign.opens:%H:%M}",
            closes=f"{campaign.closes:%H:%M}",
            spacing=dict(campaign.spacing),
            people=progress.total,
            over=progress.over,
            reached=progress.reached,
            calling=progress.calling,
            results=dict(progress.results),
            ends_at=ends_at,
        )


class ResultShape(Shape):
    """One person of a campaign, and what came of it."""

    position: int = Field(description="The line in the list.")
    number: Clean
    name: Clean
    language: Clean
    zone: Clean
    ticket: Clean = Field(description="The ticket's number, or empty.")
    extra: dict[str, Clean]
    state: ContactState
    result: Result
    answers: dict[str, Clean] = Field(description="Keys pressed, by the question's name.")
    tries: int
    next_at: datetime | None
    ended_at: datetime | None
    call_id: Clean | None = Field(description="The last call, and its recording's call.")

    @classmethod
    def of(cls, row: ContactView, *, ticket: str, call_id: str | None, whole: bool) -> Self:
        """Return a row; `whole`: numbers and names are not masked (SEC-2)."""
        person, contact = row.person, row.contact
        return cls(
            position=person.position,
            number=person.number if whole else masked_number(person.number),
            name=person.name if whole else masked_name(person.name),
            language=person.language,
            zone=person.zone,
            ticket=ticket,
            extra={key: text if whole else masked_text(text) for key, text in person.extra.items()},
            state=contact.state,
            result=contact.result,
            answers=dict(contact.answers),
            tries=contact.tries,
            next_at=contact.next_at,
            ended_at=contact.ended_at,
            call_id=call_id,
        )


class CameShape(Shape):
    """What came of one customer, or one ticket, in one campaign."""

    campaign_id: int
    campaign: Clean
    kind: Kind
    state: ContactState
    result: Result
    answers: dict[str, Clean]
    questions: dict[str, Clean] = Field(description="What was asked, by the question's name.")
    tries: int
    ended_at: datetime | None

    @classmethod
    def of(cls, came: Came) -> Self:
        names = ("campaign_id", "campaign", "kind", "state", "result", "tries", "ended_at")
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
    """An agent's talk with a person of a campaign: whom, what to ask, what came of it."""

    call_id: str
    campaign_id: int
    campaign: Clean = Field(description="The campaign's name: why we call.")
    kind: Kind
    number: Clean
    name: Clean
    language: Clean = Field(description="In which the person is talked to.")
    extra: dict[str, Clean] = Field(description="Other columns of the list.")
    questions: list[AskedShape]
    state: ContactState
    result: Result
    answers: dict[str, Clean] = Field(description="Keys, by the question's name.")

    @classmethod
    def of(cls, talk: CampaignTalk, *, language: str, whole: bool) -> Self:
        """Return a talk in a language; `whole`: numbers and names are not masked (SEC-2)."""
        person, contact, campaign = talk.shown.person, talk.shown.contact, talk.campaign
        return cls(
            call_id=talk.call_id,
            campaign_id=talk.shown.campaign_id,
            campaign=campaign.name,
            kind=campaign.kind,
            number=person.number if whole else masked_number(person.number),
            name=person.name if whole else masked_name(person.name),
            language=person.language,
            extra={key: text if whole else masked_text(text) for key, text in person.extra.items()},
            questions=[_asked(each, language) for each in campaign.questions],
            state=contact.state,
            result=contact.result,
            answers=dict(contact.answers),
        )


def _asked(question: Question, language: str) -> AskedShape:
    keys = [KeyShape(key=key, means=meant(question, key, language)) for key in question.keys]
    return AskedShape(name=question.name, asks=asked(question, language), keys=keys)


class DoNotCallShape(Shape):
    """A number that no campaign rings."""

    number: Clean
    why: Clean
    since: datetime
    by: Clean = Field(description="Account number, a token's label, or `telephone`.")

    @classmethod
    def of(cls, entry: Entry, *, whole: bool) -> Self:
        number = entry.number if whole else masked_number(entry.number)
        return cls(number=number, why=entry.why, since=entry.since, by=entry.by)
