"""Tables of emergency notifications (CBK-5): incidents and households.

`notification_households.next_at` is the work queue, as `wake_ups.next_at` is.
"""

from datetime import datetime

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime

IS_DUE_SOME_TIME = "next_at IS NOT NULL"


class IncidentRow(Base):
    """One incident, and the notification about it; `queries.py` says what its columns mean."""

    __tablename__ = "incidents"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    what: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reporter: Mapped[str] = mapped_column(String(120))
    details: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(8))
    message: Mapped[str] = mapped_column(Text)
    take: Mapped[int] = mapped_column(Integer)
    recorded: Mapped[bool] = mapped_column(Boolean)
    voice: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_by: Mapped[str] = mapped_column(String(80))
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_by: Mapped[str] = mapped_column(String(80))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "made_at", "id"), Index(None, "voice"))


class NotificationHouseholdRow(Base):
    """One household of one notification; `lifecycle.py` says what its columns mean."""

    __tablename__ = "notification_households"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    incident_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("incidents.id"))
    name: Mapped[str] = mapped_column(String(80))
    area: Mapped[str] = mapped_column(String(80))
    numbers: Mapped[list[str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16))
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    step: Mapped[int] = mapped_column(Integer)
    tries: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(24))
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_on: Mapped[str] = mapped_column(String(40))
    door_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (
        Index(
            "ix_notification_households_next_at",
            "next_at",
            "id",
            sqlite_where=text(IS_DUE_SOME_TIME),
            postgresql_where=text(IS_DUE_SOME_TIME),
        ),
        Index(None, "incident_id", "state", "id"),
    )
