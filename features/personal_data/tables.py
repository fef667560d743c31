"""Tables of people's rights: erasures that were asked for, proof of what was destroyed, consent."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime

GOES_ON = "state <> 'done'"


class ErasureRow(Base):
    """One erasure of one person; its states: `features.personal_data.lifecycle`.

    Whom it is about stands here only until it is done; then the keyed digest is left.
    """

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    person: Mapped[str] = mapped_column(String(64))
    """Keyed digest of the identity."""
    identity: Mapped[str] = mapped_column(String(80))
    names: Mapped[list[str]] = mapped_column(JSON)
    since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Of a telephone that many people use, a room's: only what is of this time."""
    found: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By what files know the person: calls, channels, recordings."""
    nodes: Mapped[list[str]] = mapped_column(JSON)
    """Whose files are still to be gone through."""
    state: Mapped[str] = mapped_column(String(12))
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[str] = mapped_column(String(80))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    """What was erased, and how much of it."""
    kept: Mapped[dict[str, int]] = mapped_column(JSON)
    """What stays for now, by the key of the words that say why."""
    left: Mapped[list[str]] = mapped_column(JSON)
    """Where the last look still found something; empty: nowhere."""

    __table_args__ = (
        Index(
            "ix_erasures_goes_on",
            "next_at",
            "id",
            sqlite_where=text(GOES_ON),
            postgresql_where=text(GOES_ON),
        ),
        Index(None, "person"),
    )


class DestructionRow(Base):
    """Proof that something was destroyed: what, when, by which rule. Nothing of anybody's."""

    __tablename__ = "destructions"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    node: Mapped[str] = mapped_column(String(16))
    rule: Mapped[str] = mapped_column(String(40))
    """`keep_calls=90`, or `erasure 12`."""
    what: Mapped[str] = mapped_column(String(40))
    count: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the ids, or of the digests, of what was destroyed."""

    __table_args__ = (Index(None, "at", "id"),)


class PersonKeyRow(Base):
    """The key of the digests of people, in one row: the same for all nodes."""

    __tablename__ = "person_key"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))


class ConsentRow(Base):
    """One word of a person about what may be done with the data; rows are added, never changed."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    identity: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(20))
    given: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    through: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (Index(None, "identity", "at"),)
