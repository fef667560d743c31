"""Table of what happened to customers and callbacks, for programs that follow the feed (ADR 32)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class FeedEventRow(Base):
    """One thing that happened, append-only. It names nobody: whom it is about, the subject says."""

    __tablename__ = "feed_events"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    place: Mapped[int | None] = mapped_column(BigInteger)
    """Where it stands in the feed; None: not yet."""
    what: Mapped[str] = mapped_column(String(24))
    """`kinds.py`"""
    subject_id: Mapped[int] = mapped_column(RowNumber)
    """Of the customer or the callback; 0: of many."""
    version: Mapped[int] = mapped_column(Integer)
    """Of the customer, afterwards; of others 0."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    before: Mapped[str] = mapped_column(String(16))
    after: Mapped[str] = mapped_column(String(16))
    """Of a callback the states."""
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Counts and ids, and who of ours saved it; nothing that people typed."""

    __table_args__ = (
        Index(
            "ix_feed_events_without_place",
            "id",
            sqlite_where=text("place IS NULL"),
            postgresql_where=text("place IS NULL"),
        ),
        Index(
            "uq_feed_events_place",
            "place",
            unique=True,
            sqlite_where=text("place > 0"),
            postgresql_where=text("place > 0"),
        ),
    )
