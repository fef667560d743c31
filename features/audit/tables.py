"""Table of the audit log: who read what, and who changed what (SEC-1, QA-5)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class AuditRow(Base):
    """One access to customer data (SEC-1, QA-5): which person or token fetched what, and why."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    token_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("api_tokens.id"))
    account_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(45))
    detail: Mapped[str] = mapped_column(String(80))
    why: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        Index(None, "subject", "at"),
        Index(None, "at", "id"),
        Index(None, "account_id", "at"),
    )
