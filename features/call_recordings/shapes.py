"""JSON of recordings and of their gaps."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.call_recordings.lifecycle import Gap, Recording, RecordingKind, RecordingState
from web.shapes import CALL_ID, NOON, Clean, Id, Shape

RECORDING_ID = "5b2f4dd6-90f4-4c2a-8f0e-0a4f0c9d3b55"


class RecordingShape(Shape):
    """One recording; its audio is at `/api/v1/recordings/{id}/audio`."""

    id: Id = Field(examples=[RECORDING_ID])
    call_id: Id = Field(examples=[CALL_ID])
    kind: RecordingKind
    state: RecordingState
    started_at: datetime | None = Field(examples=[NOON])
    seconds: float = Field(examples=[12.34])
    bytes: int = Field(examples=[394924])
    sha256: Id = Field(description="Of the WAV file, in hexadecimal.")
    channels: int = Field(description="2: left the caller, right what the caller heard.")
    rate: int = Field(description="Samples a second, 16 bits each.", examples=[8000])
    voice_caller_s: float | None = Field(description="Seconds in which the caller spoke.")
    voice_ours_s: float | None = Field(description="Seconds of speech the caller heard.")
    why: Clean = Field(description="One sentence when the state is not `stored`.")
    created_at: datetime = Field(examples=[NOON])

    @classmethod
    def of(cls, recording: Recording) -> Self:
        return cls.model_validate(recording)


class GapShape(Shape):
    """A part of an answered call that is in no recording (ANS-5)."""

    from_at: datetime
    to_at: datetime
    why: Clean

    @classmethod
    def of(cls, gap: Gap) -> Self:
        return cls.model_validate(gap)
