"""Tables of what tickets are sorted by: classes of every kind, and texts of e-mails (TKT-1, 9)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class TicketClassRow(Base):
    """One class; tickets keep its name as text, so an old one says what was valid then."""

    __tablename__ = "ticket_classes"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    sort: Mapped[str] = mapped_column(String(16))
    """What is sorted by it: `business`, `nature`, `complaint`, `closing`, `mail`."""
    name: Mapped[str] = mapped_column(String(40))
    english: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    """What it means; of an e-mail its words."""
    use: Mapped[str] = mapped_column(String(16), server_default="")
    """Of an e-mail's words: where they are used, as `received`; empty: nowhere."""
    begins_on: Mapped[date | None] = mapped_column(Date)
    """A new business: it can be chosen from this day on."""
    retired: Mapped[bool] = mapped_column(Boolean)
    place: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (UniqueConstraint("sort", "name"),)


class TicketClassVersionRow(Base):
    """What a class was until a save replaced it; never changed."""

    __tablename__ = "ticket_class_versions"

    class_id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
