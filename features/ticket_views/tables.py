"""Tables of views of the ticket list, and of the order in which each person has them (TKT-14)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime

_IS_THERE = text("deleted_at IS NULL")


class TicketViewRow(Base):
    """Filters and columns of the ticket list, kept under a name."""

    __tablename__ = "ticket_views"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    """Whose it is: nobody else changes it."""
    name: Mapped[str] = mapped_column(String(40))
    shared: Mapped[str] = mapped_column(String(16))
    """With whom, as `rules.Shared`."""
    shared_with: Mapped[str] = mapped_column(String(80))
    """The role, the team or the department; empty: nobody, or everybody."""
    filters: Mapped[dict[str, Any]] = mapped_column(JSON)
    columns: Mapped[list[Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """Until it is put back, or gone for good after `rules.UNDONE_WITHIN`."""

    __table_args__ = (
        Index(
            "ix_ticket_views_name",
            "account_id",
            "name",
            unique=True,
            postgresql_where=_IS_THERE,
            sqlite_where=_IS_THERE,
        ),
        Index(None, "account_id"),
        Index(None, "shared", "shared_with"),
    )


class TicketViewChoiceRow(Base):
    """In which order a person has the views, and which one the list begins with."""

    __tablename__ = "ticket_view_choices"

    account_id: Mapped[int] = mapped_column(
        RowNumber, ForeignKey("accounts.id"), primary_key=True, autoincrement=False
    )
    first: Mapped[int | None] = mapped_column(RowNumber)
    """The view that the list begins with; None: as it is without one."""
    places: Mapped[list[Any]] = mapped_column(JSON)
    """Ids of views; what is not among them comes after."""
