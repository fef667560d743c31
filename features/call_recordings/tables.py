"""Tables of recordings and of their gaps, explained in `docs/data.md`."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime, Uuid


class RecordingRow(Base):
    """One recording; at most one of each kind a call."""

    __tablename__ = "recordings"

    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    call_id: Mapped[str] = mapped_column(Uuid, ForeignKey("calls.id"))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    path: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seconds: Mapped[float] = mapped_column(Float)
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    channels: Mapped[int] = mapped_column(Integer)
    rate: Mapped[int] = mapped_column(Integer)
    voice_caller_s: Mapped[float | None] = mapped_column(Float)
    voice_ours_s: Mapped[float | None] = mapped_column(Float)
    why: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("call_id", "kind"),
        Index(None, "created_at", "id"),
        Index("ix_recordings_state_time", "state", "created_at", "id"),
        Index("ix_recordings_kind_time", "kind", "created_at", "id"),
        Index("ix_recordings_both_time", "kind", "state", "created_at", "id"),
    )


class RecordingAgentRow(Base):
    """Somebody who is heard in a recording (empty: whoever), with what of it is asked for."""

    __tablename__ = "recording_agents"

    recording_id: Mapped[str] = mapped_column(
        Uuid, ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True
    )
    agent: Mapped[str] = mapped_column(String(150), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(16))
    disposition: Mapped[str] = mapped_column(String(24))
    """Of the call; empty: none yet."""
    state: Mapped[str] = mapped_column(String(16))

    __table_args__ = (
        Index("ix_recording_agents_time", "agent", "created_at", "recording_id"),
        Index("ix_recording_agents_kind", "agent", "kind", "created_at", "recording_id"),
        Index(
            "ix_recording_agents_disposition",
            *("agent", "disposition", "created_at", "recording_id"),
        ),
        Index(
            "ix_recording_agents_both",
            *("agent", "disposition", "kind", "created_at", "recording_id"),
        ),
        Index("ix_recording_agents_state", "agent", "state", "created_at", "recording_id"),
        Index(
            "ix_recording_agents_disposition_state",
            *("agent", "disposition", "state", "created_at", "recording_id"),
        ),
    )


class GapRow(Base):
    """A part of an answered call that is in no recording (ANS-5)."""

    __tablename__ = "recording_gaps"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(Uuid, ForeignKey("calls.id"))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(String(200))

    __table_args__ = (UniqueConstraint("call_id", "from_at"),)


class RecordingDayRow(Base):
    """The recordings of one UTC day, closed: see `days`."""

    __tablename__ = "recording_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    recordings: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    """Over ids, calls and SHA-256 of the day's recordings, in the order of their rows' times."""
    hash: Mapped[str] = mapped_column(String(64))
    """Over this row and the hash of the day before."""
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
