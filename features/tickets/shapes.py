"""JSON of tickets and of their versions."""

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from features.tickets.lifecycle import Ticket, TicketKind, TicketSource, TicketState
from features.tickets.saves import TicketVersion
from phone_numbers.masking import masked_name, masked_number, masked_text
from web.shapes import CALL_ID, NOON, Clean, Paragraphs, Shape


class TicketShape(Shape):
    """One matter of one customer."""

    number: str = Field(examples=["20261121-00042"])
    kind: TicketKind
    business: Clean | None = Field(description="Business class of TKT-1.")
    nature: Clean | None = Field(description="Nature of TKT-1.")
    source: TicketSource
    state: TicketState
    call_id: str | None = Field(examples=[CALL_ID])
    customer_number: Clean = Field(examples=["13812345678"])
    body: Paragraphs
    created_at: datetime = Field(examples=[NOON])
    due_at: datetime = Field(description="The customer has an answer by then (TKT-6, TKT-7).")
    handler: Clean | None = Field(description="Who keeps the matter (QUE-3).", examples=["1001"])
    customer_name: Clean = Field(examples=["张三"])
    answer: Paragraphs = Field(description="What the customer was told.")
    department: Clean = Field(description="Who it was dispatched to (TKT-3).")
    to_review: bool = Field(description="A junior dispatched it; a senior reviews it (TKT-3).")
    version: int = Field(description="One more with each save.", examples=[1])
    updated_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        return cls.model_validate(ticket)

    def masked(self) -> Self:
        """Return the ticket without the customer's whole number."""
        return self.model_copy(
            update={
                "customer_number": masked_number(self.customer_number),
                "customer_name": masked_name(self.customer_name),
                "body": masked_text(self.body),
                "answer": masked_text(self.answer),
            }
        )


class TicketVersionShape(Shape):
    """What a ticket said after one save; send `fields` again to undo what came later."""

    version: int
    at: datetime = Field(examples=[NOON])
    account_id: int | None
    token_id: int | None
    fields: dict[str, Any]

    @classmethod
    def of(cls, version: TicketVersion) -> Self:
        return cls.model_validate(version)
