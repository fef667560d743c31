"""Table of the copies of recordings, explained in `docs/data.md`."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime, Uuid


class RecordingCopyRow(Base):
    """One copy of a recording: where it lies, as what, and how far it is (`lifecycle`)."""

    __tablename__ = "recording_copies"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    recording_id: Mapped[str] = mapped_column(Uuid, ForeignKey("recordings.id", ondelete="CASCADE"))
    node: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(8))
    coding: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(16))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(8))
    tries: Mapped[int] = mapped_column(Integer)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("recording_id", "place", "name"),
        Index(None, "node", "due_at", "id"),
    )
