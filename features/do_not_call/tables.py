"""Table of numbers that no campaign may ring."""

from datetime import datetime

from sqlalchemy import (
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, UtcDateTime


class DoNotCallRow(Base):
    """A number that no campaign may ring."""

    __tablename__ = "do_not_call"

    identity: Mapped[str] = mapped_column(String(40), primary_key=True)
    """What the number is known by, however it is written."""
    number: Mapped[str] = mapped_column(String(40), server_default="")
    """As it is shown."""
    why: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(80))
    """Account number, or `telephone`: the person asked for it during a call."""
