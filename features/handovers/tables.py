"""Table of the hand-over log (RPT-4)."""

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class HandoverRow(Base):
    """One shift's report to the next (RPT-4); signed once, by somebody else."""

    __tablename__ = "handovers"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    shift: Mapped[str] = mapped_column(String(40))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    written_by: Mapped[int] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    equipment: Mapped[str] = mapped_column(Text)
    problems: Mapped[str] = mapped_column(Text)
    faults: Mapped[str] = mapped_column(Text)
    staff: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("accounts.id"))

    __table_args__ = (Index(None, "written_at", "id"),)
