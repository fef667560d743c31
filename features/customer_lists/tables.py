"""Tables of lists of customers that people bring: how far each is, and which rows were wrong."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class CustomerImportRow(Base):
    """One list that somebody brought."""

    __tablename__ = "customer_imports"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(80))
    """Of the file."""
    by: Mapped[str] = mapped_column(String(80))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    """When the last rows were kept: one that does not move has died."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    known: Mapped[str] = mapped_column(String(8))
    """What is done with who is known already: `change` or `leave`."""
    rows: Mapped[int] = mapped_column(Integer)
    """Read so far; after the end: all."""
    fresh: Mapped[int] = mapped_column(Integer)
    changed: Mapped[int] = mapped_column(Integer)
    same: Mapped[int] = mapped_column(Integer)
    wrong: Mapped[int] = mapped_column(Integer)
    columns: Mapped[list[str]] = mapped_column(JSON)
    remarks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    fault: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """Why it could not be read, or not to its end."""


class CustomerImportFaultRow(Base):
    """One row that was wrong, as it stood; it goes with the import, after thirty days."""

    __tablename__ = "customer_import_faults"

    import_id: Mapped[int] = mapped_column(
        RowNumber, ForeignKey("customer_imports.id"), primary_key=True, autoincrement=False
    )
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """As a spreadsheet counts."""
    why: Mapped[str] = mapped_column(String(24))
    cell: Mapped[str] = mapped_column(String(12))
    given: Mapped[str] = mapped_column(String(80))
    cells: Mapped[list[str]] = mapped_column(JSON)
