"""Tables of calls to departments: what they are asked, each call, and the tickets it tells of.

`department_asks.next_at` is the work queue, as `wake_ups.next_at` is.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime

IS_DUE_SOME_TIME = "next_at IS NOT NULL"
IS_OPEN = "ended_at IS NULL"


class DepartmentAskRow(Base):
    """One overdue ticket about which a department is rung; `lifecycle.py` says what it means."""

    __tablename__ = "department_asks"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("tickets.id"))
    department: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(12))
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer)
    result: Mapped[str] = mapped_column(String(12))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "uq_department_asks_open",
            "ticket_id",
            unique=True,
            sqlite_where=text(IS_OPEN),
            postgresql_where=text(IS_OPEN),
        ),
        Index(
            "ix_department_asks_next_at",
            "next_at",
            "id",
            sqlite_where=text(IS_DUE_SOME_TIME),
            postgresql_where=text(IS_DUE_SOME_TIME),
        ),
        Index(None, "ticket_id", "id"),
        Index(None, "department", "id"),
    )


class DepartmentCallRow(Base):
    """One call to a department; its attempt has the row's id as its subject."""

    __tablename__ = "department_calls"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    department: Mapped[str] = mapped_column(String(80))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reached: Mapped[str] = mapped_column(String(16))
    """Who or what lifted the receiver, as far as the dialogue has said; empty: nothing."""
    result: Mapped[str] = mapped_column(String(12))
    """How it ended: `answered` when every ticket has an answer, else the outcome."""

    __table_args__ = (
        Index(
            "uq_department_calls_goes_on",
            "department",
            unique=True,
            sqlite_where=text(IS_OPEN),
            postgresql_where=text(IS_OPEN),
        ),
        Index(None, "department", "began_at"),
        Index(None, "began_at"),
    )


class DepartmentCallTicketRow(Base):
    """One ticket in a call to a department."""

    __tablename__ = "department_call_tickets"

    call_id: Mapped[int] = mapped_column(
        RowNumber, ForeignKey("department_calls.id"), primary_key=True
    )
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    """From 1, in the order in which they are told."""
    ask_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("department_asks.id"))
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its number and its time had been said."""
    key: Mapped[str] = mapped_column(String(1))
    """What was pressed for it; empty: nothing."""
    pressed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "ask_id"),)
