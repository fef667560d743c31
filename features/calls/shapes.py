"""JSON of calls, events, recordings and tickets: fields, descriptions, examples.

The command line's `--json` and the API give the same shapes; `docs/api.md` callbacks the names.
For roles that do not need whole numbers every shape has a masked form (SEC-2).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from callflow.events import JournalEvent
from callflow.text import clean, paragraphs
from features.calls.lifecycle import (
    CallRecord,
    CallState,
    Direction,
    Disposition,
    HungUpBy,
    SilOutcome,
)
from features.calls.recording import Gap, Recording, RecordingKind, RecordingState
from features.calls.talk_segments import How
from features.tickets.lifecycle import Ticket, TicketKind, TicketSource, TicketState
from phone_numbers.masking import masked_name, masked_number, masked_text

LONGEST_TEXT = 2000
LONGEST_TYPED = 4000
"""Characters of the longest text a person may type in."""

Clean = Annotated[str, BeforeValidator(lambda text: clean(str(text), LONGEST_TEXT))]
"""Text of a stranger, cleaned once more: a row may be older than today's rules of cleaning."""

Paragraphs = Annotated[str, BeforeValidator(lambda text: paragraphs(str(text), LONGEST_TYPED))]
"""What a person typed, its lines kept."""

NOON = "2026-11-21T04:00:01.250000Z"
CALL_ID = "0b0f8f3e-6a5c-4c1d-9b6e-2f1f0f6f7a10"
RECORDING_ID = "5b2f4dd6-90f4-4c2a-8f0e-0a4f0c9d3b55"


class Shape(BaseModel):
    """What all shapes have in common."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class MissShape(Shape):
    """An agent's phone that rang in vain (ANS-2)."""

    agent: Clean = Field(examples=["8001"])
    at: datetime = Field(examples=[NOON])
    rang_s: float = Field(description="Seconds it rang.", examples=[15.0])


class CallShape(Shape):
    """One call, with every time of ANS-4. Times are UTC."""

    id: str = Field(examples=[CALL_ID])
    ref: Clean = Field(description="What the caller's switch sent as X-Ref.", examples=["R-1"])
    number: Clean = Field(description="The caller's number.", examples=["13812345678"])
    name: Clean = Field(description="The caller's name, as sent.", examples=["张三"])
    did: Clean = Field(description="The number that was dialled.", examples=["10050"])
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
    misses: list[MissShape] = Field(description="Agents' phones that rang in vain (ANS-2).")
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
    node: str = Field(description="Name of the Asterisk that it was on.", examples=["node1"])
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

    def masked(self) -> Self:
        """Return the call without the caller's whole number and name."""
        return self.model_copy(
            update={"number": masked_number(self.number), "name": masked_name(self.name)}
        )


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


SHOWN_TO_ALL = frozenset(
    {
        *("kind", "queue", "topic", "language", "reason", "outcome", "steps", "verb", "status"),
        *("by", "prompt", "hangupcause", "dialstatus", "waited_s", "rang_s", "position", "error"),
    }
)
"""What an event may say to a role that sees no numbers; all else could hold one."""


class EventShape(Shape):
    """One thing that happened in a call, as a journal had it."""

    at: datetime = Field(examples=[NOON])
    source: Clean = Field(description="Which journal.", examples=["cel"])
    name: Clean = Field(examples=["ANSWER"])
    channel: Clean = Field(examples=["PJSIP/trunk-00000001"])
    data: dict[str, str] = Field(description="What else was said.", examples=[{"kind": "message"}])

    @classmethod
    def of(cls, event: JournalEvent) -> Self:
        return cls(
            at=datetime.fromtimestamp(event.at, UTC),
            source=event.source,
            name=event.name,
            channel=event.channel,
            data=_cleaned(event.data),
        )

    def masked(self) -> Self:
        """Return the event with nothing in it that could be a number or a name."""
        shown = SHOWN_TO_ALL | {"name"} if self.source == "dialogue" else SHOWN_TO_ALL  # a prompt's
        kept = {key: masked_text(text) for key, text in self.data.items() if key in shown}
        return self.model_copy(update={"data": kept})


class RecordingShape(Shape):
    """One recording; its audio is at `/api/v1/recordings/{id}/audio`."""

    id: str = Field(examples=[RECORDING_ID])
    call_id: str = Field(examples=[CALL_ID])
    kind: RecordingKind
    state: RecordingState
    started_at: datetime | None = Field(examples=[NOON])
    seconds: float = Field(examples=[12.34])
    bytes: int = Field(examples=[394924])
    sha256: str = Field(description="Of the WAV file, in hexadecimal.")
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


class TicketShape(Shape):
    """One matter of one customer."""

    number: str = Field(examples=["20261121-00042"])
    kind: TicketKind
    business: Clean | None = Field(description="Business class of TKT-1.")
    nature: Clean | None = Field(description="Nature of TKT-1.")
    source: TicketSource
    state: TicketState
    call_id: str | None = Field(examples=[CALL_ID])
    customer_number: Clean = Field(examples=["13812345678"])
    body: Paragraphs
    created_at: datetime = Field(examples=[NOON])
    due_at: datetime = Field(description="The customer has an answer by then (TKT-6, TKT-7).")
    handler: Clean | None = Field(description="Who keeps the matter (QUE-3).", examples=["1001"])
    customer_name: Clean = Field(examples=["张三"])
    answer: Paragraphs = Field(description="What the customer was told.")
    department: Clean = Field(description="Who it was dispatched to (TKT-3).")
    to_review: bool = Field(description="A junior dispatched it; a senior reviews it (TKT-3).")
    version: int = Field(description="One more with each save.", examples=[1])
    updated_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        return cls.model_validate(ticket)

    def masked(self) -> Self:
        """Return the ticket without the customer's whole number."""
        return self.model_copy(
            update={
                "customer_number": masked_number(self.customer_number),
                "customer_name": masked_name(self.customer_name),
                "body": masked_text(self.body),
                "answer": masked_text(self.answer),
            }
        )


class StoryShape(CallShape):
    """One call with what belongs to it."""

    segments: list[TalkSegmentShape] = Field(
        description="Who talked with the customer, from when to when, in order."
    )
    recordings: list[RecordingShape]
    gaps: list[GapShape]
    tickets: list[TicketShape]


def _cleaned(data: Mapping[str, str]) -> dict[str, str]:
    return {clean(str(key)): clean(str(value), 500) for key, value in list(data.items())[:50]}
