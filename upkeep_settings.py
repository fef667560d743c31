"""Settings of logs and of what is kept of people: how long, by purpose, and what they are told.

Every `keep_…` is a number of days, 0: for ever. `ledger/retention.py` destroys what is older, and
keeps proof of it.
"""

from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings

Days = Annotated[int, Field(ge=0, le=36_500)]


class UpkeepSettings(BaseSettings):
    """Part of the settings; `settings.py` has them all."""

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much our programs write into their logs."
    )
    recording_notice: bool = Field(
        True,
        description="Whether callers are told, before the greeting, that the call is recorded.",
    )
    keep_recordings: Days = Field(
        0,
        description="Days that recordings are kept before the ledger removes them; 0: for ever.",
    )
    keep_messages: Days = Field(
        0,
        description="The same for messages that callers leave; 0: as long as other recordings.",
    )
    keep_calls: Days = Field(
        0,
        description="Days until it is forgotten who called, or was called; the call stays as a "
        "figure; 0: never.",
    )
    keep_journals: Days = Field(
        0, description="Days that every step of a call is kept; 0: for ever."
    )
    keep_tickets: Days = Field(
        0,
        description="Days until a settled ticket and its letters forget their customer; 0: never.",
    )
    keep_callbacks: Days = Field(
        0, description="Days until a callback that is over forgets whom it was for; 0: never."
    )
    keep_customers: Days = Field(
        0, description="Days without a change until a customer is taken off the list; 0: never."
    )
    keep_campaigns: Days = Field(
        0, description="Days until a campaign forgets a person that is done with; 0: never."
    )
    keep_wake_ups: Days = Field(
        0,
        description="Days until a wake-up forgets its guest; room and times stay as evidence "
        "(WAK-5); 0: never.",
    )
    keep_logs: Days = Field(
        0, description="Days that rotated logs are kept (HOME/log, not the newest); 0: for ever."
    )
    keep_complaints: Days = Field(
        0,
        description="Days after its end that a complaint stays though its customer wants to be "
        "erased, where the law says so; open tickets always do.",
    )
    disk_early: int = Field(
        80,
        ge=0,
        le=99,
        description="Per cent of the home's disk in use from which doctor and /health say that "
        "room should be made; 0: they do not. Recordings are cut far later, on a full disk.",
    )
    disk_late: int = Field(
        90,
        ge=0,
        le=99,
        description="The same, from which it is a fault to doctor: make room today.",
    )
    wait_for_calls: int = Field(
        60,
        ge=0,
        le=3600,
        description="Seconds that a stop, or an update that needs another Asterisk, waits for "
        "calls to end; new ones are answered meanwhile. 0: calls are cut off at once.",
    )
