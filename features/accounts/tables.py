"""Tables of accounts, sessions and API tokens.

Rows of `duty_events` and `audit_log` are added, never changed.
"""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class AccountRow(Base):
    """One person (SEC-3); `password` is Argon2's own notation, never the password."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    number: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40))
    department: Mapped[str] = mapped_column(String(80), server_default="")
    """Whose work somebody of the role `department` sees; empty: nobody's."""
    team: Mapped[str] = mapped_column(String(80), server_default="")
    """Whose people's work a team leader sees; empty: none, and a leader sees everybody's."""
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    """One more with each change of what is said of the person."""
    password: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8))
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    must_change: Mapped[bool] = mapped_column(Boolean)
    failures: Mapped[int] = mapped_column(Integer)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SessionRow(Base):
    """One browser session; the cookie itself is never kept, only its SHA-256."""

    __tablename__ = "sessions"

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


class SecondFactorRow(Base):
    """The authenticator app of an account (TOTP)."""

    __tablename__ = "second_factors"

    account_id: Mapped[int] = mapped_column(
        RowNumber, ForeignKey("accounts.id"), primary_key=True, autoincrement=False
    )
    secret: Mapped[str] = mapped_column(String(400))
    """Sealed (`authentication/sealing.py`); an earlier version's is plain."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a code proved that the app has the secret; None: it asks for nothing yet."""
    last_step: Mapped[int] = mapped_column(RowNumber)
    """The step of the clock whose code was taken last: no code is taken twice."""


class ApiToken(Base):
    """Who may use the API; the token itself is never kept, only its SHA-256."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(40))
    department: Mapped[str] = mapped_column(String(80), server_default="")
    label: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
