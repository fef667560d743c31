"""Tables of what is done with many tickets at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class TicketBulkRow(Base):
    """One thing that one person does with many tickets."""

    __tablename__ = "ticket_bulks"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    key: Mapped[str | None] = mapped_column(String(64))
    """Drawn by the form: sent twice it is begun once. None: the API has a header for it."""
    work: Mapped[str] = mapped_column(String(16))
    given: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What was typed."""
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index(None, "account_id", "begun_at"),
    )


class TicketBulkItemRow(Base):
    """One ticket of it."""

    __tablename__ = "ticket_bulk_items"

    bulk_id: Mapped[int] = mapped_column(
        RowNumber, ForeignKey("ticket_bulks.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(24))
    version: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(String(60))
