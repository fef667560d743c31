"""The tables of campaigns: what is asked of whom, each person of a campaign, who must not be
rung.

A contact's `next_at` is set from the first on, also while its campaign rests: the claim asks each
running campaign for its own (`ix_campaign_contacts_due`), so that it costs the same with any number
of contacts to come, and pausing a campaign changes one row.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, RowNumber, UtcDateTime

IS_DUE_SOME_TIME = "next_at IS NOT NULL"
IS_DUE_AGAIN = "next_at IS NOT NULL AND tries > 0"
HAS_A_TICKET = "ticket_id IS NOT NULL"


class CampaignRow(Base):
    """One campaign; its states: `features.campaigns.lifecycle`."""

    __tablename__ = "campaigns"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(12))
    mode: Mapped[str] = mapped_column(String(12))
    script: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """The questions, in order: `features.campaigns.lifecycle.Question`."""
    state: Mapped[str] = mapped_column(String(12))
    zone: Mapped[str] = mapped_column(String(64))
    """Of whoever's row names none."""
    opens: Mapped[str] = mapped_column(String(5))
    """`09:00`, on the wall of the called person's zone."""
    closes: Mapped[str] = mapped_column(String(5))
    on_weekends: Mapped[bool] = mapped_column(Boolean)
    on_holidays: Mapped[bool] = mapped_column(Boolean)
    max_attempts: Mapped[int] = mapped_column(Integer)
    spacing: Mapped[dict[str, float]] = mapped_column(JSON)
    """Seconds until the next attempt, by result; a result that is not here is the last."""
    lines: Mapped[int] = mapped_column(Integer)
    """How many are called at a time at most."""
    calls_per_second: Mapped[float] = mapped_column(Float)
    preview_for: Mapped[int] = mapped_column(Integer, server_default="0")
    """Seconds for which an agent sees whom to call before the agent's phone rings."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("accounts.id"))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was stopped or had finished."""
    copied_from: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("campaigns.id"))

    __table_args__ = (Index(None, "state"),)


class CampaignContactRow(Base):
    """One person of a campaign; what the columns mean: `features.campaigns.contact`."""

    __tablename__ = "campaign_contacts"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    campaign_id: Mapped[int] = mapped_column(RowNumber, ForeignKey("campaigns.id"))
    position: Mapped[int] = mapped_column(Integer)
    """The row's place in the list that was read, from 1."""
    number: Mapped[str] = mapped_column(String(40))
    """As it is shown."""
    identity: Mapped[str] = mapped_column(String(40), server_default="")
    """What it is known by, however it is written: nobody is called twice."""
    name: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(8))
    zone: Mapped[str] = mapped_column(String(64))
    """Empty: the campaign's."""
    ticket_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("tickets.id"))
    extra: Mapped[dict[str, str]] = mapped_column(JSON)
    """Other columns of the list, as they were read."""
    state: Mapped[str] = mapped_column(String(12))
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer)
    result: Mapped[str] = mapped_column(String(16))
    answers: Mapped[dict[str, str]] = mapped_column(JSON)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("campaign_id", "position"),
        UniqueConstraint("campaign_id", "identity"),
        Index(
            "ix_campaign_contacts_due",
            "campaign_id",
            "next_at",
            "id",
            sqlite_where=text(IS_DUE_SOME_TIME),
            postgresql_where=text(IS_DUE_SOME_TIME),
        ),
        Index(
            "ix_campaign_contacts_due_again",
            "campaign_id",
            "next_at",
            "id",
            sqlite_where=text(IS_DUE_AGAIN),
            postgresql_where=text(IS_DUE_AGAIN),
        ),
        Index(None, "campaign_id", "state", "result"),
        Index(None, "identity"),
        Index(
            "ix_campaign_contacts_ticket_id",
            "ticket_id",
            sqlite_where=text(HAS_A_TICKET),
            postgresql_where=text(HAS_A_TICKET),
        ),
    )


WAS_CALLED = CampaignContactRow.tries > literal_column("0")
"""Called before; written as in the index, for a database does not look into parameters."""
