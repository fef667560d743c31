"""JSON of what tickets are sorted by."""

from datetime import date, datetime
from typing import Self

from pydantic import Field

from features.ticket_classes.queries import Sort, TicketClass
from web.shapes import NOON, Plain, PlainParagraphs, Shape


class TicketClassShape(Shape):
    """One class."""

    id: int
    sort: Sort
    name: Plain = Field(description="As tickets keep it.", examples=["数据通信"])
    english: Plain
    text: PlainParagraphs = Field(description="What it means; of an e-mail its words.")
    use: Plain = Field(
        description="Of an e-mail: `received`, `answered`, `dispatched`, `chased`; empty: nowhere."
    )
    begins_on: date | None = Field(description="It can be chosen from this day on.")
    retired: bool = Field(description="It cannot be chosen any more.")
    place: int
    version: int
    updated_at: datetime = Field(examples=[NOON])
    updated_by: Plain

    @classmethod
    def of(cls, one: TicketClass) -> Self:
        return cls.model_validate(one)
