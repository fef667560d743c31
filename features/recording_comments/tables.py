"""Table of comments at moments of recordings."""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime, Uuid


class RecordingCommentRow(Base):
    """What somebody says of one second of the recording of a call."""

    __tablename__ = "recording_comments"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(Uuid, ForeignKey("calls.id"))
    second: Mapped[float] = mapped_column(Float)
    words: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(8))
    version: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until it is put back, or gone for good after `rules.UNDONE_WITHIN`."""

    __table_args__ = (
        Index(None, "at", "id"),
        Index(None, "author", "at", "id"),
        Index(None, "call_id", "at", "id"),
    )
