"""Table of the departments that tickets are dispatched to (TKT-3, TKT-4)."""

from datetime import datetime

from sqlalchemy import Boolean, Integer, String, true
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class DepartmentRow(Base):
    """One department; its name is what tickets, orders and accounts carry."""

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    name_en: Mapped[str] = mapped_column(String(80), server_default="")
    active: Mapped[bool] = mapped_column(Boolean, server_default=true())
    """Whether something may be dispatched to it."""
    hours: Mapped[int] = mapped_column(Integer, server_default="0")
    """Working hours that it has for an order; 0: as the house says."""
    office: Mapped[str] = mapped_column(String(16), server_default="")
    """Its own office hours, `08:00-17:00`; empty: those of the house."""
    holidays: Mapped[str] = mapped_column(String(400), server_default="")
    """Its own changes to the holidays, as the setting of that name; empty: those of the house."""
    phone: Mapped[str] = mapped_column(String(40), server_default="")
    """Its telephone, rung when it is late (TKT-12); empty: it is not rung."""
    email: Mapped[str] = mapped_column(String(254), server_default="")
    """Where each order for it is sent, with a link to answer by; empty: nowhere."""
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(80))
