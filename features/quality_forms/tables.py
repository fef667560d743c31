"""Tables of the forms of inspection."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class QualityFormRow(Base):
    """One form of inspection, with its draft."""

    __tablename__ = "quality_forms"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    thing: Mapped[str] = mapped_column(String(16))
    draft: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(Integer)
    """Of the row: a save is upon what was read."""
    published: Mapped[int] = mapped_column(Integer)
    """The newest published version; 0: none yet."""
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """No new score is made with it from then on."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str] = mapped_column(String(80))


class QualityFormVersionRow(Base):
    """What a form asked for when it was published; never changed."""

    __tablename__ = "quality_form_versions"

    form_id: Mapped[int] = mapped_column(
        RowNumber, ForeignKey("quality_forms.id"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(80))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(String(80))
