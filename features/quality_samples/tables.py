"""Tables of what is drawn for inspection, and of the work list."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Float, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime, Uuid


class QualityDrawRow(Base):
    """The draw of one day, once; never changed."""

    __tablename__ = "quality_draws"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    """Of the house."""
    seed: Mapped[str] = mapped_column(String(32))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drawn_by: Mapped[str] = mapped_column(String(80))
    """Empty: by itself."""
    quotas: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The settings of that day."""
    kinds: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """How many there were of each kind of business, and how many were drawn."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the population, so that a draw done again is of the same."""


class QualitySessionRow(Base):
    """A calibration: several inspectors score one call, then see each other's scores."""

    __tablename__ = "quality_sessions"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(80))
    call_id: Mapped[str] = mapped_column(Uuid, ForeignKey("calls.id"))
    agent: Mapped[str] = mapped_column(String(150))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (Index(None, "made_at", "id"),)


class QualityItemRow(Base):
    """One thing that is to be scored once."""

    __tablename__ = "quality_items"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    """What it is of: drawn twice it is there once."""
    day: Mapped[date] = mapped_column(Date)
    thing: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(40))
    call_id: Mapped[str | None] = mapped_column(Uuid, ForeignKey("calls.id"))
    agent: Mapped[str] = mapped_column(String(150))
    business: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(16))
    signals: Mapped[list[str]] = mapped_column(JSON)
    risk: Mapped[float] = mapped_column(Float)
    turn: Mapped[int] = mapped_column(Integer)
    twin: Mapped[int | None] = mapped_column(RowNumber)
    session_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("quality_sessions.id"))
    state: Mapped[str] = mapped_column(String(16))
    inspector: Mapped[str | None] = mapped_column(String(8))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(None, "made_at", "id"),
        Index(None, "state", "made_at", "id"),
        Index(None, "inspector", "state", "made_at", "id"),
        Index(None, "agent", "made_at", "id"),
        Index(None, "day", "thing"),
        Index(None, "session_id"),
    )
