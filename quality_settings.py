"""Settings of quality inspection (QA-1)."""

from pydantic import Field
from pydantic_settings import BaseSettings


class QualitySettings(BaseSettings):
    """How much is drawn for inspection, by what, and how long one may appeal."""

    quality_share: float = Field(
        5.0,
        ge=0.1,
        le=100,
        description="QA-1: per cent of each kind of business that are drawn for inspection every "
        "day, rounded up.",
    )
    quality_risk_share: float = Field(
        30.0,
        ge=0,
        le=100,
        description="Per cent of the draw that are drawn by risk; the others have all the same "
        "chance.",
    )
    quality_agent_weekly: int = Field(
        2,
        ge=1,
        le=20,
        description="QA-1: how often each agent is listened to in a week (Monday to Sunday), one "
        "live listening among them.",
    )
    quality_double_share: float = Field(
        10.0,
        ge=0,
        le=100,
        description="Per cent of the drawn calls that two inspectors score, neither seeing what "
        "the other wrote.",
    )
    quality_draw_at: str = Field(
        "02:00",
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$",
        description="Time of day at which the day before is drawn.",
    )
    quality_long_hold: int = Field(
        60,
        ge=1,
        le=3600,
        description="Seconds on hold from which on a call counts as a risk.",
    )
    quality_appeal_days: int = Field(
        7, ge=1, le=60, description="Days within which an agent may appeal against a score."
    )
