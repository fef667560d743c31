"""Owns the tables of the people who work here: accounts, sittings, duties, tokens, their looks.

Rows of `duty_events` and `audit_log` are added, never changed.
"""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from tickets.models import Base, RowNumber, UtcDateTime

IS_ON = "ended_at IS NULL"
"""Written out, so that the indexes of what goes on now are found."""


class AccountRow(Base):
    """One person (SEC-3); `password` is Argon2's own notation, never the password."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40))
    password: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8))
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    must_change: Mapped[bool] = mapped_column(Boolean)
    failures: Mapped[int] = mapped_column(Integer)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SittingRow(Base):
    """One browser session; the cookie itself is never kept, only its SHA-256."""

    __tablename__ = "sittings"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(45))
    agent: Mapped[str] = mapped_column(String(200))

    __table_args__ = (Index(None, "account_id", "created_at"),)


def _one_on(name: str, column: str) -> Index:
    return Index(name, column, unique=True, sqlite_where=text(IS_ON), postgresql_where=text(IS_ON))


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

    __table_args__ = (
        _one_on("uq_duties_account_at_work", "account_id"),
        _one_on("uq_duties_seat_taken", "seat"),
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


class ApiToken(Base):
    """Who may use the API; the token itself is never kept, only its SHA-256."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AuditRow(Base):
    """One look at customer data (SEC-1, QA-5): which person or token fetched what, and why."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    token_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("api_tokens.id"))
    account_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(45))
    detail: Mapped[str] = mapped_column(String(80))
    why: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        Index(None, "subject", "at"),
        Index(None, "at", "id"),
        Index(None, "account_id", "at"),
    )
