"""Table of callbacks (CBK-1, SIL-4)."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime, Uuid

MADE_BY_A_CALL = "kind <> 'agent'"
"""Callbacks that the call itself made: one of each kind a call, however often it is told."""


WAITS = "next_at IS NOT NULL"
"""Written out, so that the index of what is due is found."""


class CallbackRow(Base):
    """One callback (CBK-1, SIL-4); its state: `features.callbacks.lifecycle`."""

    __tablename__ = "callbacks"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    call_id: Mapped[str | None] = mapped_column(Uuid)
    ticket_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("tickets.id"))
    number: Mapped[str] = mapped_column(String(80))
    """Whom to call, as it is shown."""
    identity: Mapped[str] = mapped_column(String(80), server_default="")
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
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "ix_callbacks_next_at",
            "next_at",
            "id",
            sqlite_where=text(WAITS),
            postgresql_where=text(WAITS),
        ),
        Index(
            "uq_callbacks_of_call",
            "call_id",
            "kind",
            unique=True,
            sqlite_where=text(MADE_BY_A_CALL),
            postgresql_where=text(MADE_BY_A_CALL),
        ),
        Index(None, "call_id"),
        Index(None, "identity", "due_at"),
        Index(None, "state", "due_at", "id"),
        Index(None, "due_at", "id"),
    )
