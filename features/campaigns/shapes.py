"""JSON of campaigns: a campaign, its contacts, its results."""

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from callflow.rules.questions import Kind, Result
from features.campaigns.contact import ContactState
from features.campaigns.contacts import ContactView
from features.campaigns.lifecycle import CampaignState, Mode
from features.campaigns.progress import Seen
from features.campaigns.results import Came
from features.campaigns.wording import asked
from web.shapes import NOON, Clean, CustomerName, CustomerNumber, Plain, Shape


class QuestionShape(Shape):
    """One thing that is said, and the keys that answer it."""

    name: Plain
    keys: Plain
    prompt: Plain = Field(description="One of ours, or empty: the texts are spoken.")
    zh: Plain
    en: Plain


class OverlapShape(Shape):
    """A running campaign that would call some of the same people."""

    campaign_id: int
    name: Clean
    count: int = Field(description="How many.")


class CampaignShape(Shape):
    """One campaign, and how far it is (CBK-3)."""

    id: int
    name: Clean
    kind: Kind
    mode: Mode
    state: CampaignState
    questions: list[QuestionShape]
    zone: Plain
    opens: Plain = Field(examples=["09:00"])
    closes: Plain = Field(examples=["20:00"])
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
    made_by: Plain | None = Field(description="Account number; null: a program.")
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

    overlaps: list[OverlapShape] = Field(
        description="Running campaigns that would call some of the same people; of one campaign."
    )
    unknown_year: int | None = Field(
        description="Whose weekends that are worked in exchange for holidays are not known yet."
    )

    @classmethod
    def of(cls, seen: Seen) -> Self:
        known, progress = seen.known, seen.progress
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
            ends_at=seen.ends_at,
            overlaps=[OverlapShape.model_validate(each) for each in seen.overlaps],
            unknown_year=seen.unknown_year,
        )


class ResultShape(Shape):
    """One person of a campaign, and what came of it."""

    position: int = Field(description="The line in the list.")
    number: CustomerNumber
    name: CustomerName
    language: Plain
    zone: Plain
    ticket: Plain = Field(description="The ticket's number, or empty.")
    extra: dict[str, Clean]
    state: ContactState
    result: Result
    answers: dict[str, Clean] = Field(description="Keys pressed, by the question's name.")
    tries: int
    next_at: datetime | None
    ended_at: datetime | None
    call_id: Plain | None = Field(description="The last call, and its recording's call.")

    @classmethod
    def of(cls, row: ContactView, *, ticket: str, call_id: str | None) -> Self:
        """Return a row."""
        person, contact = row.person, row.contact
        return cls(
            position=person.position,
            number=person.number,
            name=person.name,
            language=person.language,
            zone=person.zone,
            ticket=ticket,
            extra=dict(person.extra),
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
    questions: dict[str, Plain] = Field(description="What was asked, by the question's name.")
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
