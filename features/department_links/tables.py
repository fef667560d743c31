"""Tables of what was sent to departments: signed links (`rules.py`), letters on later orders."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class DepartmentLinkRow(Base):
    """One link; without the house's signature its number opens nothing."""

    __tablename__ = "department_links"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("tickets.id"))
    order_number: Mapped[str] = mapped_column(String(32))
    department: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(254))
    """Where it was sent to."""
    turn: Mapped[int] = mapped_column(Integer)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a newer one was sent in its place."""

    __table_args__ = (
        UniqueConstraint("order_number", "department", "turn"),
        Index(None, "ticket_id", "made_at"),
    )


class DepartmentLetterRow(Base):
    """One order that follows another (追单, 催单, 退单), of which its department was written.

    It is decided once, also that nothing is written: by its key two ledgers send one letter.
    """

    __tablename__ = "department_letters"

    order_number: Mapped[str] = mapped_column(String(32), primary_key=True)
    department: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(254))
    """Where it was sent to; empty: nowhere, the order was past by then."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
