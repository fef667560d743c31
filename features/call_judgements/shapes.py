"""JSON of judgements and of what is heard in a recording."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from features.call_judgements.clauses import Judgement, Measure, Outcome
from features.call_judgements.queries import Found
from recordings.analysis.result import Analysis, Side
from web.shapes import CALL_ID, NOON, Id, Plain, Shape

_SPANS = "Each: from when, to when, in seconds of the recording."


class JudgementShape(Shape):
    """One measure of one call (docs/judgements.md)."""

    measure: Measure = Field(examples=["QA-3.rate"])
    clause: Plain = Field(description="The clause of the rules.", examples=["QA-3"])
    outcome: Outcome
    agent: Plain = Field(description="Whom it is about; empty: nobody.", examples=["2101"])
    value: float | None = Field(description="In the measure's unit.", examples=[193.0])
    second: float | None = Field(description="Where it is heard in the recording.")
    why: Plain = Field(description="Why it is not applicable.", examples=["too_short"])

    @classmethod
    def of(cls, one: Judgement) -> Self:
        return cls.model_validate(_columns(one))


class FoundShape(JudgementShape):
    """One judgement in a list."""

    call_id: Id = Field(examples=[CALL_ID])
    ring_started: datetime = Field(examples=[NOON])

    @classmethod
    def of_found(cls, found: Found) -> Self:
        call = {"call_id": found.call_id, "ring_started": found.ring_started}
        return cls.model_validate(_columns(found.judgement) | call)


class SideShape(BaseModel):
    """One side of a recording."""

    talks: list[list[float]] = Field(
        description="When somebody speaks: from, to (seconds), syllables, level (dBFS)."
    )
    tones: list[list[float]] = Field(description=f"Tones of the network and keys. {_SPANS}")
    noise_db: float = Field(description="dBFS of what is there when nobody speaks.")
    peak_db: float
    clipped: float = Field(description="Share of the speech that is cut off at full scale.")

    @classmethod
    def of(cls, side: Side) -> Self:
        return cls(
            talks=[[one.begin_s, one.end_s, one.syllables, one.level_db] for one in side.talks],
            tones=[[one.begin_s, one.end_s] for one in side.tones],
            noise_db=side.noise_db,
            peak_db=side.peak_db,
            clipped=side.clipped,
        )


class AnalysisShape(BaseModel):
    """What is heard in a recording; nothing can be heard from it."""

    seconds: float
    sides: list[SideShape] = Field(description="Left the caller, right our side; of a message one.")

    @classmethod
    def of(cls, found: Analysis) -> Self:
        return cls(seconds=found.seconds, sides=[SideShape.of(side) for side in found.sides])


def _columns(one: Judgement) -> dict[str, object]:
    columns = {name: getattr(one, name) for name in Judgement.__slots__}
    return columns | {"clause": one.measure.clause}
