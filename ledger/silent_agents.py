"""Silent agents: finds, during the talk, an agent of whom nothing arrives in the recording.

Each agent's talk is listened to once, some seconds after the lift, in the file that Asterisk still
writes. What is found is said at once, in the call's own events, in the log and as a figure; after
the call a row of recording_gaps says the same (features/call_recordings/lifecycle.py).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from callflow.events import JournalEvent
from features.calls.lifecycle import CallRecord
from features.calls.talk_segments import TalkSegment
from recordings.silence import is_silent
from recordings.wav import RATE, RAW_STEREO

FROM_S: Final = 1.0
"""Seconds after the lift from which on a phone must have sent something."""
LISTENED_S: Final = 4.0
WRITTEN_AFTER_S: Final = 2.5
"""Asterisk writes in pieces: what was said is in the file after this at the latest."""

_BYTES_A_S: Final = RATE * RAW_STEREO.frame_bytes
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Talk:
    call_id: str
    node: str
    segment: TalkSegment
    began: float
    """When the recording began, in seconds since 1970."""

    @property
    def key(self) -> tuple[str, float]:
        return self.call_id, self.segment.from_at.timestamp()


class SilentAgentCheck:
    """The talks that go on and have not been listened to yet."""

    def __init__(self, calls: Path) -> None:
        self._calls = calls
        self._talks: dict[str, _Talk] = {}
        self._done: dict[str, float] = {}
        """When the talk began that was listened to last, by the call."""
        self.silent_talks = 0

    def look_at(self, call: CallRecord) -> None:
        """Take note of a call."""
        began = call.recording_at or call.answered
        now = next((one for one in reversed(call.segments) if one.to_at is None), None)
        if call.ended is not None or began is None:
            self._talks.pop(call.id, None)
            self._done.pop(call.id, None)
        elif now is None:
            self._talks.pop(call.id, None)
        elif self._done.get(call.id, 0.0) < now.from_at.timestamp():
            self._talks[call.id] = _Talk(call.id, call.node, now, began.timestamp())

    def due(self, now: float) -> frozenset[str]:
        """Return the calls whose talks have lasted long enough to be listened to."""
        return frozenset(talk.call_id for talk in self._due(now))

    def turn(self, now: float, paused: Collection[str] = ()) -> list[JournalEvent]:
        """Listen to the talks that have lasted long enough; return what is to be kept of it.

        Of the calls whose recording was `paused` nothing is said here: silence was asked for.
        """
        found: list[JournalEvent] = []
        for talk in self._due(now):
            self._talks.pop(talk.call_id)
            self._done[talk.call_id] = talk.segment.from_at.timestamp()
            if talk.call_id not in paused and self._is_silent(talk):
                found.append(self._finding(talk, now))
        return found

    def _due(self, now: float) -> Iterator[_Talk]:
        wait_s = FROM_S + LISTENED_S + WRITTEN_AFTER_S
        for talk in list(self._talks.values()):
            if now - talk.segment.from_at.timestamp() >= wait_s:
                yield talk

    def _is_silent(self, talk: _Talk) -> bool:
        """Tell whether nothing of ours is in the file; one that cannot be read says nothing."""
        at_s = talk.segment.from_at.timestamp() + FROM_S - talk.began
        try:
            with (self._calls / f"{talk.call_id}.raw").open("rb") as file:
                file.seek(max(0, round(at_s * RATE)) * RAW_STEREO.frame_bytes)
                audio = file.read(round(LISTENED_S * _BYTES_A_S))
        except OSError:
            return False
        return len(audio) >= LISTENED_S * _BYTES_A_S * 0.75 and is_silent(audio)

    def _finding(self, talk: _Talk, now: float) -> JournalEvent:
        self.silent_talks += 1
        agent = talk.segment.agent or talk.segment.seat
        _log.error("nothing of an agent is recorded", call=talk.call_id, agent=agent)
        data = {"agent": agent, "seat": talk.segment.seat}
        at_ms = round(talk.segment.from_at.timestamp() * 1000)
        file = f"listening/{talk.call_id}"
        said = (now, "ledger", file, at_ms, "voice_missing", talk.call_id)
        return JournalEvent(*said, data=data, node=talk.node)
