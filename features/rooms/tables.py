"""Table of rooms: what is dialled for each (WAK-1)."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, UtcDateTime


class RoomRow(Base):
    """One room and the number of its telephone."""

    __tablename__ = "rooms"

    room: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[str] = mapped_column(String(80))
