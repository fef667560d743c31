"""Tables of wake-ups: the register, and each wake-up.

`wake_ups.next_at` is the work queue: what is due is claimed by one UPDATE, and the attempt is
committed before the phone rings.
"""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime

IS_DUE_SOME_TIME = "next_at IS NOT NULL"
IS_ACTIVE = "cancelled_at IS NULL"
IS_NOT_OVER = "state NOT IN ('awake', 'missed', 'cancelled')"


class WakeRegistrationRow(Base):
    """One line of the register 住客叫醒登记表 (WAK-1), seen by both shifts."""

    __tablename__ = "wake_registrations"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    room: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(40))
    guest: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(8))
    wall: Mapped[str] = mapped_column(String(5))
    """`07:00`, on the wall of the zone."""
    zone: Mapped[str] = mapped_column(String(64))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date | None] = mapped_column(Date)
    repeat: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    made_through: Mapped[str] = mapped_column(String(8))
    """`desk`, `file`, or `guest`: by telephone, in the call `call_id`."""
    call_id: Mapped[str | None] = mapped_column(String(36))
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_by: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    cancelled_through: Mapped[str | None] = mapped_column(String(8))
    unfolded_to: Mapped[date | None] = mapped_column(Date)
    """The last day for which there is a wake-up; None when no more will come."""

    __table_args__ = (
        Index(
            "ix_wake_registrations_unfolded_to",
            "unfolded_to",
            sqlite_where=text(IS_ACTIVE),
            postgresql_where=text(IS_ACTIVE),
        ),
        Index(None, "room", "first_day"),
    )


class WakeUpRow(Base):
    """One wake-up on one day; what its columns mean: `features.wake_ups.lifecycle`."""

    __tablename__ = "wake_ups"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    registration_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("wake_registrations.id"))
    day: Mapped[date] = mapped_column(Date)
    number: Mapped[str] = mapped_column(String(40))
    due: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_for: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer)
    attended: Mapped[int] = mapped_column(Integer)
    snoozes: Mapped[int] = mapped_column(Integer)
    awake_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proof: Mapped[str] = mapped_column(String(16))

    __table_args__ = (
        UniqueConstraint("registration_id", "day"),
        Index(
            "ix_wake_ups_next_at",
            "next_at",
            "id",
            sqlite_where=text(IS_DUE_SOME_TIME),
            postgresql_where=text(IS_DUE_SOME_TIME),
        ),
        # a telephone rings once in a minute, whoever registered it and however often
        Index(
            "ix_wake_ups_once_a_minute",
            "number",
            "due",
            unique=True,
            sqlite_where=text(IS_NOT_OVER),
            postgresql_where=text(IS_NOT_OVER),
        ),
        Index(None, "due", "id"),
        Index(None, "state", "due"),
        Index(None, "number", "due"),
    )
