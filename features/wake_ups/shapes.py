"""JSON of wake-ups: the register, each one, its evidence."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Self

from pydantic import Field

from callflow.rules.wall_clock import Leap, Moment, Repeat
from dispatch.attempts import Attempt
from features.call_recordings.lifecycle import Recording
from features.wake_up_evidence.evidence import Evidence
from features.wake_ups.lifecycle import WakeState
from features.wake_ups.queries import WakeUpView
from features.wake_ups.register import SavedRegistration, Through
from web.shapes import NOON, Clean, CustomerName, CustomerNumber, Id, Paragraphs, Plain, Shape

WORDS_S = 30
"""Seconds that a line is held after the answer: the words in both languages, and the key."""


class RegistrationShape(Shape):
    """One line of the register (WAK-1)."""

    id: int
    room: Clean = Field(examples=["8215"])
    number: CustomerNumber = Field(description="What is dialled.", examples=["8215"])
    guest: CustomerName
    language: Plain = Field(examples=["zh"])
    wall: Plain = Field(description="The time on the wall.", examples=["07:00"])
    zone: Plain = Field(examples=["Asia/Shanghai"])
    first_day: date
    last_day: date | None
    repeat: Repeat
    note: Paragraphs
    made_at: datetime = Field(examples=[NOON])
    made_by: Plain | None = Field(description="Account number; null: a program, or the guest.")
    made_through: Through = Field(description="desk, file, or guest: by the room's telephone.")
    call_id: Plain | None = Field(description="The call in which the guest asked for it.")
    cancelled_at: datetime | None
    cancelled_by: Plain | None
    cancelled_through: Through | None
    next_due: datetime | None = Field(description="When it rings next; null: not any more.")

    @classmethod
    def of(cls, line: SavedRegistration) -> Self:
        wanted = line.registration
        return cls(
            id=line.id,
            room=wanted.room,
            number=wanted.number,
            guest=wanted.guest,
            language=wanted.language,
            wall=f"{wanted.wall:%H:%M}",
            zone=wanted.zone,
            first_day=wanted.first_day,
            last_day=wanted.last_day,
            repeat=wanted.repeat,
            note=wanted.note,
            made_at=line.made_at,
            made_by=line.made_by,
            made_through=line.made_through,
            call_id=line.call_id,
            cancelled_at=line.cancelled_at,
            cancelled_by=line.cancelled_by,
            cancelled_through=line.cancelled_through,
            next_due=line.next_due,
        )


class WakeUpShape(Shape):
    """One wake-up on one day (WAK-2, WAK-3, WAK-5)."""

    id: int
    registration_id: int
    room: Clean
    guest: CustomerName
    number: CustomerNumber
    language: Plain
    zone: Plain
    day: date
    due: datetime = Field(examples=[NOON])
    state: WakeState
    next_at: datetime | None = Field(description="When the next step is due; null: under way.")
    tries: int = Field(description="How often the guest was rung.")
    attended: int = Field(description="How often an attendant was rung.")
    snoozes: int
    awake_at: datetime | None
    proof: Plain = Field(description="key, speech, attendant, desk, or empty.")
    late_s: float | None = Field(description="How late the guest woke, in seconds (WAK-5).")

    @classmethod
    def of(cls, row: WakeUpView) -> Self:
        return cls(**_columns(row))


_ATTEMPT = frozenset(field.name for field in fields(Attempt))


class AttemptShape(Shape):
    """One time that somebody was rung."""

    id: Id = Field(description="Also the id of the call, and of its recording's call.")
    who: Plain = Field(description="guest or attendant")
    number: CustomerNumber
    planned_at: datetime
    rung_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    result: Plain = Field(
        description="answered, no_answer, busy, unreachable, no_line …; empty: goes on."
    )
    trunk: Plain = Field(description="The trunk it went out on last; empty: a phone of the house.")
    trunk_said: Clean = Field(
        description="What each trunk answered, in order.",
        examples=["carrier 503 Service Unavailable; backup 486 Busy Here"],
    )
    said: Plain = Field(description="awake, snoozed, accepted, reported, or empty.")
    recording_id: Plain | None = Field(description="The call's recording; null: there is none.")

    @classmethod
    def of(cls, attempt: Attempt, recordings: Mapping[str, Recording]) -> Self:
        recording = recordings.get(attempt.id)
        columns = {name: getattr(attempt, name) for name in cls.model_fields if name in _ATTEMPT}
        return cls(**columns, recording_id=recording.id if recording else None)


class EvidenceShape(WakeUpShape):
    """One wake-up with all that was done for it."""

    registration: RegistrationShape = Field(description="Who asked for it, when and how.")
    attempts: list[AttemptShape]
    said_by: Plain = Field(
        description="Whose word it was that the guest is awake, number and name; empty: nobody's."
    )

    @classmethod
    def made_of(cls, found: Evidence) -> Self:
        return cls(
            **_columns(found.shown),
            registration=RegistrationShape.of(found.line),
            said_by=found.said_by,
            attempts=[AttemptShape.of(each, found.recordings) for each in found.attempts],
        )


class ForecastShape(Shape):
    """How a minute looks before one more is registered for it."""

    at: datetime
    leap: Leap = Field(description="`left_out`: rung when the clock leaps; `twice`: the first time")
    asked: int = Field(description="How many are to be woken in that minute.")
    lines: int
    last_at: datetime = Field(
        description="When the last of them is rung, if all take as long as a line is held at most."
    )

    @classmethod
    def of(cls, moment: Moment, *, asked: int, lines: int, ring_for: float) -> Self:
        rounds = max(0, (asked - 1) // lines)
        last_at = moment.at + timedelta(seconds=rounds * (ring_for + WORDS_S))
        return cls(at=moment.at, leap=moment.leap, asked=asked, lines=lines, last_at=last_at)


def _columns(row: WakeUpView) -> dict[str, object]:
    wake_up = row.wake_up
    own = {name: getattr(wake_up, name) for name in ("number", "due", "state", "next_at", "tries")}
    more = ("attended", "snoozes", "awake_at", "proof", "late_s")
    shown = ("id", "registration_id", "room", "guest", "language", "zone", "day")
    return (
        own
        | {name: getattr(wake_up, name) for name in more}
        | {name: getattr(row, name) for name in shown}
    )
