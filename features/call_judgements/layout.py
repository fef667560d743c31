"""What a judgement says, for pages: the value with its unit. Does no I/O."""

from collections.abc import Callable, Mapping
from typing import Final

from features.call_judgements.clauses import Judgement, Measure

_SECONDS: Final = "judgements.seconds"
UNITS: Final[Mapping[Measure, str]] = {
    Measure.ANSWER: _SECONDS,
    Measure.AGENT_ANSWERS: _SECONDS,
    Measure.RECORDED: _SECONDS,
    Measure.GREETING: _SECONDS,
    Measure.HOLD: _SECONDS,
    Measure.DEAD_AIR: _SECONDS,
    Measure.SILENT_LINE: "judgements.steps",
    Measure.CALLBACK: "judgements.minutes",
    Measure.RATE: "judgements.rate",
    Measure.LOUDNESS: "judgements.dbfs",
    Measure.INTERRUPTING: "judgements.times",
}
"""Key of the words of a value; a measure that is not here has none."""


def key_of(measure: Measure) -> str:
    """Return the part of a measure's words: `QA-3.rate` is `qa_3_rate`."""
    return measure.value.lower().replace("-", "_").replace(".", "_")


def told(one: Judgement, translate: Callable[..., str]) -> str:
    """Return the value of a judgement in words; empty: it has none."""
    unit = UNITS.get(one.measure)
    if one.value is None or unit is None:
        return ""
    number = f"{one.value:.1f}".removesuffix(".0")
    return translate(unit, value=number)
