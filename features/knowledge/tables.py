"""Table of the knowledge base (TKT-15)."""

from datetime import datetime

from sqlalchemy import (
    Index,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class KnowledgeRow(Base):
    """One answer that agents look up during a call (TKT-15)."""

    __tablename__ = "knowledge"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    business: Mapped[str | None] = mapped_column(String(40))
    keywords: Mapped[str] = mapped_column(String(400))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(80))

    __table_args__ = (Index(None, "updated_at", "id"),)
