"""Tables of customers: who they are, by which numbers they are known, what they were (QUE-1)."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime
from db.terms import Terms


class CustomerRow(Base):
    """One customer, a person or a company; `sort` decides the way of the call (QUE-1)."""

    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    identity: Mapped[str] = mapped_column(String(80), unique=True)
    """What the main number is known by, however it is written."""
    number: Mapped[str] = mapped_column(String(80), server_default="")
    """The main number as it is shown."""
    name: Mapped[str] = mapped_column(String(80))
    sort: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    first_agent: Mapped[str | None] = mapped_column(String(8))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(80))
    area: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    addresses: Mapped[list[dict[str, str]]] = mapped_column(JSON, server_default="[]")
    lines: Mapped[list[dict[str, str]]] = mapped_column(JSON, server_default="[]")
    contacts: Mapped[list[dict[str, str]]] = mapped_column(JSON, server_default="[]")
    name_key: Mapped[str] = mapped_column(String(160), index=True, server_default="")
    """The name as it is compared: those with the same one may be the same."""
    sought: Mapped[str] = mapped_column(Text, server_default="")
    """All that a search finds the customer by, folded (`db/sought.py`)."""

    __table_args__ = (
        Index(None, "updated_at", "id"),
        Index(None, "sort", "updated_at", "id"),
        Index(None, "area", "updated_at", "id"),
        Index(None, "first_agent", "updated_at", "id"),
        # the id of one who was merged into another is never given to somebody else
        {"sqlite_autoincrement": True},
    )


class CustomerTermsRow(Base):
    """What a customer is found by (`terms.py`): numbers, made of the row and of nothing else."""

    __tablename__ = "customer_terms"

    customer_id: Mapped[int] = mapped_column(
        RowNumber,
        ForeignKey("customers.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )
    terms: Mapped[list[int]] = mapped_column(Terms)


class CustomerNumberRow(Base):
    """A number by which one customer is known, or somebody who speaks for the customer."""

    __tablename__ = "customer_numbers"

    identity: Mapped[str] = mapped_column(String(80), primary_key=True)
    customer_id: Mapped[int] = mapped_column(
        RowNumber, ForeignKey("customers.id", ondelete="CASCADE")
    )
    place: Mapped[int] = mapped_column(Integer)
    """0 is the main number."""
    number: Mapped[str] = mapped_column(String(80))
    label: Mapped[str] = mapped_column(String(80))
    """Whose or which: `家里`, `王经理`."""
    tail: Mapped[str] = mapped_column(String(8), index=True)
    """Its last eight digits: a number with and without its area code end alike."""

    __table_args__ = (Index(None, "customer_id", "place"),)


class CustomerVersionRow(Base):
    """What was known of a customer until a save replaced it; never changed."""

    __tablename__ = "customer_versions"

    customer_id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    """No reference: of two that were merged the history of either stays."""
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(80))
    said: Mapped[dict[str, Any]] = mapped_column(JSON)


class CustomerMergeRow(Base):
    """Two customers that were found to be one, as both were before; undone until `until`."""

    __tablename__ = "customer_merges"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    kept_id: Mapped[int] = mapped_column(RowNumber, index=True)
    gone_id: Mapped[int] = mapped_column(RowNumber)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    kept_version: Mapped[int] = mapped_column(Integer)
    """Version of the one that was kept, right after."""
    kept: Mapped[dict[str, Any]] = mapped_column(JSON)
    gone: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by: Mapped[str | None] = mapped_column(String(80))
