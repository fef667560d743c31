"""Table of the audit log: who read what, and who changed what (SEC-1, QA-5)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class AuditRow(Base):
    """One access to customer data (SEC-1, QA-5): which person or token fetched what, and why."""

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
    place: Mapped[int | None] = mapped_column(RowNumber, unique=True)
    """Its place in the chain, from 1 (`chain`); None: it is from before there was one."""
    hash: Mapped[str] = mapped_column(String(64), server_default="")
    """SHA-256 of what it says and of the hash before it."""
    salt: Mapped[str] = mapped_column(String(32), server_default="")
    """Random; with it the digest of the words is made. Empty: there was none, or it is erased."""
    sealed: Mapped[str] = mapped_column(String(64), server_default="")
    """The digest of the words, in their place; empty: they stand there."""

    __table_args__ = (
        Index(None, "subject", "at"),
        Index(None, "at", "id"),
        Index(None, "account_id", "at"),
    )


class AuditHeadRow(Base):
    """The end of the chain, in one row: whoever adds to the chain locks it."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    place: Mapped[int] = mapped_column(RowNumber)
    hash: Mapped[str] = mapped_column(String(64))
