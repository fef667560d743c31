"""Tables of the journals: how far each was read, and lines that could not be read."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class JournalPosition(Base):
    """How far a journal has been read; moves in the transaction that keeps what was read."""

    __tablename__ = "journal_positions"

    file: Mapped[str] = mapped_column(String(120), primary_key=True)
    offset: Mapped[int] = mapped_column(BigInteger)
    closed: Mapped[bool] = mapped_column(Boolean)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class JournalReject(Base):
    """A line that could not be read, kept so that nothing vanishes in silence."""

    __tablename__ = "journal_rejects"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    file: Mapped[str] = mapped_column(String(120))
    offset: Mapped[int] = mapped_column(BigInteger)
    why: Mapped[str] = mapped_column(String(200))
    line: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("file", "offset"),)
