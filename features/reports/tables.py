"""Tables of reports and of their letters. A report is never changed (RPT-1)."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class ReportHeadRow(Base):
    """The end of the chain of reports, in one row: whoever makes a report locks it."""

    __tablename__ = "report_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(RowNumber)
    hash: Mapped[str] = mapped_column(String(64))


class ReportRow(Base):
    """One report, as it was made: nobody edits it, a correction is another one (RPT-1)."""

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    """Its place in the chain, from 1."""
    sort: Mapped[str] = mapped_column(String(16))
    period: Mapped[str] = mapped_column(String(8))
    from_day: Mapped[date] = mapped_column(Date)
    to_day: Mapped[date] = mapped_column(Date)
    """The last day, included."""
    number: Mapped[int] = mapped_column(Integer)
    """0: the report; from 1: its corrections."""
    corrects: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("reports.id"))
    why: Mapped[str] = mapped_column(String(300))
    """Why it was corrected."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))
    """Account number, or a token's label; empty: by itself, on its date."""
    figures: Mapped[str] = mapped_column(Text)
    """JSON, byte for byte as it was hashed."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of `figures`."""
    hash: Mapped[str] = mapped_column(String(64))
    """Of the whole report and of the hash before it (`chain.py`)."""

    __table_args__ = (
        UniqueConstraint("sort", "period", "from_day", "number"),
        Index(None, "made_at", "id"),
        Index(None, "sort", "made_at", "id"),
        Index(None, "corrects"),
    )


class ReportLetterRow(Base):
    """A report on its way to one address."""

    __tablename__ = "report_letters"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    report_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("reports.id"))
    address: Mapped[str] = mapped_column(String(254))
    message_id: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(8))
    """`queued`, `sending`, `sent`, `failed` or `unclear` (`lifecycle.py`)."""
    attempts: Mapped[int] = mapped_column(Integer)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    said: Mapped[str] = mapped_column(String(300))
    """What the server said."""
    node: Mapped[str] = mapped_column(String(16))

    __table_args__ = (UniqueConstraint("report_id", "address"), Index(None, "state", "next_at"))
