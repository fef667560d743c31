"""Owns the tables of the calls: recordings, tickets, and the journals they came from.

Those of the people who work here are in `tickets/people.py`, those of their work in
`tickets/desk_models.py`.

Every time is an aware UTC datetime on both databases. `docs/data.md` says it all in words.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC to the microsecond; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        in_utc = _in_utc(value)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Write SQLite's text at once: every call has ten times, and the general way is slow."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


_TEXT_LONG = len("2026-11-21 08:30:00.000000")


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone; only aware times are kept")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    """Return what SQLAlchemy itself keeps in SQLite, `2026-11-21 08:30:00.000000`."""
    if value is None:
        return None
    return _in_utc(value).isoformat(" ", "microseconds")[:_TEXT_LONG]


# SQLite numbers rows by itself only in a column that is declared INTEGER.
RowNumber = BigInteger().with_variant(Integer(), "sqlite")
Uuid = String(36)


class Base(DeclarativeBase):
    """The metadata, with a name for every constraint so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


IS_OPEN = "state <> 'ended'"
"""Written out in every question about open calls: a value bound later would not find the index."""


class Call(Base):
    """One call (ANS-4): the fold of its events, see `callflow.lifecycles.call.CallRecord`."""

    __tablename__ = "calls"

    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    linkedid: Mapped[str] = mapped_column(String(150))
    boot: Mapped[str] = mapped_column(String(150))
    ref: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(80))
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
    emergency: Mapped[str | None] = mapped_column(String(200))
    recording_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    route_reasons: Mapped[list[str]] = mapped_column(JSON)
    held_s: Mapped[float] = mapped_column(Float)
    way: Mapped[str] = mapped_column(String(8))
    scripts: Mapped[list[str]] = mapped_column(JSON)
    talk_s: Mapped[float | None] = mapped_column(Float)
    message_s: Mapped[float | None] = mapped_column(Float)

    __table_args__ = (
        Index(None, "ring_started", "id"),
        Index(None, "ref", "ring_started"),
        Index(None, "number", "ring_started"),
        Index(None, "agent", "ring_started"),
        Index(None, "disposition", "ring_started"),
        Index(None, "linkedid"),
        Index(
            "ix_calls_open",
            "ring_started",
            "id",
            sqlite_where=text(IS_OPEN),
            postgresql_where=text(IS_OPEN),
        ),
    )


class CallEvent(Base):
    """One line of a journal, append-only; `about` is a call's linkedid or its id."""

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

    __table_args__ = (UniqueConstraint("file", "offset"), Index(None, "about"))


class StretchRow(Base):
    """One agent connected with the customer of a call, see `callflow.lifecycles.stretches`."""

    __tablename__ = "call_stretches"

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


class RecordingRow(Base):
    """One recording; at most one of each kind a call."""

    __tablename__ = "recordings"

    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    call_id: Mapped[str] = mapped_column(Uuid, ForeignKey("calls.id"))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    path: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seconds: Mapped[float] = mapped_column(Float)
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    channels: Mapped[int] = mapped_column(Integer)
    rate: Mapped[int] = mapped_column(Integer)
    voice_caller_s: Mapped[float | None] = mapped_column(Float)
    voice_ours_s: Mapped[float | None] = mapped_column(Float)
    why: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("call_id", "kind"),
        Index(None, "created_at", "id"),
        Index(None, "state", "created_at"),
    )


class GapRow(Base):
    """A part of an answered call that is in no recording (ANS-5)."""

    __tablename__ = "recording_gaps"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    call_id: Mapped[str] = mapped_column(Uuid, ForeignKey("calls.id"))
    from_at: Mapped[datetime] = mapped_column(UtcDateTime)
    to_at: Mapped[datetime] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(String(200))

    __table_args__ = (UniqueConstraint("call_id", "from_at"),)


def _one_a_call(name: str, which: str) -> Index:
    return Index(
        name, "call_id", unique=True, sqlite_where=text(which), postgresql_where=text(which)
    )


class TicketRow(Base):
    """One matter of one customer; a call gives at most one, its message at most one more."""

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    number: Mapped[str | None] = mapped_column(String(24), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    business: Mapped[str | None] = mapped_column(String(40))
    nature: Mapped[str | None] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    call_id: Mapped[str | None] = mapped_column(Uuid, ForeignKey("calls.id"))
    customer_number: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handler: Mapped[str | None] = mapped_column(String(8))
    customer_name: Mapped[str] = mapped_column(String(80))
    answer: Mapped[str] = mapped_column(Text)
    department: Mapped[str] = mapped_column(String(80))
    to_review: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        _one_a_call("uq_tickets_message_of_call", "source = 'message'"),
        _one_a_call("uq_tickets_of_call", "source = 'call'"),
        Index(None, "call_id"),
        Index(None, "created_at", "id"),
        Index(None, "state", "due_at"),
        Index(None, "customer_number", "created_at"),
        Index(None, "handler", "created_at"),
    )


class JournalPosition(Base):
    """How far a journal has been read; moves in the transaction that keeps what was read."""

    __tablename__ = "journal_positions"

    file: Mapped[str] = mapped_column(String(120), primary_key=True)
    offset: Mapped[int] = mapped_column(BigInteger)
    closed: Mapped[bool] = mapped_column(Boolean)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class JournalReject(Base):
    """A line that could not be read, kept so that nothing vanishes in silence."""

    __tablename__ = "journal_rejects"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    file: Mapped[str] = mapped_column(String(120))
    offset: Mapped[int] = mapped_column(BigInteger)
    why: Mapped[str] = mapped_column(String(200))
    line: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("file", "offset"),)
