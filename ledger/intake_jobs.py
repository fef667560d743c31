"""One recording to take in, and which rows come of it. Does no I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from callflow.events import JournalEvent
from features.call_recordings.lifecycle import Gap, Recording, RecordingKind, RecordingState
from features.calls.lifecycle import CallRecord
from features.tickets.lifecycle import Ticket, TicketSource, opened
from recordings.store import StillGrowingError, Taken, path_of, recording_id

LEAST_SPEECH_S: Final = 0.4
"""A message with less is empty: a click or a breath on a dead line, not a word."""

LEAST_TONES_S: Final = 1.0
ONLY_TONES: Final = "no words, only tones of the network: a busy line, a fax"


@dataclass(frozen=True)
class Job:
    call: CallRecord
    kind: RecordingKind
    spooled: Path

    @property
    def key(self) -> tuple[str, RecordingKind]:
        return self.call.id, self.kind

    @cached_property
    def identity(self) -> str:
        return recording_id(self.call.id, self.kind)

    @cached_property
    def path(self) -> str:
        """Where it will lie in the store."""
        return path_of(self.identity, self.call.ring_started)


class Nothing(Enum):
    """Why there is nothing in the store."""

    NO_FILE = auto()
    NO_AUDIO = auto()


Audio = Taken | Nothing | StillGrowingError | OSError


@dataclass(frozen=True, slots=True)
class Done:
    job: Job
    recording: Recording
    gaps: Sequence[Gap]
    ticket: Ticket | None


def recording_of(job: Job, audio: Taken | Nothing, *, now: float) -> Recording:
    call = job.call
    taken = audio if isinstance(audio, Taken) else None
    state, why = state_of(call, audio)
    of_call = job.kind is RecordingKind.CALL
    voice = taken.voice_s if taken else ()
    return Recording(
        id=job.identity,
        call_id=call.id,
        kind=job.kind,
        state=state,
        path=job.path if taken else "",
        started_at=(call.recording_at or call.answered) if of_call else call.message_at,
        seconds=taken.seconds if taken else 0.0,
        bytes=taken.bytes if taken else 0,
        sha256=taken.sha256 if taken else "",
        channels=taken.channels if taken else 0,
        rate=taken.rate if taken else 0,
        voice_caller_s=voice[0] if voice else None,
        voice_ours_s=voice[1] if len(voice) > 1 else None,
        why=why,
        created_at=datetime.fromtimestamp(now, UTC),
    )


def state_of(call: CallRecord, audio: Taken | Nothing) -> tuple[RecordingState, str]:
    match audio:
        case Nothing.NO_FILE:
            return RecordingState.MISSING, "there is no file"
        case Nothing.NO_AUDIO:
            return RecordingState.LOST, "the file holds no audio"
        case Taken(whole=True) if call.hung_up_by != "switch":
            return RecordingState.STORED, ONLY_TONES if _is_tones(audio) else ""
    return RecordingState.REPAIRED, "its writer was cut off"


def _is_tones(audio: Taken) -> bool:
    return audio.tones_s >= LEAST_TONES_S and max(audio.voice_s) < LEAST_SPEECH_S


def ticket_of(call: CallRecord, recording: Recording) -> Ticket | None:
    """Return the ticket of a message (QUE-5); None when there is no word in it."""
    if (recording.voice_caller_s or 0.0) < LEAST_SPEECH_S:
        return None
    assert call.ended is not None
    return opened(
        source=TicketSource.MESSAGE,
        topic=call.topic,
        call_id=call.id,
        customer_number=call.number,
        customer_name=call.name,
        created_at=call.ended,
    )


def told(one: Done, number: str | None, now: float) -> Iterable[JournalEvent]:
    """Return what the call's own list of events says about this."""
    kind, call_id, node = one.job.kind, one.job.call.id, one.job.call.node
    file = f"archive/{call_id}/{kind}"
    state = {"kind": str(kind), "state": str(one.recording.state), "id": one.recording.id}
    said = partial(JournalEvent, now, "ledger", file, about=call_id, node=node)
    yield said(offset=0, name="recording_kept", data=state)
    if number is not None:
        ticket = {"number": number}
        yield said(offset=1, name="ticket_opened", data=ticket)
    elif kind is RecordingKind.MESSAGE:
        heard = "tones" if one.recording.why == ONLY_TONES else "nothing"
        yield said(offset=1, name="message_empty", data={"heard": heard})
