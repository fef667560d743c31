"""Tables of webhooks, and of what their receivers answered last."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime, Uuid


class WebhookRow(Base):
    """One receiver of events. What waits for it is the feed behind `position`: no queue of rows."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(400))
    """Sealed."""
    kinds: Mapped[list[Any]] = mapped_column(JSON)
    """Of events; empty: all."""
    state: Mapped[str] = mapped_column(String(12))
    position: Mapped[int] = mapped_column(BigInteger)
    """The place in the feed up to which everything was taken or discarded."""
    attempts: Mapped[int] = mapped_column(Integer)
    """Of the event that is next."""
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it is tried again; None: at once."""
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it failed first; anew when a person says again."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a receiver took something last."""
    test_id: Mapped[str | None] = mapped_column(Uuid)
    """Of the test that somebody has asked for."""
    busy_by: Mapped[str] = mapped_column(String(16))
    """The node whose ledger sends; others leave it alone until `busy_until`."""
    busy_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))


class WebhookAnswerRow(Base):
    """What came of one try; the newest fifty of each webhook are kept."""

    __tablename__ = "webhook_answers"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    webhook_id: Mapped[str] = mapped_column(Uuid, ForeignKey("webhooks.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    event_id: Mapped[str] = mapped_column(Uuid)
    what: Mapped[str] = mapped_column(String(24))
    """The kind of the event, or `test`."""
    status: Mapped[int | None] = mapped_column(Integer)
    """HTTP status; None: there was no answer."""
    fault: Mapped[str] = mapped_column(String(16))
    """Why it counts as not taken; empty: it was taken."""
    took_ms: Mapped[int] = mapped_column(Integer)

    __table_args__ = (Index(None, "webhook_id", "id"),)
