"""JSON of pauses of recordings."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.recording_pauses.layout import Placed
from features.recording_pauses.lifecycle import Pause, PauseEnd, PauseWhy
from web.shapes import CALL_ID, NOON, Id, Plain, Shape


class PauseShape(Shape):
    """From when to when both sides of a recording are silence because somebody asked for it."""

    id: int
    call_id: Id = Field(examples=[CALL_ID])
    why: PauseWhy = Field(description="What the customer was about to say.")
    by: Plain = Field(description="Account number of who asked for it.", examples=["8001"])
    from_at: datetime = Field(examples=[NOON])
    muted_at: datetime | None = Field(
        description="When Asterisk had muted it; null: it has not yet."
    )
    until: datetime = Field(description="When it goes on by itself.")
    left_s: float | None = Field(
        description="Seconds until then, as of this answer; null: it goes on.", examples=[118.2]
    )
    ended_at: datetime | None
    ended_how: PauseEnd | None = Field(
        description="`time`: nobody went on, it was forgotten; `call`: the call ended in it."
    )
    ended_by: Plain = Field(description="Account number of who went on.")

    @classmethod
    def of(cls, one: Pause, now: datetime) -> Self:
        told = {name: getattr(one, name) for name in cls.model_fields if name != "left_s"}
        return cls.model_validate(told | {"left_s": one.left_s(now)})


class PlacedShape(Shape):
    """A stretch of a recording in which both sides are silence because it was paused."""

    from_s: float = Field(description="Second of the recording.", examples=[31.5])
    to_s: float = Field(examples=[52.25])
    why: PauseWhy
    by: Plain = Field(description="Account number of who asked for it.", examples=["8001"])
    ended_how: PauseEnd | None

    @classmethod
    def of(cls, one: Placed) -> Self:
        pause = one.pause
        told = {"why": pause.why, "by": pause.by, "ended_how": pause.ended_how}
        return cls.model_validate({"from_s": one.from_s, "to_s": one.to_s, **told})
