"""Owns the tables of the desk's work: customers, ticket versions, knowledge, promises …"""

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
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tickets.models import Base, RowNumber, UtcDateTime, Uuid

MADE_BY_A_CALL = "kind <> 'agent'"
"""Promises that the call itself made: one of each kind a call, however often it is told."""
WAITS = "next_at IS NOT NULL"
"""Written out, so that the index of what is due is found."""


class CustomerRow(Base):
    """One customer, known by the telephone number; `sort` decides the way of the call (QUE-1)."""

    __tablename__ = "customers"

    number: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    sort: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    first_agent: Mapped[str | None] = mapped_column(String(8))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(80))
    area: Mapped[str] = mapped_column(String(80), index=True)


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


class KnowledgeRow(Base):
    """One answer that agents look up during a call (TKT-15)."""

    __tablename__ = "knowledge"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    business: Mapped[str | None] = mapped_column(String(40))
    keywords: Mapped[str] = mapped_column(String(400))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (Index(None, "updated_at", "id"),)


class PromiseRow(Base):
    """One promised call back (CBK-1, SIL-4); its state: `callflow.lifecycles.promise`."""

    __tablename__ = "promises"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    call_id: Mapped[str | None] = mapped_column(Uuid)
    ticket_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("tickets.id"))
    number: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    came_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the caller came whose place in the queue is kept."""
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    asked: Mapped[int] = mapped_column(Integer, server_default="0")
    passed: Mapped[str] = mapped_column(Text, server_default="")
    """Seats that let it ring, comma between them."""
    found: Mapped[bool] = mapped_column(Boolean, server_default=false())
    kept_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "ix_promises_next_at",
            "next_at",
            "id",
            sqlite_where=text(WAITS),
            postgresql_where=text(WAITS),
        ),
        Index(
            "uq_promises_of_call",
            "call_id",
            "kind",
            unique=True,
            sqlite_where=text(MADE_BY_A_CALL),
            postgresql_where=text(MADE_BY_A_CALL),
        ),
        Index(None, "number", "due_at"),
        Index(None, "state", "due_at", "id"),
        Index(None, "due_at", "id"),
    )


class HandoverRow(Base):
    """One shift's report to the next (RPT-4); signed once, by somebody else."""

    __tablename__ = "handovers"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    shift: Mapped[str] = mapped_column(String(40))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by: Mapped[int] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    equipment: Mapped[str] = mapped_column(Text)
    problems: Mapped[str] = mapped_column(Text)
    faults: Mapped[str] = mapped_column(Text)
    staff: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("accounts.id"))

    __table_args__ = (Index(None, "written_at", "id"),)
