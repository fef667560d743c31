"""JSON of what is done with many tickets at once."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.ticket_bulks.rules import Bulk, Item, Outcome, Work
from web.list_shapes import Sentences, sentences
from web.shapes import NOON, Fields, Id, Shape


class BulkItemShape(Shape):
    """One ticket of it."""

    number: Id = Field(examples=["20261121-00042"])
    version: int = Field(description="Upon which it is done.")
    outcome: Outcome
    why: Sentences | None = Field(description="Why it was refused, in every language.")

    @classmethod
    def of(cls, item: Item) -> Self:
        why = sentences(item.why) if item.why else None
        return cls(number=item.number, version=item.version, outcome=item.outcome, why=why)


class BulkShape(Shape):
    """What one person does with many tickets."""

    id: int
    work: Work
    given: Fields
    begun_at: datetime = Field(examples=[NOON])
    waiting: int = Field(description="Still to be done: ask `go-on` until it is 0.")
    items: list[BulkItemShape]

    @classmethod
    def of(cls, bulk: Bulk) -> Self:
        return cls(
            id=bulk.id,
            work=bulk.work,
            given=dict(bulk.given),
            begun_at=bulk.begun_at,
            waiting=len(bulk.waiting),
            items=[BulkItemShape.of(one) for one in bulk.items],
        )
