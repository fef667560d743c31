"""Settings of calls that we make: wake-ups, callbacks, emergency notifications, campaigns."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

import setting_values as values


class OutboundSettings(BaseSettings):
    """How people are called, how often, and until when."""

    trunk_out: Annotated[str, AfterValidator(values.host_and_port)] = Field(
        "",
        description="SIP trunk or PBX for the calls that we make: host or host:port; empty: only "
        "the house's own phones can be called.",
    )
    lines_out: int = Field(60, ge=1, le=500, description="How many calls we make at once.")
    attendants: Annotated[str, AfterValidator(values.each(values.plain))] = Field(
        "",
        pattern=r"^$|^[0-9*#]{2,20}(,[0-9*#]{2,20})*$",
        description="WAK-3: telephones of the floor attendants, in order (comma between them).",
    )
    wake_proof: Literal["key", "speech"] = Field(
        "key", description="What proves that a guest is awake: a key only, or a spoken answer too."
    )
    wake_ring_for: int = Field(30, ge=5, le=120, description="Seconds a guest's phone rings.")
    wake_again_every: int = Field(
        60, ge=5, le=600, description="Seconds from one call of a guest to the next (WAK-3)."
    )
    wake_give_up_after: int = Field(
        300,
        ge=10,
        le=3600,
        description="Seconds without a sign from a guest until an attendant is asked to knock "
        "(WAK-3: 5 or 10 minutes).",
    )
    wake_snooze_for: int = Field(
        600, ge=10, le=3600, description="Seconds until a guest who pressed snooze is called again."
    )
    wake_knock_within: int = Field(
        300, ge=10, le=3600, description="Seconds in which an attendant reports from the room."
    )
    wake_grace: int = Field(
        1800,
        ge=60,
        le=86_400,
        description="Seconds after which a late wake-up is not called any more; the desk is told.",
    )
    callback_ring_for: int = Field(
        30, ge=5, le=120, description="Seconds the customer's phone rings for a callback."
    )
    callback_again_every: int = Field(
        300,
        ge=5,
        le=86_400,
        description="Seconds until the next attempt when the customer was busy or did not answer.",
    )
    callback_tries: int = Field(
        3, ge=1, le=20, description="Attempts at the customer before the desk is told (CBK-1)."
    )
    callback_grace: int = Field(
        14_400,
        ge=600,
        le=604_800,
        description="Seconds after which an overdue callback is not called but told to the desk.",
    )
    notification_ring_for: int = Field(
        25, ge=5, le=120, description="CBK-5: seconds a number rings in an emergency notification."
    )
    notification_rounds: int = Field(
        3, ge=1, le=20, description="How often all numbers of a household are tried."
    )
    notification_next_number_after: int = Field(
        5, ge=0, le=600, description="Seconds from one number of a household to its next."
    )
    notification_round_every: int = Field(
        120, ge=0, le=3600, description="Seconds from one round over these numbers to the next."
    )
    wake_menu_extension: str = Field(
        "8500",
        pattern=r"^$|^[0-9]{2,6}$",
        description="What a guest dials on a telephone of the house to register a wake-up (WAK-1); "
        "empty: guests cannot.",
    )
    lines_campaigns: int = Field(
        20, ge=1, le=500, description="How many of these calls may be for campaigns at once."
    )
    campaign_ring_for: int = Field(
        30, ge=5, le=120, description="Seconds the phone of a campaign's contact rings."
    )
