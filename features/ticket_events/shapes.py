"""JSON of events, as the feed gives them and as webhooks carry them."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.event_feed.feed import Event
from features.event_feed.kinds import About
from features.tickets.lifecycle import TicketKind
from web.shapes import NOON, CustomerNumber, Fields, Id, Plain, Shape


class EventShape(Shape):
    """One thing that happened to a ticket, a customer or a callback."""

    place: int = Field(description="Where it stands in the feed.", examples=[1042])
    id: Id = Field(description="The same whenever it is read or delivered.")
    kind: Plain = Field(
        description="Of a ticket `opened`, `changed`, a verb, or of a clock `warned`, `overdue`; "
        "of others `customer_made`, `callback_kept` and so on."
    )
    at: datetime = Field(examples=[NOON])
    about: About
    ticket: Id | None = Field(
        description="The ticket's number; of a callback the ticket that it is about.",
        examples=["20261121-00042"],
    )
    ticket_kind: TicketKind | None
    customer: int | None = Field(description="The customer's id.")
    callback: int | None = Field(description="The callback's id.")
    customer_number: CustomerNumber | None = Field(
        description="Of a customer or a callback, as it is now; null: it is erased, or merged."
    )
    due_at: datetime | None = Field(description="Of a callback, as it is now.")
    version: int = Field(description="Of the ticket or the customer, afterwards.")
    before: Plain = Field(description="Where the ticket or the callback was; empty: nowhere yet.")
    after: Plain
    via: Plain = Field(
        description="Of a ticket `page`, `api`, `call`, `message` or `clock`; else empty."
    )
    call_id: Id | None
    order_number: Id | None
    said: Fields = Field(
        description="What was typed; of `changed` the names of the `fields`; of a customer `by`, "
        "`into` (the id of the one that it is part of now), of a list `made` and `changed`."
    )
    number: Plain | None = Field(description="Account number of who did it.")
    label: Plain | None = Field(description="The program that did it.")

    @classmethod
    def of(cls, event: Event) -> Self:
        return cls.model_validate(event)


class EventsShape(Shape):
    """Some events, oldest first."""

    items: list[EventShape]
    next: int = Field(description="Give it back as `after` to get what comes behind these.")
