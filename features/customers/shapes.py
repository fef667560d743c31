"""The JSON of the desk's work: customers, callbacks, hand-overs, audit entries.

`docs/api.md` promises the names. Calls, recordings and tickets have shapes of their own.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from features.audit.log import NamedEntry, masked_subject
from features.callbacks.lifecycle import CallbackKind, CallbackState
from features.callbacks.queries import Callback
from features.customers.known import Customer, CustomerSort
from features.customers.merges import Merge
from features.handovers.queries import Handover
from web.shapes import (
    CALL_ID,
    NOON,
    Clean,
    CustomerName,
    CustomerNumber,
    Id,
    Paragraphs,
    Plain,
    Shape,
    Told,
    masking,
)

Subject = Annotated[str, masking(masked_subject), Told.TEXT]
"""What somebody looked at or changed: the id of a thing, a number, words."""


class CustomerNumberShape(Shape):
    """One number of a customer."""

    number: CustomerNumber = Field(examples=["13812345678"])
    label: Clean = Field(description="Which it is.", examples=["家里"])


class AddressShape(Shape):
    """One address of a customer."""

    label: Clean
    address: Clean


class LineShape(Shape):
    """One line that a customer has from the house."""

    name: Clean
    business: Clean = Field(description="Class of TKT-1.")
    address: Clean


class ContactShape(Shape):
    """A person who speaks for the customer."""

    name: CustomerName
    post: Clean
    number: CustomerNumber
    email: Clean


class CustomerShape(Shape):
    """What is known of one customer."""

    id: int
    number: CustomerNumber = Field(description="The main one.", examples=["13812345678"])
    name: CustomerName = Field(examples=["张三"])
    sort: CustomerSort = Field(description="All but `normal` go to a senior agent (QUE-1).")
    area: Clean = Field(description="Where the customer lives (CBK-5).", examples=["滨江花园"])
    note: Paragraphs
    first_agent: Plain | None = Field(description="Who was asked first (QUE-3).", examples=["1001"])
    numbers: list[CustomerNumberShape] = Field(description="All, the main one first.")
    addresses: list[AddressShape]
    lines: list[LineShape]
    contacts: list[ContactShape]
    version: int
    updated_at: datetime = Field(examples=[NOON])
    updated_by: Plain

    @classmethod
    def of(cls, customer: Customer) -> Self:
        return cls.model_validate(replace(customer, numbers=customer.own_numbers))


class MergeShape(Shape):
    """Two customers who were found to be one."""

    id: int
    kept_id: int
    gone_id: int
    at: datetime = Field(examples=[NOON])
    by: Plain
    until: datetime = Field(description="So long it can be undone.")
    undone_at: datetime | None
    undone_by: Plain | None

    @classmethod
    def of(cls, merge: Merge) -> Self:
        return cls.model_validate(merge)


class CallbackShape(Shape):
    """One call back that somebody was promised (CBK-1, SIL-4)."""

    id: int
    call_id: Id | None = Field(examples=[CALL_ID])
    ticket: Id | None = Field(examples=["20261121-00042"])
    number: CustomerNumber = Field(description="Whom to call.", examples=["13812345678"])
    kind: CallbackKind
    by: Plain | None = Field(description="Who promised; null: the system did.", examples=["1001"])
    made_at: datetime = Field(examples=[NOON])
    due_at: datetime
    state: CallbackState
    note: Paragraphs
    tries: int = Field(description="How often the customer's phone was rung.")
    asked: int = Field(description="How often an agent's phone was rung for it.")
    found: bool = Field(description="Somebody has the answer, and asked for the call.")
    next_at: datetime | None = Field(
        description="When an agent is rung next; null: not by itself, or just now."
    )
    completed_at: datetime | None

    @classmethod
    def of(cls, callback: Callback) -> Self:
        return cls.model_validate(callback)


class HandoverShape(Shape):
    """One shift's report to the next (RPT-4)."""

    id: int
    shift: Clean = Field(examples=["2026-11-22 早班"])
    written_at: datetime = Field(examples=[NOON])
    written_by: Plain = Field(examples=["1001"])
    equipment: Paragraphs
    problems: Paragraphs
    faults: Paragraphs
    staff: Paragraphs
    signed_at: datetime | None
    signed_by: Plain | None

    @classmethod
    def of(cls, handover: Handover) -> Self:
        return cls.model_validate(handover)


class AuditShape(Shape):
    """One access to customer data (SEC-1, QA-5)."""

    at: datetime = Field(examples=[NOON])
    number: Plain | None = Field(description="The account; null: a token.", examples=["1001"])
    name: Plain = Field(description="The person's name, or the token's label.")
    action: Plain = Field(examples=["recording.audio"])
    subject: Subject = Field(description="The thing's id.", examples=[CALL_ID])
    address: Plain = Field(description="Where from.", examples=["127.0.0.1"])
    detail: Clean
    why: Clean = Field(description="In the words of who did it.")

    @classmethod
    def of(cls, seen: NamedEntry) -> Self:
        return cls(
            number=seen.number,
            name=seen.name,
            **{name: getattr(seen.entry, name) for name in cls.model_fields if name not in _WHO},
        )


_WHO = frozenset({"number", "name"})
