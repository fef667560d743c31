"""Tables of the dispatcher: attempts, and how far it read the journals."""

from datetime import datetime

from sqlalchemy import Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callflow.events import DEFAULT_NODE
from db.base import Base, RowNumber, UtcDateTime

IS_OPEN = "ended_at IS NULL"


IS_OUTSIDE = "reached <> ''"


TO_AGENT = "who = 'agent'"
"""Written out, so that the partial indexes are found."""


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
    node: Mapped[str] = mapped_column(String(16), server_default=DEFAULT_NODE)
    """The Asterisk that rings; `channel` is a name there."""
    dialled: Mapped[str] = mapped_column(String(40), server_default="")
    """What was dialled for `number`, by the trunk's plan."""
    trunk: Mapped[str] = mapped_column(String(16), server_default="")
    """The trunk on which it went out last; empty: a phone of the house."""
    ways: Mapped[str] = mapped_column(String(400), server_default="")
    """The trunks that were not tried yet, and what is dialled there."""
    trunk_said: Mapped[str] = mapped_column(String(400), server_default="")
    """What each trunk answered: `carrier 503 Service Unavailable; backup 486 Busy Here`."""

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
