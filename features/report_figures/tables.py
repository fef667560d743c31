"""Tables of figures: by half hour, the days that were counted, the days to be counted anew.

All of it follows from calls and tickets and can be made again.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Index, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class FigureRow(Base):
    """How much of one sort there was in one half hour: a day's rows are replaced all at once."""

    __tablename__ = "report_figures"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    day: Mapped[date] = mapped_column(Date)
    """By the house's clock."""
    slot: Mapped[int] = mapped_column(SmallInteger)
    """The half hour, from 0; what is counted by the day only has 0."""
    subject: Mapped[str] = mapped_column(String(8))
    """`calls`, `agents`, `tickets`, `acts` or `work` (`counting.py`)."""
    direction: Mapped[str] = mapped_column(String(8))
    topic: Mapped[str] = mapped_column(String(200))
    agent: Mapped[str] = mapped_column(String(150))
    outcome: Mapped[str] = mapped_column(String(24))
    """A call's disposition, a ticket's state, or what was done with tickets."""
    kind: Mapped[str] = mapped_column(String(16))
    business: Mapped[str] = mapped_column(String(40))
    nature: Mapped[str] = mapped_column(String(40))
    department: Mapped[str] = mapped_column(String(80))
    count: Mapped[int] = mapped_column(Integer)
    queued: Mapped[int] = mapped_column(Integer)
    """Calls that joined a queue."""
    measured: Mapped[int] = mapped_column(Integer)
    """Calls that the service level is measured by."""
    in_time: Mapped[int] = mapped_column(Integer)
    """Those of them that an agent answered in time."""
    rang_in_time: Mapped[int] = mapped_column(Integer)
    """Calls that were answered as ANS-1 wants it."""
    missed: Mapped[int] = mapped_column(Integer)
    """Phones that rang without an answer."""
    waited_ms: Mapped[int] = mapped_column(BigInteger)
    talk_ms: Mapped[int] = mapped_column(BigInteger)
    held_ms: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        Index(None, "day"),
        Index(None, "subject", "day"),
        Index(None, "subject", "agent", "day"),
    )


class CountedDayRow(Base):
    """A day of which the figures were counted, and how often."""

    __tablename__ = "report_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    counted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MarkRow(Base):
    """A moment of which something was changed: its day is to be counted anew (`marks.py`)."""

    __tablename__ = "report_marks"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "at"),)


class CountedByRow(Base):
    """By what days are counted, in the only row; another zone means to count all anew."""

    __tablename__ = "report_counted_by"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    counted_by: Mapped[str] = mapped_column(String(80))
    """Zone and rules; empty: nothing was counted yet."""
