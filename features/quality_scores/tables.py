"""Tables of scores, appeals and coaching notes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime, Uuid


class QualityScoreDraftRow(Base):
    """What an inspector has typed of a score that is not submitted."""

    __tablename__ = "quality_score_drafts"

    item_id: Mapped[int] = mapped_column(
        RowNumber, ForeignKey("quality_items.id"), primary_key=True, autoincrement=False
    )
    inspector: Mapped[str] = mapped_column(String(8), primary_key=True)
    form_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("quality_forms.id"))
    form_version: Mapped[int] = mapped_column(Integer)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    marks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    words: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class QualityScoreRow(Base):
    """One score as it was submitted; never changed. A correction is the next version."""

    __tablename__ = "quality_scores"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    item_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("quality_items.id"))
    version: Mapped[int] = mapped_column(Integer)
    form_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("quality_forms.id"))
    form_version: Mapped[int] = mapped_column(Integer)
    thing: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(40))
    call_id: Mapped[str | None] = mapped_column(Uuid, ForeignKey("calls.id"))
    agent: Mapped[str] = mapped_column(String(150))
    scorer: Mapped[str] = mapped_column(String(8))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    marks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    words: Mapped[str] = mapped_column(Text)
    tenths: Mapped[int] = mapped_column(Integer)
    fatal: Mapped[bool] = mapped_column(Boolean)
    why: Mapped[str] = mapped_column(Text)
    """Why it was corrected; empty: it is the first version."""
    official: Mapped[bool] = mapped_column(Boolean)
    """Counts for the agent; the second turn and calibrations do not."""
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("item_id", "version"),
        Index(None, "at", "id"),
        Index(None, "agent", "at", "id"),
        Index(None, "scorer", "at", "id"),
    )


class QualityAppealRow(Base):
    """An agent's appeal against a score, and how it was decided."""

    __tablename__ = "quality_appeals"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    item_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("quality_items.id"), unique=True)
    score_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("quality_scores.id"))
    agent: Mapped[str] = mapped_column(String(150))
    words: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(16))
    """None: it is not decided."""
    decided_by: Mapped[str | None] = mapped_column(String(8))
    decided_words: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "made_at", "id"), Index(None, "outcome", "made_at", "id"))


class QualityNoteRow(Base):
    """What somebody who leads or inspects tells an agent to do better, or did well."""

    __tablename__ = "quality_notes"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    agent: Mapped[str] = mapped_column(String(8))
    score_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("quality_scores.id"))
    by: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "made_at", "id"), Index(None, "agent", "made_at", "id"))
