"""Tables of how calls are judged: what is to be judged, what was heard, the judgements."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime, Uuid

IS_DUE = "due_at IS NOT NULL"
"""Written out in every question about what is due, so that its index is found."""
IS_CURRENT = "superseded_at IS NULL"


class CallReviewRow(Base):
    """One call that has ended: when it is to be judged, and by which rules it was."""

    __tablename__ = "call_reviews"

    call_id: Mapped[str] = mapped_column(
        Uuid, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True
    )
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None: nothing is to be done."""
    marks: Mapped[int] = mapped_column(Integer)
    """How often it was marked: a judgement of before a mark does not end it."""
    tries: Mapped[int] = mapped_column(Integer)
    """How often it failed since it was last judged."""
    judged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rules: Mapped[int] = mapped_column(Integer)
    """Version of the rules by which it was judged; 0: never."""
    why: Mapped[str] = mapped_column(String(200))
    """Why it failed last."""

    __table_args__ = (
        Index(
            "ix_call_reviews_due_at",
            "due_at",
            "call_id",
            sqlite_where=text(IS_DUE),
            postgresql_where=text(IS_DUE),
        ),
        Index(None, "rules", "call_id"),
    )


class RecordingAnalysisRow(Base):
    """What is heard in one recording, see `recordings.analysis.result.Analysis`."""

    __tablename__ = "recording_analyses"

    recording_id: Mapped[str] = mapped_column(
        Uuid, ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[float] = mapped_column(Float)
    sides: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    analysed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CallJudgementRow(Base):
    """One measure of one call; one that was judged anew stays, superseded."""

    __tablename__ = "call_judgements"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(Uuid, ForeignKey("calls.id", ondelete="CASCADE"))
    measure: Mapped[str] = mapped_column(String(24))
    agent: Mapped[str] = mapped_column(String(150))
    """Empty: nobody's."""
    outcome: Mapped[str] = mapped_column(String(8))
    value: Mapped[float | None] = mapped_column(Float)
    second: Mapped[float | None] = mapped_column(Float)
    why: Mapped[str] = mapped_column(String(24))
    rules: Mapped[int] = mapped_column(Integer)
    ring_started: Mapped[datetime] = mapped_column(UtcDateTime)
    """The call's, by which judgements are found."""
    judged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("call_id", "measure", "agent", "judged_at"),
        Index(
            "ix_call_judgements_measure",
            *("measure", "outcome", "ring_started", "id"),
            sqlite_where=text(IS_CURRENT),
            postgresql_where=text(IS_CURRENT),
        ),
        Index(
            "ix_call_judgements_outcome",
            *("outcome", "ring_started", "id"),
            sqlite_where=text(IS_CURRENT),
            postgresql_where=text(IS_CURRENT),
        ),
        Index(
            "ix_call_judgements_agent",
            *("agent", "outcome", "ring_started", "id"),
            sqlite_where=text(IS_CURRENT),
            postgresql_where=text(IS_CURRENT),
        ),
        Index(
            "ix_call_judgements_agent_measure",
            *("agent", "measure", "outcome", "ring_started", "id"),
            sqlite_where=text(IS_CURRENT),
            postgresql_where=text(IS_CURRENT),
        ),
    )
