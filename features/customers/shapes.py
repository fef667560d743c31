"""The JSON of the desk's work: customers, knowledge, callbacks, hand-overs, audit entries.

`docs/api.md` promises the names. Calls, recordings and tickets have shapes of their own.
"""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.audit.log import NamedEntry, is_of_number
from features.callbacks.lifecycle import CallbackKind, CallbackState
from features.callbacks.queries import Callback
from features.customers.queries import Customer, CustomerSort
from features.handovers.queries import Handover
from features.knowledge.queries import Entry
from permissions.roles import Role, sees_numbers
from phone_numbers.masking import masked_text
from web.shapes import CALL_ID, NOON, Clean, Paragraphs, Shape


class CustomerShape(Shape):
    """What is known of one customer."""

    number: Clean = Field(examples=["13812345678"])
    name: Clean = Field(examples=["张三"])
    sort: CustomerSort = Field(description="All but `normal` go to a senior agent (QUE-1).")
    area: Clean = Field(description="Where the customer lives (CBK-5).", examples=["滨江花园"])
    note: Paragraphs
    first_agent: Clean | None = Field(description="Who was asked first (QUE-3).", examples=["1001"])
    updated_at: datetime = Field(examples=[NOON])
    updated_by: Clean

    @classmethod
    def of(cls, customer: Customer) -> Self:
        return cls.model_validate(customer)


class EntryShape(Shape):
    """One answer of the knowledge base (TKT-15)."""

    id: int
    title: Clean
    body: Paragraphs
    business: Clean | None = Field(description="Business class of TKT-1; null: all.")
    keywords: Clean
    published_at: datetime | None = Field(description="Null: a draft.")
    updated_at: datetime = Field(examples=[NOON])
    updated_by: Clean

    @classmethod
    def of(cls, entry: Entry) -> Self:
        return cls.model_validate(entry)


class CallbackShape(Shape):
    """One call back that somebody was promised (CBK-1, SIL-4)."""

    id: int
    call_id: str | None = Field(examples=[CALL_ID])
    ticket: str | None = Field(examples=["20261121-00042"])
    number: Clean = Field(description="Whom to call.", examples=["13812345678"])
    kind: CallbackKind
    by: Clean | None = Field(description="Who promised; null: the system did.", examples=["1001"])
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
    written_by: Clean = Field(examples=["1001"])
    equipment: Paragraphs
    problems: Paragraphs
    faults: Paragraphs
    staff: Paragraphs
    signed_at: datetime | None
    signed_by: Clean | None

    @classmethod
    def of(cls, handover: Handover) -> Self:
        return cls.model_validate(handover)

    def masked(self) -> Self:
        """Return the report without anybody's whole number."""
        written = ("equipment", "problems", "faults", "staff")
        return self.model_copy(update={each: masked_text(getattr(self, each)) for each in written})


class AuditShape(Shape):
    """One access to customer data (SEC-1, QA-5)."""

    at: datetime = Field(examples=[NOON])
    number: Clean | None = Field(description="The account; null: a token.", examples=["1001"])
    name: Clean = Field(description="The person's name, or the token's label.")
    action: Clean = Field(examples=["recording.audio"])
    subject: Clean = Field(description="The thing's id.", examples=[CALL_ID])
    address: Clean = Field(description="Where from.", examples=["127.0.0.1"])
    detail: Clean
    why: Clean = Field(description="In the words of who did it.")

    @classmethod
    def of(cls, seen: NamedEntry, role: Role) -> Self:
        """Return the entry as `role` may see it: a customer's id is a number (SEC-2)."""
        shown = cls(
            number=seen.number,
            name=seen.name,
            **{name: getattr(seen.entry, name) for name in cls.model_fields if name not in _WHO},
        )
        if sees_numbers(role) or not is_of_number(shown.action, shown.subject):
            return shown
        return shown.model_copy(update={"subject": masked_text(shown.subject)})


_WHO = frozenset({"number", "name"})
