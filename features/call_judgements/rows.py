"""Converts analyses and judgements to rows and back. Does no I/O."""

from typing import Any

from sqlalchemy import RowMapping

from features.call_judgements.clauses import Judgement, Measure, Outcome
from recordings.analysis.result import Analysis, Side, Span, Talk

_DECIMALS = 2


def of_sides(analysis: Analysis) -> list[dict[str, Any]]:
    """Return what a row holds of an analysis: spans as short lists of numbers."""
    return [
        {
            "talks": [
                _short(one.begin_s, one.end_s, one.syllables, one.level_db) for one in side.talks
            ],
            "tones": [_short(one.begin_s, one.end_s) for one in side.tones],
            "noise_db": round(side.noise_db, 1),
            "peak_db": round(side.peak_db, 1),
            "clipped": round(side.clipped, 5),
        }
        for side in analysis.sides
    ]


def analysis_in(row: RowMapping) -> Analysis:
    """Return the analysis that a row of `recording_analyses` holds."""
    return Analysis(
        version=row["version"],
        seconds=row["seconds"],
        sides=tuple(_side_in(side) for side in row["sides"]),
    )


def _side_in(kept: dict[str, Any]) -> Side:
    return Side(
        talks=tuple(Talk(*one) for one in kept["talks"]),
        tones=tuple(Span(*one) for one in kept["tones"]),
        noise_db=kept["noise_db"],
        peak_db=kept["peak_db"],
        clipped=kept["clipped"],
    )


def of_judgement(one: Judgement) -> dict[str, Any]:
    """Return the columns that say what a judgement is."""
    columns = {name: getattr(one, name) for name in Judgement.__slots__}
    return columns | {"measure": one.measure.value, "outcome": one.outcome.value}


def judgement_in(row: RowMapping) -> Judgement:
    """Return the judgement that a row of `call_judgements` holds."""
    columns: dict[str, Any] = {name: row[name] for name in Judgement.__slots__}
    columns["measure"] = Measure(row["measure"])
    columns["outcome"] = Outcome(row["outcome"])
    return Judgement(**columns)


def _short(*numbers: float) -> list[float]:
    return [round(each, _DECIMALS) for each in numbers]
