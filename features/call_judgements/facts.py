"""What is known of a call when it is judged, and which part of its recording is whose.

Does no I/O. Seconds are those of the call's recording.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from callflow.events import JournalEvent
from features.call_recordings.lifecycle import PLAYABLE, Gap, Recording
from features.calls.lifecycle import CallRecord
from features.calls.talk_segments import held_seconds, holds
from recordings.analysis.result import Analysis, Span
from recordings.analysis.spans import both, gaps, joined


@dataclass(frozen=True, slots=True)
class Promise:
    """A callback that was promised in the call; `kept_at` is None while it is open."""

    due_at: datetime
    made_at: datetime
    kept_at: datetime | None
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a judgement rests on."""

    call: CallRecord
    events: Sequence[JournalEvent]
    recording: Recording | None
    """That of the call itself."""
    gaps: Sequence[Gap]
    analysis: Analysis | None
    promises: Sequence[Promise]
    has_ticket: bool
    paused: Sequence[Span] = ()
    """When the recording holds silence because it was paused, in its seconds."""
    now: datetime

    def second(self, at: datetime) -> float | None:
        """Return the second of the recording of a moment; None: it is not in it."""
        if self.recording is None or self.recording.started_at is None:
            return None
        if self.recording.state not in PLAYABLE:
            return None
        second = (at - self.recording.started_at).total_seconds()
        return round(second, 1) if 0 <= second <= self.recording.seconds else None


def on_hold(facts: Facts) -> Sequence[Span]:
    """Return the holds of a call that are over (SIL-7), in seconds of its recording."""
    begin = _begin(facts)
    if begin is None:
        return ()
    every = [event for event in holds(facts.events) if held_seconds(event) > 0]
    return [Span(event.at - begin - held_seconds(event), event.at - begin) for event in every]


def stretches(facts: Facts) -> Mapping[str, Sequence[Span]]:
    """Return for each agent when nobody but this agent was with the customer, heard, not on hold.

    Our side of a recording holds all of us: what two agents say at once is nobody's. Nor is the
    silence of a pause, in which a customer says a card number.
    """
    begin = _begin(facts)
    if begin is None:
        return {}
    talks = [
        (one.agent or one.seat, Span(*_within(one.from_at, one.to_at or facts.call.ended, begin)))
        for one in facts.call.segments
    ]
    held = on_hold(facts)
    found: dict[str, list[Span]] = {}
    for number, (agent, talk) in enumerate(talks):
        others = [span for other, (_, span) in enumerate(talks) if other != number]
        alone = both([talk], gaps(joined([*others, *held, *facts.paused])))
        found.setdefault(agent, []).extend(alone)
    return found


def _begin(facts: Facts) -> float | None:
    started = facts.recording.started_at if facts.recording else None
    return started.timestamp() if started else None


def _within(from_at: datetime, to_at: datetime | None, begin: float) -> tuple[float, float]:
    since = max(0.0, from_at.timestamp() - begin)
    return since, max(since, to_at.timestamp() - begin) if to_at else since
