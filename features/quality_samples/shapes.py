"""JSON of draws and of the work list: ids, the staff, words of ours."""

from datetime import date, datetime
from typing import Self

from pydantic import Field

from features.quality_forms.rules import Thing
from features.quality_samples.lifecycle import ItemState, ItemThing, WorkItem
from features.quality_samples.queries import KeptDraw
from features.quality_samples.rules import Reason
from features.quality_samples.sessions import Session
from web.shapes import CALL_ID, NOON, Id, Plain, Shape


class WorkItemShape(Shape):
    """One thing that is to be scored once."""

    id: int
    day: date = Field(description="That was drawn; of a live listening its week's first.")
    thing: ItemThing
    subject: Id = Field(
        description="A call's id, a ticket's number, an entry's id; empty: to be heard live."
    )
    call_id: Id | None = Field(examples=[CALL_ID])
    agent: Plain
    business: Plain
    reason: Reason
    signals: list[Plain] = Field(description="What its risk is made of.")
    risk: float
    turn: int = Field(description="2: the second, blind score of the same.")
    session_id: int | None
    state: ItemState
    inspector: Plain | None
    taken_at: datetime | None
    done_at: datetime | None
    made_at: datetime = Field(examples=[NOON])

    @classmethod
    def of(cls, item: WorkItem) -> Self:
        return cls.model_validate(item)


class DrawnKindShape(Shape):
    """How much of one kind of business was drawn."""

    thing: Thing
    business: Plain
    of: int
    drawn: int
    by_risk: int


class QuotasShape(Shape):
    """The settings of that day; shares are per cent."""

    share: float
    risk_share: float
    weekly: int
    double_share: float


class DrawShape(Shape):
    """The draw of one day."""

    day: date
    seed: Id = Field(description="With it and the same population the draw is the same again.")
    drawn_at: datetime = Field(examples=[NOON])
    drawn_by: Plain = Field(description="Empty: by itself.")
    digest: Id = Field(description="SHA-256 of the population.")
    quotas: QuotasShape
    kinds: list[DrawnKindShape]

    @classmethod
    def of(cls, one: KeptDraw) -> Self:
        return cls(
            day=one.day,
            seed=one.seed,
            drawn_at=one.drawn_at,
            drawn_by=one.drawn_by,
            digest=one.digest,
            quotas=QuotasShape.model_validate(dict(one.quotas)),
            kinds=[DrawnKindShape.model_validate(dict(each)) for each in one.kinds],
        )


class SessionShape(Shape):
    """A calibration."""

    id: int
    name: Plain
    call_id: Id = Field(examples=[CALL_ID])
    agent: Plain
    made_at: datetime = Field(examples=[NOON])
    made_by: Plain

    @classmethod
    def of(cls, one: Session) -> Self:
        return cls.model_validate(one)
