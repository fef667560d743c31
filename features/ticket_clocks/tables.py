"""Table of tickets' clocks (TKT-4, 6, 7, 10, 12)."""

from datetime import datetime

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime

NOT_STOPPED = "state <> 'stopped'"


class TicketClockRow(Base):
    """One clock of a ticket; a stopped one stays, and a new one of its kind is another row."""

    __tablename__ = "ticket_clocks"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("tickets.id"))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    limit_s: Mapped[float] = mapped_column(Float)
    warn_s: Mapped[float] = mapped_column(Float)
    working: Mapped[bool] = mapped_column(Boolean)
    used_s: Mapped[float] = mapped_column(Float)
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(String(24))
    times: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        Index(None, "ticket_id"),
        Index(
            "uq_ticket_clocks_one_of_a_kind",
            "ticket_id",
            "kind",
            unique=True,
            sqlite_where=text(NOT_STOPPED),
            postgresql_where=text(NOT_STOPPED),
        ),
        Index(
            "ix_ticket_clocks_next_at",
            "next_at",
            "id",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
        Index(
            "ix_ticket_clocks_due_at",
            "due_at",
            "id",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )
