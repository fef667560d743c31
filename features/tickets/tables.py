"""Tables of tickets and their versions (TKT-1, TKT-6)."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime, Uuid


def _one_a_call(name: str, which: str) -> Index:
    return Index(
        name, "call_id", unique=True, sqlite_where=text(which), postgresql_where=text(which)
    )


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

    __table_args__ = (
        _one_a_call("uq_tickets_message_of_call", "source = 'message'"),
        _one_a_call("uq_tickets_of_call", "source = 'call'"),
        Index(None, "call_id"),
        Index(None, "created_at", "id"),
        Index(None, "state", "due_at"),
        Index(None, "customer_identity", "created_at"),
        Index(None, "handler", "created_at"),
        Index(None, "department", "created_at"),
    )


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
