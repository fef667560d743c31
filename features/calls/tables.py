"""Tables of calls: events and talk segments.

Every time is an aware UTC datetime on both databases. `docs/data.md` says it all in words.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from callflow.events import DEFAULT_NODE
from db.base import Base, RowNumber, UtcDateTime, Uuid
from db.terms import Terms

IS_OPEN = "state <> 'ended'"
"""Written out in every question about open calls: a value bound later would not find the index."""


class Call(Base):
    """One call (ANS-4): the fold of its events, see `features.calls.lifecycle.CallRecord`."""

    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    linkedid: Mapped[str] = mapped_column(String(150))
    boot: Mapped[str] = mapped_column(String(150))
    ref: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(80))
    """As it was sent."""
    identity: Mapped[str] = mapped_column(String(80), server_default="")
    """What it is known by (`phone_numbers.phone_number`); empty: withheld or unusable."""
    name: Mapped[str] = mapped_column(String(80))
    did: Mapped[str] = mapped_column(String(80))
    ring_started: Mapped[datetime] = mapped_column(UtcDateTime)
    answered: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rings: Mapped[int] = mapped_column(Integer)
    held_ans1: Mapped[bool] = mapped_column(Boolean)
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    queue_left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waited_s: Mapped[float | None] = mapped_column(Float)
    agent: Mapped[str | None] = mapped_column(String(150))
    agent_answered: Mapped[datetime | None] = mapped_column(UtcDateTime)
    misses: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    hung_up_by: Mapped[str | None] = mapped_column(String(16))
    disposition: Mapped[str | None] = mapped_column(String(24))
    sil_outcome: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(200))
    fallback: Mapped[str | None] = mapped_column(String(200))
    recording_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    route_reasons: Mapped[list[str]] = mapped_column(JSON)
    held_s: Mapped[float] = mapped_column(Float)
    direction: Mapped[str] = mapped_column(String(8))
    scripts: Mapped[list[str]] = mapped_column(JSON)
    talk_s: Mapped[float | None] = mapped_column(Float)
    message_s: Mapped[float | None] = mapped_column(Float)
    node: Mapped[str] = mapped_column(String(16), server_default=DEFAULT_NODE)
    """The Asterisk that it was on; `linkedid` and `boot` are names there."""

    __table_args__ = (
        Index(None, "ring_started", "id"),
        Index(None, "ref", "ring_started"),
        Index(None, "number", "ring_started"),
        Index(None, "identity", "ring_started"),
        Index(None, "agent", "ring_started"),
        Index("ix_calls_disposition_time", "disposition", "ring_started", "id"),
        Index("ix_calls_direction_time", "direction", "ring_started", "id"),
        Index("ix_calls_both_time", "direction", "disposition", "ring_started", "id"),
        Index(None, "linkedid"),
        Index(
            "ix_calls_open",
            "ring_started",
            "id",
            sqlite_where=text(IS_OPEN),
            postgresql_where=text(IS_OPEN),
        ),
    )


class CallAgentRow(Base):
    """Somebody who talked in a call, with what of the call is asked for beside that."""

    __tablename__ = "call_agents"

    call_id: Mapped[str] = mapped_column(
        Uuid, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True
    )
    agent: Mapped[str] = mapped_column(String(150), primary_key=True)
    ring_started: Mapped[datetime] = mapped_column(UtcDateTime)
    direction: Mapped[str] = mapped_column(String(8))
    disposition: Mapped[str] = mapped_column(String(24))

    __table_args__ = (
        Index("ix_call_agents_time", "agent", "ring_started", "call_id"),
        Index("ix_call_agents_disposition", "agent", "disposition", "ring_started", "call_id"),
        Index("ix_call_agents_direction", "agent", "direction", "ring_started", "call_id"),
    )


class CallerNumberRow(Base):
    """A number that calls are of, once as it was sent: a piece of it is looked for here."""

    __tablename__ = "caller_numbers"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(String(80))
    identity: Mapped[str] = mapped_column(String(80))
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When its last call began to ring."""
    terms: Mapped[list[int]] = mapped_column(Terms)

    __table_args__ = (
        UniqueConstraint("number", "identity"),
        Index(None, "identity"),
        Index(None, "last_at"),
    )


class CallEvent(Base):
    """One line of a journal, append-only; `about` is a call's linkedid on this node, or its id."""

    __tablename__ = "call_events"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    about: Mapped[str] = mapped_column(String(150))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(40))
    uniqueid: Mapped[str] = mapped_column(String(150))
    channel: Mapped[str] = mapped_column(String(150))
    data: Mapped[dict[str, str]] = mapped_column(JSON)
    file: Mapped[str] = mapped_column(String(120))
    offset: Mapped[int] = mapped_column(BigInteger)
    node: Mapped[str] = mapped_column(String(16), server_default=DEFAULT_NODE)

    __table_args__ = (UniqueConstraint("file", "offset"), Index(None, "about"))


class TalkSegmentRow(Base):
    """One agent connected with the customer of a call, see `features.calls.talk_segments`."""

    __tablename__ = "talk_segments"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(Uuid, ForeignKey("calls.id"))
    agent: Mapped[str] = mapped_column(String(150))
    seat: Mapped[str] = mapped_column(String(20))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    how: Mapped[str] = mapped_column(String(16))
    held_s: Mapped[float] = mapped_column(Float)

    __table_args__ = (
        Index(None, "call_id", "from_at"),
        Index(None, "agent", "from_at"),
        Index(None, "from_at"),
    )
