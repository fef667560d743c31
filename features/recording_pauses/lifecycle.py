"""A pause of a recording: for what, from when to when, how it ended. Does no I/O.

    open ──▶ resumed    somebody went on: the agent, a leader
         ──▶ time       nobody did, and the longest pause was over: it was forgotten
         ──▶ call       the call ended in it
         ──▶ failed     Asterisk did not do it: nothing was muted

While a pause is open both sides of the recording are digital silence: its length stays that of the
call (ANS-5), and what was said is nowhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from recordings.analysis.result import Span

EDGE: Final = timedelta(seconds=0.1)
"""What a pause is given on both sides when it is taken out of what is judged: frames under way."""


class PauseWhy(StrEnum):
    """What a customer is about to say that no recording may hold."""

    CARD = "card"  # the number of a card and what stands on its back (PCI DSS 3.3.1)
    CODE = "code"  # a password, a code that was sent
    IDENTITY = "identity"  # the number of an identity card
    OTHER = "other"


class PauseEnd(StrEnum):
    """How a pause ended."""

    RESUMED = "resumed"
    TIME = "time"
    CALL = "call"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """One pause of the recording of one call."""

    id: int = 0
    call_id: str
    node: str
    """Of the Asterisk whose call it is."""
    channel: str
    """Asterisk's name of the recorded leg."""
    why: PauseWhy
    by: str
    """Account number of who asked for it."""
    from_at: datetime
    """When it was asked for, and kept; before that nothing was muted."""
    muted_at: datetime | None = None
    """When Asterisk had muted it; None: it has not said so."""
    until: datetime
    """When the recording goes on by itself."""
    ended_at: datetime | None = None
    ended_how: PauseEnd | None = None
    ended_by: str = ""
    """Account number of who went on; empty: nobody did."""

    @property
    def begin(self) -> datetime:
        """Return from when on nothing is heard."""
        return self.muted_at or self.from_at

    def left_s(self, now: datetime) -> float | None:
        """Return the seconds until the recording goes on by itself; None: it goes on."""
        return None if self.ended_at else max(0.0, (self.until - now).total_seconds())

    @property
    def forgotten(self) -> bool:
        """Tell whether it ended because its time was over."""
        return self.ended_how is PauseEnd.TIME


def heard_nothing(pauses: Iterable[Pause], began: datetime, ended: datetime) -> Sequence[Span]:
    """Return when a recording that `began` then holds silence by our doing, in its seconds."""
    found = []
    for one in pauses:
        if one.ended_how is PauseEnd.FAILED:
            continue
        since = max(0.0, (one.begin - began).total_seconds())
        until = (min(one.ended_at or ended, ended) - began).total_seconds()
        if until > since:
            found.append(Span(round(since, 3), round(until, 3)))
    return sorted(found, key=lambda span: span.begin_s)


def with_edges(spans: Iterable[Span]) -> Sequence[Span]:
    """Return the spans a little wider, for what is judged of the sound around them."""
    edge = EDGE.total_seconds()
    return [Span(max(0.0, one.begin_s - edge), one.end_s + edge) for one in spans]


def without(
    silent: Iterable[tuple[float, float]], pauses: Sequence[Span]
) -> Sequence[tuple[float, float]]:
    """Return the silences of a recording that no pause explains, in its seconds."""
    left = list(silent)
    for pause in with_edges(pauses):
        left = [
            piece
            for begin, end in left
            for piece in ((begin, min(end, pause.begin_s)), (max(begin, pause.end_s), end))
            if piece[1] > piece[0]
        ]
    return left
