"""Tables of letters, their attachments, and how far a mailbox was read (`docs/data.md`)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime, Uuid


class MailboxRow(Base):
    """How far a mailbox was read; moves in the transaction that keeps what was read."""

    __tablename__ = "mailboxes"

    name: Mapped[str] = mapped_column(String(250), primary_key=True)
    """Name, server and folder."""
    uidvalidity: Mapped[int] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it was looked into first: what had been read by people before is none of ours."""
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TicketMailRow(Base):
    """One letter, to us or from us; its state: `features.ticket_mail.lifecycle`."""

    __tablename__ = "ticket_mails"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    ticket_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("tickets.id"))
    """None: what a server says of a letter that we do not know."""
    direction: Mapped[str] = mapped_column(String(4))
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """By what it is known: the same letter delivered twice has the same."""
    message_id: Mapped[str] = mapped_column(String(250))
    refers_to: Mapped[list[Any]] = mapped_column(JSON)
    address: Mapped[str] = mapped_column(String(254))
    """Who wrote it, or to whom it goes."""
    name: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    hints: Mapped[list[Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When it came in, or was written."""
    node: Mapped[str] = mapped_column(String(16))
    """Whose store has its file."""
    path: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Since when it is tried; anew when a person says again."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    said: Mapped[str] = mapped_column(String(300))
    """What a server said last."""
    account_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    token_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("api_tokens.id"))

    __table_args__ = (
        Index(None, "ticket_id", "at"),
        Index(None, "message_id"),
        Index(None, "direction", "state", "next_at"),
        Index(None, "direction", "at", "id"),
        Index(None, "direction", "state", "at", "id"),
        Index(None, "node", "at"),
        Index(None, "address", "kind", "at"),
    )


class MailAttachmentRow(Base):
    """One attachment of a letter that came in."""

    __tablename__ = "mail_attachments"

    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    mail_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("ticket_mails.id"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(80))
    bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    path: Mapped[str] = mapped_column(String(200))
    """Empty: it is in the letter only, and nobody can download it."""
    why: Mapped[str] = mapped_column(String(16))
    """Why it stays closed, a key of words; empty: it can be had."""

    __table_args__ = (UniqueConstraint("mail_id", "position"),)
