"""Where pauses lie in a recording, for pages and the API. Does no I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from features.call_recordings.lifecycle import Recording, RecordingKind
from features.recording_pauses.lifecycle import Pause, heard_nothing


@dataclass(frozen=True, slots=True)
class Placed:
    """A pause, and from which second of the recording to which."""

    pause: Pause
    from_s: float
    to_s: float


def placed(pauses: Iterable[Pause], recording: Recording) -> Sequence[Placed]:
    """Return where the pauses of a call lie in its recording; a message has none."""
    began = recording.started_at
    if recording.kind is not RecordingKind.CALL or began is None:
        return ()
    ended = began + timedelta(seconds=recording.seconds)
    return [
        Placed(one, span.begin_s, span.end_s)
        for one in pauses
        for span in heard_nothing([one], began, ended)
    ]
