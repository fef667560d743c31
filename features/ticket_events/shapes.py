"""JSON of events, as the feed gives them and as webhooks carry them."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.tickets.feed import Event
from features.tickets.lifecycle import TicketKind
from web.shapes import NOON, Fields, Id, Plain, Shape


class EventShape(Shape):
    """One thing that happened to a ticket."""

    place: int = Field(description="Where it stands in the feed.", examples=[1042])
    id: Id = Field(description="The same whenever it is read or delivered.")
    kind: Plain = Field(
        description="`opened`, `changed`, a verb, or of a clock `warned`, `overdue`."
    )
    at: datetime = Field(examples=[NOON])
    ticket: Id = Field(description="The ticket's number.", examples=["20261121-00042"])
    ticket_kind: TicketKind
    version: int = Field(description="Of the ticket, afterwards.")
    before: Plain = Field(description="Where the ticket was; empty: nowhere yet.")
    after: Plain
    via: Plain = Field(description="`page`, `api`, `call`, `message` or `clock`.")
    call_id: Id | None
    order_number: Id | None
    said: Fields = Field(description="What was typed; of `changed` the names of the `fields`.")
    number: Plain | None = Field(description="Account number of who did it.")
    label: Plain | None = Field(description="The program that did it.")

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls.model_validate(event)


class EventsShape(Shape):
    """Some events, oldest first."""

    items: list[EventShape]
    next: int = Field(description="Give it back as `after` to get what comes behind these.")
