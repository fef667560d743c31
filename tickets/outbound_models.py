"""Owns the tables of calls that we make: who is to be woken, each wake-up, each attempt.

`wake_ups.next_at` is the work queue: what is due is claimed by one UPDATE, and the attempt is
committed before the phone rings.
"""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tickets.models import Base, RowNumber, UtcDateTime

IS_DUE_SOME_TIME = "next_at IS NOT NULL"
IS_OPEN = "ended_at IS NULL"
IS_ACTIVE = "cancelled_at IS NULL"
IS_OUTSIDE = "reached <> ''"
TO_AGENT = "who = 'agent'"
"""Written out, so that the partial indexes are found."""


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
    """One wake-up on one day; what its columns mean: `callflow.lifecycles.wake_up`."""

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
        Index(None, "due", "id"),
        Index(None, "state", "due"),
        Index(None, "number", "due"),
    )


class AttemptRow(Base):
    """One time that we rang somebody; its id is the call's id, and part of the channel's."""

    __tablename__ = "attempts"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[int] = mapped_column(RowNumber)
    seq: Mapped[int] = mapped_column(Integer)
    who: Mapped[str] = mapped_column(String(16))
    number: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(60))
    """The channel's id in Asterisk: the boot's name and our id."""
    planned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rung_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[str] = mapped_column(String(24))
    said: Mapped[str] = mapped_column(String(24))
    """What came of it on the telephone: awake, snoozed, accepted, or nothing."""
    reached: Mapped[str] = mapped_column(String(24), server_default="")
    """The number of the public network that it may ring, in full; empty: a phone of the house."""
    price: Mapped[int] = mapped_column(Integer, server_default="0")
    """What a minute costs, in thousandths of the currency."""

    __table_args__ = (
        UniqueConstraint("purpose", "subject_id", "seq"),
        Index(
            "ix_attempts_reached",
            "reached",
            "planned_at",
            sqlite_where=text(IS_OUTSIDE),
            postgresql_where=text(IS_OUTSIDE),
        ),
        Index(
            "ix_attempts_open",
            "purpose",
            "subject_id",
            sqlite_where=text(IS_OPEN),
            postgresql_where=text(IS_OPEN),
        ),
        Index(
            "ix_attempts_agents",
            "number",
            "ended_at",
            sqlite_where=text(TO_AGENT),
            postgresql_where=text(TO_AGENT),
        ),
        Index(None, "planned_at"),
    )


class DispatchPositionRow(Base):
    """How far the dispatcher has read each journal."""

    __tablename__ = "dispatch_positions"

    file: Mapped[str] = mapped_column(String(120), primary_key=True)
    offset: Mapped[int] = mapped_column(RowNumber)
    closed: Mapped[bool]
