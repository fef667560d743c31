"""JSON of tickets and of their versions."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.ticket_clocks.lifecycle import Clock, ClockKind, ClockState
from features.ticket_life.orders import Order, OrderKind, OrderState
from features.tickets.history import Entry
from features.tickets.lifecycle import (
    ComplaintClass,
    Satisfaction,
    Ticket,
    TicketKind,
    TicketSource,
    TicketState,
)
from features.tickets.saves import TicketVersion
from web.shapes import (
    CALL_ID,
    NOON,
    Clean,
    CustomerName,
    CustomerNumber,
    Fields,
    Id,
    Paragraphs,
    Plain,
    Shape,
)


class TicketShape(Shape):
    """One matter of one customer."""

    number: Id = Field(examples=["20261121-00042"])
    kind: TicketKind
    business: Clean | None = Field(description="Business class of TKT-1.")
    nature: Clean | None = Field(description="Nature of TKT-1.")
    source: TicketSource
    state: TicketState
    call_id: Id | None = Field(examples=[CALL_ID])
    customer_number: CustomerNumber = Field(examples=["13812345678"])
    body: Paragraphs
    created_at: datetime = Field(examples=[NOON])
    due_at: datetime = Field(description="The customer has an answer by then (TKT-6, TKT-7).")
    handler: Plain | None = Field(description="Who keeps the matter (QUE-3).", examples=["1001"])
    customer_name: CustomerName = Field(examples=["张三"])
    answer: Paragraphs = Field(description="What the customer was told.")
    department: Clean = Field(description="Who it was dispatched to (TKT-3).")
    to_review: bool = Field(description="A junior dispatched it; a senior reviews it (TKT-3).")
    version: int = Field(description="One more with each save.", examples=[1])
    updated_at: datetime | None
    closed_at: datetime | None
    received_at: datetime | None = Field(description="When what is written came (TKT-10).")
    deadline: datetime | None = Field(description="The department is done by then (TKT-4).")
    urgent: bool = Field(description="加急 (TKT-4).")
    escalated_at: datetime | None = Field(description="With the manager hotline since (QUE-2).")
    complaint_class: ComplaintClass | None = Field(description="How soon (TKT-9).")
    closing: Plain = Field(description="Closing code: how it ended.", examples=["已解决"])
    cause: Paragraphs = Field(description="Of a fault (TKT-8).")
    handling: Paragraphs = Field(description="What was done (TKT-8).")
    restored_at: datetime | None = Field(description="The line works again since (TKT-8).")
    satisfaction: Satisfaction | None
    survey_tries: int = Field(description="How often the customer was not reached when asked.")
    next_due_at: datetime | None = Field(description="When the first of its clocks is due.")

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        return cls.model_validate(ticket)


class TicketVersionShape(Shape):
    """What a ticket said after one save; send `fields` again to undo what came later."""

    version: int
    at: datetime = Field(examples=[NOON])
    account_id: int | None
    token_id: int | None
    fields: Fields

    @classmethod
    def of(cls, version: TicketVersion) -> Self:
        return cls.model_validate(version)


class OrderShape(Shape):
    """One order of a ticket to a department."""

    number: Id = Field(examples=["20261121-00042-1"])
    kind: OrderKind
    state: OrderState
    department: Clean
    refers_to: Id | None = Field(description="The order that it changes or hurries.")
    deadline: datetime | None
    asked_until: datetime | None = Field(description="What the department asks for.")
    text: Paragraphs
    warning: Paragraphs = Field(description="Of a second dispatch (TKT-11).")
    written_at: datetime = Field(examples=[NOON])
    written_by: Plain
    reviewed_at: datetime | None
    reviewed_by: Plain
    sent_at: datetime | None

    @classmethod
    def of(cls, order: Order) -> Self:
        return cls.model_validate(order)


class EntryShape(Shape):
    """One thing that happened to a ticket; entries are never changed."""

    at: datetime = Field(examples=[NOON])
    version: int = Field(description="Of the ticket, afterwards.")
    what: Plain = Field(description="A verb, `opened`, or of a clock `warned`, `overdue`.")
    before: Plain
    after: Plain
    via: Plain = Field(description="`page`, `api`, `message`, `clock`, `phone`, `link` and more.")
    call_id: Id | None
    order_number: Id | None
    said: Fields
    number: Plain | None = Field(description="Account number of who did it.")
    label: Plain | None = Field(description="The program that did it.")

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls.model_validate(entry)


class ClockShape(Shape):
    """One clock of a ticket; times in seconds."""

    kind: ClockKind
    state: ClockState
    started_at: datetime = Field(examples=[NOON])
    limit_s: float
    used_s: float = Field(description="Used up by now.")
    working: bool = Field(description="Counts office hours only.")
    due_at: datetime | None = Field(description="null: it stands.")
    stopped_at: datetime | None = Field(description="When it was stopped or paused.")
    why: Plain = Field(description="By which verb.")
    times: int = Field(description="How often it has acted.")
    standing: Plain = Field(description="`runs`, `closed`, `paused`, `overdue` or `stopped`.")

    @classmethod
    def of(cls, clock: Clock, used_s: float, standing: str) -> Self:
        columns = {name: getattr(clock, name) for name in clock.__slots__}
        told = columns | {"used_s": used_s, "standing": standing}
        return cls.model_validate({name: told[name] for name in cls.model_fields})
