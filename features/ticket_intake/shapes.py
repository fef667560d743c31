"""JSON of how a ticket came in."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.ticket_intake.lifecycle import Channel, Intake
from web.shapes import NOON, Clean, CustomerNumber, Id, Plain, Shape


class IntakeShape(Shape):
    """How a ticket came in, and by which channel its answer goes out (TKT-10)."""

    channel: Channel
    received_at: datetime = Field(examples=[NOON])
    entered_at: datetime
    type_in_by: datetime = Field(description="Until when it was to be typed in (TKT-10).")
    is_late: bool = Field(description="It was typed in later.")
    answer_by: Channel
    answer_to: CustomerNumber
    reference: Clean
    answered_at: datetime | None
    answered_by: Plain

    @classmethod
    def of(cls, intake: Intake) -> Self:
        return cls.model_validate(intake)


class TakenIn(Shape):
    """The ticket that was opened."""

    number: Id = Field(examples=["20261121-00042"])
