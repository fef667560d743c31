"""Settings of pauses of recordings, for card numbers and the like."""

from pydantic import Field
from pydantic_settings import BaseSettings


class PauseSettings(BaseSettings):
    """For how long a recording may be paused, and when a leader is told."""

    recording_pause_longest: int = Field(
        120,
        ge=0,
        le=600,
        description="Seconds after which a paused recording goes on by itself (a customer says a "
        "card number, and no recording may hold it); 0: nobody can pause one.",
    )
    recording_pauses_hint: int = Field(
        3,
        ge=2,
        le=100,
        description="Pauses of one call's recording from which on its team's leader gets a hint.",
    )
