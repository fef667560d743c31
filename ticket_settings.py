"""Settings of tickets' clocks (TKT-4, 6, 7, 10, 12)."""

from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings

A_YEAR: Final = 366 * 24 * 60
"""In minutes."""
_KINDS = "dispatch|typing|answer|look|progress|fault|promised|survey"


class TicketSettings(BaseSettings):
    """How long each thing may take that is done with a ticket; times in minutes."""

    ticket_office: str = Field(
        "08:30-17:30",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$",
        description="Office hours of departments on working days. Weekends and holidays do not "
        "count, days that are worked in exchange do.",
    )
    ticket_working: str = Field(
        "promised",
        pattern=rf"^$|^({_KINDS})(,({_KINDS}))*$",
        description="Clocks of tickets that count office hours only (comma between them): "
        f"{_KINDS.replace('|', ', ')}. The others count every hour.",
    )
    ticket_dispatch: int = Field(
        60,
        ge=1,
        le=A_YEAR,
        description="TKT-4: minutes in which a complaint or fault is answered or dispatched.",
    )
    ticket_urgent: int = Field(
        10, ge=1, le=A_YEAR, description="TKT-4: the same for what is marked urgent (加急)."
    )
    ticket_typing: int = Field(
        120,
        ge=1,
        le=A_YEAR,
        description="TKT-10: minutes from the receipt of a letter, fax, e-mail or visit until it "
        "is typed in.",
    )
    ticket_answer: int = Field(
        720, ge=1, le=A_YEAR, description="TKT-7: minutes in which a consultation is answered."
    )
    ticket_look: int = Field(
        60,
        ge=1,
        le=A_YEAR,
        description="TKT-7: minutes from one look at an open consultation to the next.",
    )
    ticket_progress: int = Field(
        1440,
        ge=1,
        le=A_YEAR,
        description="TKT-6: minutes after which the customer of an open complaint is told of the "
        "progress, again and again.",
    )
    ticket_fault: int = Field(
        1440,
        ge=1,
        le=A_YEAR,
        description="TKT-6: minutes after which an open fault is chased, again and again.",
    )
    ticket_department: int = Field(
        1080,
        ge=1,
        le=A_YEAR,
        description="TKT-4: minutes that a department has for an order where nobody says otherwise "
        "(two days of nine office hours).",
    )
    ticket_survey: int = Field(
        1440,
        ge=1,
        le=A_YEAR,
        description="TKT-11: minutes in which a customer is asked whether all is well.",
    )
    ticket_warn_at: int = Field(
        75,
        ge=1,
        le=100,
        description="TKT-12: per cent of its time after which a ticket's clock warns.",
    )
