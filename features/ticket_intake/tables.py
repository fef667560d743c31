"""Table of what is known of tickets that did not come by telephone (TKT-10)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime


class TicketIntakeRow(Base):
    """How a ticket came in, when, and by which channel the customer wants the answer."""

    __tablename__ = "ticket_intakes"

    ticket_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("tickets.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_by: Mapped[str] = mapped_column(String(16))
    answer_to: Mapped[str] = mapped_column(Text)
    """Where the answer goes: an address, a number."""
    reference: Mapped[str] = mapped_column(String(80))
    """The sender's own number of the matter, or what the house calls the paper."""
    account_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    token_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("api_tokens.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[str] = mapped_column(String(80), server_default="")
    """Account number or the token's label."""

    __table_args__ = (Index(None, "received_at"),)
