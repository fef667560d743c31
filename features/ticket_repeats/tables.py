"""Table of tickets that say once more what another says (`lifecycle.py`)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime

COUNTS = "undone_at IS NULL"


class TicketRepeatRow(Base):
    """One ticket and the first of its matter; a ticket repeats one at a time."""

    __tablename__ = "ticket_repeats"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("tickets.id"))
    first_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("tickets.id"))
    how: Mapped[str] = mapped_column(String(8))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (
        Index(
            "uq_ticket_repeats_ticket",
            "ticket_id",
            unique=True,
            sqlite_where=text(COUNTS),
            postgresql_where=text(COUNTS),
        ),
        Index(None, "first_id", "id"),
    )
