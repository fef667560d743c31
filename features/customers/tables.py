"""Table of customers (QUE-1, QUE-3)."""

from datetime import datetime

from sqlalchemy import (
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, UtcDateTime


class CustomerRow(Base):
    """One customer, known by the telephone number; `sort` decides the way of the call (QUE-1)."""

    __tablename__ = "customers"

    identity: Mapped[str] = mapped_column(String(80), primary_key=True)
    """What the number is known by, however it is written."""
    number: Mapped[str] = mapped_column(String(80), server_default="")
    """As it is shown."""
    name: Mapped[str] = mapped_column(String(80))
    sort: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    first_agent: Mapped[str | None] = mapped_column(String(8))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(80))
    area: Mapped[str] = mapped_column(String(80), index=True)
