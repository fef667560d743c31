"""Tables of duties: who works at which seat, and each change (QUE-4)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from callflow.events import DEFAULT_NODE
from db.base import Base, RowNumber, UtcDateTime

IS_ON = "ended_at IS NULL"
"""Written out, so that the indexes of what goes on now are found."""


def _one_on(name: str, *columns: str) -> Index:
    return Index(
        name, *columns, unique=True, sqlite_where=text(IS_ON), postgresql_where=text(IS_ON)
    )


class DutyRow(Base):
    """One person at work at one seat, from signing in to signing out (QUE-4)."""

    __tablename__ = "duties"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    seat: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(16))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(80))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    node: Mapped[str] = mapped_column(String(16), server_default=DEFAULT_NODE)
    """The Asterisk whose seat it is, and whose queues ring it."""

    __table_args__ = (
        _one_on("uq_duties_account_at_work", "account_id"),
        _one_on("uq_duties_seat_taken", "node", "seat"),
        Index(None, "account_id", "began_at"),
        Index(None, "seat", "began_at"),
    )


class DutyEventRow(Base):
    """One change of a duty."""

    __tablename__ = "duty_events"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    duty_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("duties.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    what: Mapped[str] = mapped_column(String(24))
    reason: Mapped[str] = mapped_column(String(80))

    __table_args__ = (Index(None, "duty_id", "at"),)
