"""Table of pauses of recordings."""

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime, Uuid

IS_OPEN = "ended_at IS NULL"
"""Written out, so that the indexes of what goes on now are found."""


class RecordingPauseRow(Base):
    """From when to when a recording holds silence because somebody asked for it.

    Written while the call goes on, before the ledger may have made the row of the call.
    """

    __tablename__ = "recording_pauses"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(Uuid)
    node: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str] = mapped_column(String(150))
    why: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(String(8))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    muted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_how: Mapped[str] = mapped_column(String(16))
    """Empty: it goes on."""
    ended_by: Mapped[str] = mapped_column(String(8))

    __table_args__ = (
        Index(
            "uq_recording_pauses_open",
            "call_id",
            unique=True,
            sqlite_where=text(IS_OPEN),
            postgresql_where=text(IS_OPEN),
        ),
        Index(
            "ix_recording_pauses_open_of_node",
            "node",
            sqlite_where=text(IS_OPEN),
            postgresql_where=text(IS_OPEN),
        ),
        Index(None, "call_id", "from_at", "id"),
        Index(None, "from_at", "id"),
        Index(None, "by", "from_at", "id"),
        Index(None, "ended_how", "from_at", "id"),
    )
