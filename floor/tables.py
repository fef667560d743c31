"""The table of who has the floor of a node."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class FloorLeaseRow(Base):
    """The desk that has the floor of a node; it adds one to `beat` again and again."""

    __tablename__ = "floor_leases"

    node: Mapped[str] = mapped_column(String(16), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    """Name of that desk; empty: it has let go."""
    beat: Mapped[int] = mapped_column(BigInteger)
