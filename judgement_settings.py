"""Settings of what a house counts as kept of the clauses (QA-3, SIL-7)."""

from pydantic import Field
from pydantic_settings import BaseSettings


class JudgementSettings(BaseSettings):
    """The limits by which every call is judged."""

    judge_rate_least: int = Field(
        180, ge=60, le=600, description="QA-3: characters a minute that an agent speaks at least."
    )
    judge_rate_most: int = Field(
        200, ge=60, le=600, description="QA-3: characters a minute that an agent speaks at most."
    )
    judge_rate_error: int = Field(
        10,
        ge=0,
        le=50,
        description="QA-3: percent by which a measured rate may be beyond these limits before it "
        "counts as broken: what the measurement may err.",
    )
    judge_loudness_least: float = Field(
        -40.0, ge=-80.0, le=0.0, description="QA-3: dBFS that an agent speaks with at least."
    )
    judge_loudness_most: float = Field(
        -8.0, ge=-80.0, le=0.0, description="QA-3: dBFS that an agent speaks with at most."
    )
    judge_interruptions: int = Field(
        0, ge=0, le=100, description="QA-3: times that an agent may interrupt a customer in a call."
    )
    judge_dead_air: float = Field(
        8.0,
        ge=1.0,
        le=600.0,
        description="QA-3: seconds in which nobody speaks that count as dead air, holds aside.",
    )
    judge_hold: float = Field(
        120.0, ge=1.0, le=7200.0, description="SIL-7: seconds that one hold may last."
    )
    judge_speech: float = Field(
        20.0,
        ge=1.0,
        le=600.0,
        description="QA-3: seconds that an agent must have spoken to be judged by the voice.",
    )
