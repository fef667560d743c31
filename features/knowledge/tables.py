"""Tables of the knowledge base: answers, what they said before, files, proposals (TKT-15)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime
from db.terms import Terms


class KnowledgeRow(Base):
    """One answer that agents look up during a call (TKT-15)."""

    __tablename__ = "knowledge"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    business: Mapped[str | None] = mapped_column(String(40))
    keywords: Mapped[str] = mapped_column(String(400))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    helped: Mapped[int] = mapped_column(Integer, server_default="0")
    """How often it helped: rows of `knowledge_helped`."""
    valid_from: Mapped[date | None] = mapped_column(Date)
    """First day of the house; None: from ever."""
    valid_until: Mapped[date | None] = mapped_column(Date)
    """Last day of the house; None: for ever."""
    sought_title: Mapped[str] = mapped_column(Text, server_default="")
    """Folded, as the others (`db/sought.py`)."""
    sought_keywords: Mapped[str] = mapped_column(Text, server_default="")
    sought_body: Mapped[str] = mapped_column(Text, server_default="")

    __table_args__ = (Index(None, "updated_at", "id"),)


class KnowledgeTermsRow(Base):
    """What an answer is found by (`terms.py`): numbers, made of the row and of nothing else."""

    __tablename__ = "knowledge_terms"

    entry_id: Mapped[int] = mapped_column(
        RowNumber,
        ForeignKey("knowledge.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    terms: Mapped[list[int]] = mapped_column(Terms)


class KnowledgeVersionRow(Base):
    """What an answer said until a save replaced it; never changed."""

    __tablename__ = "knowledge_versions"

    entry_id: Mapped[int] = mapped_column(
        RowNumber, ForeignKey("knowledge.id"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    said: Mapped[dict[str, Any]] = mapped_column(JSON)


class KnowledgeFileRow(Base):
    """One file beside an answer; its bytes lie in the store under their digest."""

    __tablename__ = "knowledge_files"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    entry_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("knowledge.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[str] = mapped_column(String(80))
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Taken off; the file stays in the store for old versions."""
    gone_by: Mapped[str | None] = mapped_column(String(80))


class KnowledgeProposalRow(Base):
    """An answer that an agent proposes, from a ticket that was hard to answer."""

    __tablename__ = "knowledge_proposals"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    ticket: Mapped[str] = mapped_column(String(24))
    """Number of the ticket it comes from; empty: from none."""
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    business: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    why: Mapped[str] = mapped_column(String(400))
    entry_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("knowledge.id"))

    __table_args__ = (Index(None, "state", "at"),)


class KnowledgeHelpedRow(Base):
    """An answer helped in one matter: counted once a call, or once a day for who is in none."""

    __tablename__ = "knowledge_helped"

    entry_id: Mapped[int] = mapped_column(
        RowNumber, ForeignKey("knowledge.id"), primary_key=True, autoincrement=False
    )
    matter: Mapped[str] = mapped_column(String(80), primary_key=True)
    """Id of the call, or who and which day."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(80))
