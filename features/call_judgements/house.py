"""The limits of the house, from its settings."""

from features.call_judgements.clauses import Limits
from settings import Settings


def limits_of(settings: Settings) -> Limits:
    """Return by what the house judges its calls."""
    return Limits(
        rate=(settings.judge_rate_least, settings.judge_rate_most),
        rate_error=settings.judge_rate_error / 100,
        loudness=(settings.judge_loudness_least, settings.judge_loudness_most),
        interruptions=settings.judge_interruptions,
        dead_air_s=settings.judge_dead_air,
        hold_s=settings.judge_hold,
        speech_s=settings.judge_speech,
    )
