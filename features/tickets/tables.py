"""Tables of tickets, their versions, orders and history (TKT-1, TKT-3, TKT-6)."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime, Uuid
from db.terms import Terms


def _one_a_call(name: str, which: str) -> Index:
    return Index(
        name, "call_id", unique=True, sqlite_where=text(which), postgresql_where=text(which)
    )


def _of_some(name: str, column: str, which: str) -> Index:
    """Return an index of the few rows that are asked for by what they have in common."""
    return Index(name, column, sqlite_where=text(which), postgresql_where=text(which))


class TicketRow(Base):
    """One matter of one customer; a call gives at most one, its message at most one more."""

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    number: Mapped[str | None] = mapped_column(String(24), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    business: Mapped[str | None] = mapped_column(String(40))
    nature: Mapped[str | None] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    call_id: Mapped[str | None] = mapped_column(Uuid, ForeignKey("calls.id"))
    customer_number: Mapped[str] = mapped_column(String(80))
    customer_identity: Mapped[str] = mapped_column(String(80), server_default="")
    """What the number is known by: that of the call."""
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handler: Mapped[str | None] = mapped_column(String(8))
    customer_name: Mapped[str] = mapped_column(String(80))
    answer: Mapped[str] = mapped_column(Text)
    department: Mapped[str] = mapped_column(String(80))
    to_review: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deadline: Mapped[datetime | None] = mapped_column(UtcDateTime)
    urgent: Mapped[bool] = mapped_column(Boolean, server_default=false())
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resumes: Mapped[str | None] = mapped_column(String(16))
    complaint_class: Mapped[str | None] = mapped_column(String(16))
    closing: Mapped[str] = mapped_column(String(40), server_default="")
    """The closing code, as it was named when the ticket was closed."""
    cause: Mapped[str] = mapped_column(Text, server_default="")
    handling: Mapped[str] = mapped_column(Text, server_default="")
    restored_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    satisfaction: Mapped[str | None] = mapped_column(String(16))
    survey_tries: Mapped[int] = mapped_column(Integer, server_default="0")
    next_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        _one_a_call("uq_tickets_message_of_call", "source = 'message'"),
        _one_a_call("uq_tickets_of_call", "source = 'call'"),
        Index(None, "call_id"),
        Index(None, "created_at", "id"),
        Index(None, "state", "due_at"),
        Index(None, "customer_identity", "created_at"),
        Index(None, "handler", "created_at"),
        Index(None, "department", "created_at"),
        Index(None, "state", "created_at"),
        Index(None, "handler", "state", "next_due_at"),
        Index(None, "department", "state", "next_due_at"),
        _of_some("ix_tickets_next_due_at", "next_due_at", "next_due_at IS NOT NULL"),
        _of_some("ix_tickets_urgent", "created_at", "urgent"),
        _of_some("ix_tickets_escalated", "escalated_at", "escalated_at IS NOT NULL"),
        _of_some("ix_tickets_to_review", "created_at", "to_review"),
    )


class TicketTermsRow(Base):
    """What a ticket is found by (`terms.py`): numbers, made of the row and of nothing else."""

    __tablename__ = "ticket_terms"

    ticket_id: Mapped[int] = mapped_column(
        RowNumber,
        ForeignKey("tickets.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    terms: Mapped[list[int]] = mapped_column(Terms)


class TicketVersionRow(Base):
    """What a ticket said after one save, append-only: any save can be undone."""

    __tablename__ = "ticket_versions"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("tickets.id"))
    version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    token_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("api_tokens.id"))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("ticket_id", "version"),)


class TicketOrderRow(Base):
    """An order that a ticket has written (派单, 追单, 退单, 催单, 二次派单)."""

    __tablename__ = "ticket_orders"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("tickets.id"))
    number: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    department: Mapped[str] = mapped_column(String(80))
    refers_to: Mapped[str | None] = mapped_column(String(32))
    """The number of the order that it changes or hurries."""
    deadline: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Text)
    warning: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by: Mapped[str] = mapped_column(String(80))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by: Mapped[str] = mapped_column(String(80))
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(None, "ticket_id"),
        _of_some("ix_ticket_orders_to_review", "written_at", "state = 'to_review'"),
        _of_some("ix_ticket_orders_asked", "asked_until", "asked_until IS NOT NULL"),
        _of_some("ix_ticket_orders_sent_at", "sent_at", "sent_at IS NOT NULL"),
    )


class TicketEntryRow(Base):
    """One thing that happened to a ticket, append-only: who, when, from where, what (SEC-1)."""

    __tablename__ = "ticket_entries"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("tickets.id"))
    version: Mapped[int] = mapped_column(Integer)
    """Of the ticket, afterwards."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    token_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("api_tokens.id"))
    via: Mapped[str] = mapped_column(String(16))
    """`page`, `api`, `call`, `message`, `clock`, `phone` or `ringing`."""
    call_id: Mapped[str | None] = mapped_column(Uuid, ForeignKey("calls.id"))
    """The call in which it was done; None: in none."""
    what: Mapped[str] = mapped_column(String(24))
    """A verb, `opened`, `changed`, of a clock `warned`, `overdue`, of a call `rung_busy` …"""
    before: Mapped[str] = mapped_column(String(16))
    after: Mapped[str] = mapped_column(String(16))
    order_number: Mapped[str | None] = mapped_column(String(32))
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What was typed, or which clock it was."""
    place: Mapped[int | None] = mapped_column(BigInteger)
    """Where it stands in the feed (`feed.py`): None: not yet; 0: from before there was a feed."""

    __table_args__ = (
        Index(None, "ticket_id", "id"),
        _of_some("ix_ticket_entries_without_place", "id", "place IS NULL"),
        Index(
            "uq_ticket_entries_place",
            "place",
            unique=True,
            sqlite_where=text("place > 0"),
            postgresql_where=text("place > 0"),
        ),
    )


class TicketFeedRow(Base):
    """The last place of the feed, in the only row: it never goes back, whatever is erased."""

    __tablename__ = "ticket_feed"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger)
