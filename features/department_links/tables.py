"""Table of the signed links that were sent to departments (`rules.py` says what they are)."""

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
