"""Table of requests' keys: what was asked with one, and what was answered."""

from datetime import datetime

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, UtcDateTime


class IdempotencyKeyRow(Base):
    """One request that changed something; kept with the change itself, in its transaction."""

    __tablename__ = "idempotency_keys"

    owner: Mapped[str] = mapped_column(String(24), primary_key=True)
    """`account 12` or `token 3`."""
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    asked: Mapped[str] = mapped_column(String(64))
    """SHA-256 of path, role and body."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None] = mapped_column(Integer)
    """None: no answer is kept, yet or for good."""
    answer: Mapped[str] = mapped_column(Text)
    """The body, sealed."""

    __table_args__ = (Index(None, "at"),)
