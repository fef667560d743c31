"""JSON of calls and of who talked in them: fields, descriptions, examples.

The command line's `--json` and the API give the same shapes; `docs/api.md` promises the names.
"""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.call_recordings.shapes import GapShape, RecordingShape
from features.calls.lifecycle import (
    CallRecord,
    CallState,
    Direction,
    Disposition,
    HungUpBy,
    SilOutcome,
)
from features.calls.talk_segments import How
from features.tickets.shapes import TicketShape
from web.shapes import CALL_ID, NOON, Clean, CustomerName, CustomerNumber, Id, Plain, Shape


class MissShape(Shape):
    """An agent's phone that rang without an answer (ANS-2)."""

    agent: Clean = Field(examples=["8001"])
    at: datetime = Field(examples=[NOON])
    rang_s: float = Field(description="Seconds it rang.", examples=[15.0])


class CallShape(Shape):
    """One call, with every time of ANS-4. Times are UTC."""

    id: Id = Field(examples=[CALL_ID])
    ref: Clean = Field(description="What the caller's switch sent as X-Ref.", examples=["R-1"])
    number: CustomerNumber = Field(description="The caller's number.", examples=["13812345678"])
    name: CustomerName = Field(description="The caller's name, as sent.", examples=["张三"])
    did: Plain = Field(description="The number that was dialled.", examples=["10050"])
    state: CallState
    disposition: Disposition | None = Field(description="How it ended; null while it lasts.")
    ring_started: datetime = Field(examples=[NOON])
    answered: datetime | None
    ended: datetime | None
    rings: int = Field(description="Rings heard (1 s on, 4 s off).", examples=[1])
    held_ans1: bool = Field(description="Answered within 15 s and three rings (ANS-1).")
    queued_at: datetime | None
    queue_left_at: datetime | None
    waited_s: float | None = Field(description="Seconds in the queue.")
    agent: Clean | None = Field(description="Who answered.", examples=["8001"])
    agent_answered: datetime | None
    misses: list[MissShape] = Field(
        description="Agents' phones that rang without an answer (ANS-2)."
    )
    hung_up_by: HungUpBy | None
    sil_outcome: SilOutcome = Field(description="What was heard on the line (SIL-1, SIL-3).")
    topic: Clean | None = Field(description="Chosen in the menu.", examples=["complaint"])
    language: Clean | None = Field(examples=["zh"])
    route_reasons: list[Clean] = Field(
        description="Why the caller was offered to whom (QUE-1, QUE-2, QUE-3).",
        examples=[["QUE-1:large"]],
    )
    talk_s: float | None = Field(
        description="Seconds with at least one agent, without those on hold.", examples=[84.5]
    )
    held_s: float = Field(description="Seconds on hold (SIL-7).", examples=[12.0])
    message_s: float | None = Field(description="Seconds of the message; null: there is none.")
    node: Id = Field(description="Name of the Asterisk that it was on.", examples=["node1"])
    direction: Direction = Field(description="`in`: somebody rang us; `out`: we rang.")
    scripts: list[Clean] = Field(
        description="Script keys that an agent pressed, in order.", examples=[["cannot_hear"]]
    )
    fallback: Clean | None = Field(
        description="Why the fallback dialplan took over; null when our service did its work."
    )

    @classmethod
    def of(cls, call: CallRecord) -> Self:
        return cls.model_validate(call)


class TalkSegmentShape(Shape):
    """One agent and the customer, connected."""

    agent: Clean = Field(description="Account number, or that of a phone.", examples=["1001"])
    seat: Clean = Field(examples=["w01"])
    from_at: datetime = Field(examples=[NOON])
    to_at: datetime | None = Field(description="null while it lasts.")
    how: How
    talk_s: float = Field(description="Its seconds without those on hold.", examples=[84.5])
    held_s: float = Field(description="Its seconds on hold.", examples=[12.0])

    @classmethod
    def all_of(cls, call: CallRecord) -> list[Self]:
        return [cls.model_validate(one) for one in call.segments]


class StoryShape(CallShape):
    """One call with what belongs to it."""

    segments: list[TalkSegmentShape] = Field(
        description="Who talked with the customer, from when to when, in order."
    )
    recordings: list[RecordingShape]
    gaps: list[GapShape]
    tickets: list[TicketShape]
