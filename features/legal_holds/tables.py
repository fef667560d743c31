"""Table of legal holds (`docs/data.md`)."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class LegalHoldRow(Base):
    """A person's word that something is kept, whatever its time; never deleted, only lifted."""

    __tablename__ = "legal_holds"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    thing: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(40))
    """A call's id, a ticket's number, or what a customer's number is known by."""
    why: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(String(80))
    """Of the case, as who asked for it writes it."""
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """The midnight after its last day; None: it stands until it is lifted."""
    put_at: Mapped[datetime] = mapped_column(UtcDateTime)
    put_by: Mapped[str] = mapped_column(String(80))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lifted_by: Mapped[str] = mapped_column(String(80))
    lifted_why: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        Index(None, "lifted_at", "id"),
        Index(None, "put_at", "id"),
        Index(None, "thing", "subject", "lifted_at"),
    )
