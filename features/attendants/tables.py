"""Tables of calls to floor attendants: each call, and the rooms that it tells of (WAK-3)."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime

GOES_ON = "ended_at IS NULL"


class AttendantCallRow(Base):
    """One call to an attendant; its attempt has the row's id as its subject."""

    __tablename__ = "attendant_calls"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(String(40))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    in_vain: Mapped[bool] = mapped_column(Boolean)
    """It has ended, and left a room without an answer."""

    __table_args__ = (
        Index(
            "ix_attendant_calls_goes_on",
            "number",
            unique=True,
            sqlite_where=text(GOES_ON),
            postgresql_where=text(GOES_ON),
        ),
        Index(None, "number", "ended_at"),
    )


class AttendantCallRoomRow(Base):
    """One room in a call to an attendant."""

    __tablename__ = "attendant_call_rooms"

    call_id: Mapped[int] = mapped_column(
        RowNumber, ForeignKey("attendant_calls.id"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    """From 1, in the order in which they are told."""
    wake_up_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("wake_ups.id"))
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the attendant had heard its number."""
    said: Mapped[str] = mapped_column(String(12))
    said_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "wake_up_id"),)
