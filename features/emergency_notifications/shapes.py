"""The JSON of emergency notifications (CBK-5): incidents, households, who was told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from features.emergency_notifications.choosing import Choice
from features.emergency_notifications.household_list import BadLine, Wrong
from features.emergency_notifications.households import HouseholdView
from features.emergency_notifications.lifecycle import HouseholdState
from features.emergency_notifications.queries import Counts, Incident, Stage, Voice
from imports.faults import InRow
from web.list_shapes import RemarkShape, Sentences, sentences
from web.shapes import NOON, Clean, CustomerName, CustomerNumber, Paragraphs, Plain, Shape


class IncidentShape(Shape):
    """One incident, and how its notification stands."""

    id: int
    what: Clean = Field(examples=["燃气泄漏"])
    place: Clean = Field(examples=["滨江花园1栋"])
    happened_at: datetime = Field(examples=[NOON])
    reporter: Clean
    details: Paragraphs
    language: Plain = Field(examples=["zh"])
    message: Paragraphs = Field(description="The words that are spoken.")
    take: int = Field(description="Which making of the message counts; a change says upon which.")
    recorded: bool = Field(description="The message is a recording, not the words spoken by us.")
    voice: Voice = Field(description="Nobody can be rung before it is `ready`.")
    stage: Stage
    made_at: datetime
    made_by: Plain = Field(description="Account number, or a token's label.")
    started_at: datetime | None
    started_by: Plain
    stopped_at: datetime | None
    stopped_by: Plain
    closed_at: datetime | None = Field(description="When nobody was left to ring.")
    households: dict[HouseholdState, int] = Field(description="How many are in each state.")

    @classmethod
    def made_of(cls, incident: Incident, told: Counts) -> Self:
        report = incident.report
        of_report = ("what", "place", "happened_at", "reporter", "details", "language", "message")
        own = ("id", "take", "recorded", "voice", "stage", "made_at", "made_by", "started_at")
        more = ("started_by", "stopped_at", "stopped_by", "closed_at")
        columns = {name: getattr(report, name) for name in of_report}
        columns |= {name: getattr(incident, name) for name in (*own, *more)}
        return cls(**columns, households=told.states)


class HouseholdShape(Shape):
    """One household of a notification."""

    id: int
    name: CustomerName
    area: Clean
    numbers: list[CustomerNumber] = Field(description="In the order in which they are rung.")
    state: HouseholdState
    tries: int = Field(description="How often a number was rung.")
    reason: Clean = Field(description="How the last attempt ended; of who was not told, why not.")
    told_at: datetime | None
    told_on: CustomerNumber = Field(description="The number on which somebody acknowledged.")
    door_by: Clean = Field(description="Who of the staff told them at the door.")

    @classmethod
    def of(cls, row: HouseholdView) -> Self:
        household = row.household
        names = ("state", "tries", "reason", "told_at", "told_on")
        return cls(
            id=row.id,
            name=row.name,
            area=row.area,
            door_by=row.door_by,
            numbers=list(household.numbers),
            **{name: getattr(household, name) for name in names},
        )


class BadLineShape(BaseModel):
    """One line of a list that cannot be taken."""

    line: int
    wrong: Wrong
    about: Clean = Field(description="The part that is wrong, like a number.")
    why: InRow | None = Field(description="Of a number: what is wrong with it.")
    cell: Plain = Field(description="As a spreadsheet names it; empty: the whole line.")
    said: Sentences

    @classmethod
    def of(cls, bad: BadLine) -> Self:
        return cls(
            line=bad.line,
            wrong=bad.wrong,
            about=bad.about,
            why=bad.why,
            cell=bad.cell,
            said=_said(bad),
        )


def _said(bad: BadLine) -> Sentences:
    sentence = sentences(f"emergency.line_{bad.wrong}", line=bad.line, about=bad.about)
    if bad.why is None:
        return sentence
    why = sentences(f"sheet.row_{bad.why}")
    return {language: f"{text} {why[language]}" for language, text in sentence.items()}


class ChoiceShape(BaseModel):
    """What came of choosing."""

    added: int
    already: int = Field(description="How many were chosen before.")
    bad: list[BadLineShape] = Field(
        description="Lines that cannot be taken; without `without_bad` none is taken then."
    )
    remarks: list[RemarkShape] = Field(
        description="Of a file: what nobody sees in it and is not taken, what was guessed."
    )

    @classmethod
    def of(cls, choice: Choice) -> Self:
        return cls(
            added=choice.added,
            already=choice.already,
            bad=_bad(choice.bad),
            remarks=[RemarkShape.of(each) for each in choice.said],
        )


def _bad(lines: Sequence[BadLine]) -> list[BadLineShape]:
    return [BadLineShape.of(each) for each in lines]
