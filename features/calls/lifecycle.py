"""Folds the events of one call into one row (ANS-4). Does no I/O.

Every call ends with exactly one disposition, the first line of this table that holds:

| disposition | when |
|---|---|
| switch_crash | the switch of its node died before the call had ended: the line went dead |
| agent | an agent and the caller were connected |
| message | the recording of a message began |
| silent, too_quiet | we hung up at the end of SIL-1, SIL-3 |
| outbound | it was we who rang, and somebody answered |
| promised | the caller did not want to wait, and is called back |
| farewell | we hung up after a farewell |
| failed | none of the above, and it was not the caller who hung up, nor the line that was lost |
| abandoned_queue | the caller hung up, or was lost, after joining the queue |
| abandoned_ringing | the caller hung up before the answer |
| abandoned_dialogue | the caller hung up after the answer |

Events may be missing, late or doubled; the same set of events gives the same row in whatever
order it is handed over.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from math import ceil

from callflow.events import DEFAULT_NODE, JournalEvent
from features.calls.evidence import CallEvidence, hear
from features.calls.talk_segments import TalkSegment, connected_s, customer_gone, talk_segments

RING_S = 5.0
"""A Chinese ring: 1 s on, 4 s off."""
NO_AUDIO, NO_ANSWER = "44", "18"
"""Causes (Q.850) of a line that Asterisk gave up."""
ANS1_S = 15.0
ANS1_RINGS = 3


class Disposition(StrEnum):
    ABANDONED_RINGING = "abandoned_ringing"
    ABANDONED_DIALOGUE = "abandoned_dialogue"
    ABANDONED_QUEUE = "abandoned_queue"
    AGENT = "agent"
    MESSAGE = "message"
    SILENT = "silent"
    TOO_QUIET = "too_quiet"
    PROMISED = "promised"
    OUTBOUND = "outbound"
    FAREWELL = "farewell"
    SWITCH_CRASH = "switch_crash"
    FAILED = "failed"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"  # the dispatcher rang somebody, who answered


class CallState(StrEnum):
    RINGING = "ringing"  # not answered yet
    DIALOGUE = "dialogue"  # answered; our service or the fallback dialplan has the caller
    QUEUED = "queued"  # waiting for an agent
    TALKING = "talking"  # connected to an agent
    MESSAGE = "message"  # leaving a message
    ENDED = "ended"


class SilOutcome(StrEnum):
    ALIVE = "alive"  # speech or a key
    SILENT = "silent"  # SIL-1 to its end
    TOO_QUIET = "too_quiet"  # SIL-3 to its end
    NONE = "none"  # the line was not asked, or the caller left before it was known


class HungUpBy(StrEnum):
    CALLER = "caller"
    AGENT = "agent"
    SYSTEM = "system"  # our dialplan or our service
    SWITCH = "switch"  # Asterisk died
    LINE = "line"  # nobody: no audio came any more, or nothing was acknowledged


@dataclass(frozen=True, slots=True)
class Miss:
    """An agent's phone that rang without an answer (ANS-2)."""

    agent: str
    at: datetime
    rang_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call, with every time of ANS-4; times are aware UTC."""

    id: str
    linkedid: str
    boot: str
    ref: str
    """What the caller's switch sent as `X-Ref`."""
    number: str
    name: str
    did: str
    """The number that was dialled."""
    ring_started: datetime
    answered: datetime | None
    ended: datetime | None
    rings: int
    held_ans1: bool
    """Answered within 15 s and three rings (ANS-1)."""
    queued_at: datetime | None
    queue_left_at: datetime | None
    waited_s: float | None
    agent: str | None
    """Who answered first: an account's number, or the number of a phone without sign-in."""
    agent_answered: datetime | None
    misses: tuple[Miss, ...]
    hung_up_by: HungUpBy | None
    disposition: Disposition | None
    """None while the call lasts."""
    sil_outcome: SilOutcome
    topic: str | None
    language: str | None
    fallback: str | None
    """Why the fallback dialplan had to take over; None when our service did its work."""
    recording_at: datetime | None
    """When the recording was started."""
    message_at: datetime | None
    """When the recording of a message began."""
    state: CallState
    route_reasons: tuple[str, ...] = ()
    """Why the caller was offered to whom, `QUE-1:large` (callflow.rules.routing)."""
    held_s: float = 0.0
    """Seconds on hold (SIL-7)."""
    direction: Direction = Direction.IN
    scripts: tuple[str, ...] = ()
    """The script keys that an agent pressed, in order."""
    talk_s: float | None = None
    """Seconds with at least one agent, without those on hold; None: with nobody."""
    message_s: float | None = None
    """Seconds of the message; None: there is none."""
    segments: tuple[TalkSegment, ...] = ()
    """Which agents talked with the customer, when; not told with lists of calls."""
    node: str = DEFAULT_NODE
    """The Asterisk that it was on; `linkedid` and `boot` are names there."""


def fold(events: Iterable[JournalEvent]) -> CallRecord | None:
    """Return what a call was, or is so far; None without a `TR_CALL` among its events.

    The site's events may be among them: a switch that died or started ends the calls of the boot
    before it, on its own node.
    """
    heard = hear(events)
    if heard.call is None:
        return None
    boot = heard.call.about.rpartition("-")[0]
    gone = heard.hung_up.at if heard.hung_up else heard.all_gone
    if gone is not None and heard.rang_first:
        gone = customer_gone(heard.moves, main=heard.call.about, gone=gone)
    crash = _crash(heard, heard.call.node, boot) if gone is None else None
    return _record(heard, heard.call, boot, ended=crash if gone is None else gone, crash=crash)


def _record(
    heard: CallEvidence, call: JournalEvent, boot: str, *, ended: float | None, crash: float | None
) -> CallRecord:
    rang_s = max(0.0, _first(heard.answered, ended, heard.last) - heard.began)
    # A ring counts from its first moment: at 5.0 s exactly the second is not yet heard.
    rings = max(1, ceil(rang_s / RING_S))
    left = _left_queue(heard, ended)
    over = ended is not None
    talked = _talk_segments(heard, call, ended)
    held_s = sum(one.held_s for one in talked)
    return CallRecord(
        id=call.data["call"],
        linkedid=call.about,
        boot=boot,
        ref=call.data.get("ref", ""),
        number=call.data.get("num", ""),
        name=call.data.get("name", ""),
        did=call.data.get("did", ""),
        ring_started=_utc(heard.began),
        answered=_utc_or_none(heard.answered),
        ended=_utc_or_none(ended),
        rings=rings,
        held_ans1=heard.answered is not None and rang_s <= ANS1_S and rings <= ANS1_RINGS,
        queued_at=_utc_or_none(heard.joined),
        queue_left_at=_utc_or_none(left),
        waited_s=None if heard.joined is None or left is None else round(left - heard.joined, 3),
        agent=heard.agent,
        agent_answered=_utc_or_none(heard.agent_at),
        misses=tuple(Miss(agent, _utc(at), rang) for agent, at, rang in heard.misses),
        hung_up_by=_hung_up_by(heard, crash) if over else None,
        disposition=_disposition(heard, crash) if over else None,
        sil_outcome=_sil_outcome(heard),
        topic=heard.topic,
        language=heard.language,
        fallback=heard.fallback,
        recording_at=_utc_or_none(heard.recorded),
        message_at=_utc_or_none(heard.message),
        state=CallState.ENDED if over else _state(heard),
        route_reasons=heard.route_reasons,
        held_s=round(held_s, 3),
        scripts=tuple(heard.scripts),
        direction=_direction(heard),
        talk_s=round(max(0.0, connected_s(talked) - held_s), 3) if talked else None,
        message_s=_message_s(heard, ended),
        segments=talked,
        node=call.node,
    )


def _talk_segments(
    heard: CallEvidence, call: JournalEvent, ended: float | None
) -> tuple[TalkSegment, ...]:
    rang_first = heard.rang_first
    names = {**heard.names, call.uniqueid: rang_first} if rang_first else heard.names
    return talk_segments(
        heard.moves, main=call.about, rang_first=bool(rang_first), named=names, ended=ended
    )


def _message_s(heard: CallEvidence, ended: float | None) -> float | None:
    if heard.message is None:
        return None
    on_s = (ended or heard.last) - heard.message_on if heard.message_on else 0.0
    return round(max(0.0, heard.message_s + on_s), 3)


def _crash(heard: CallEvidence, node: str, boot: str) -> float | None:
    """Return when the switch died under the call. What happens to other nodes says nothing.

    Its own death says when. Another's birth only says that it did, maybe hours ago: then the call
    lasted at least to the last thing that was heard of it.
    """
    for at, what, of_boot, on_node in heard.crashes:
        if on_node == node and at >= heard.began and (what == "switch_died") == (of_boot == boot):
            return at if what == "switch_died" else heard.last
    return None


def _left_queue(heard: CallEvidence, ended: float | None) -> float | None:
    if heard.joined is None:
        return None
    return min((at for at in (heard.agent_at, heard.left, ended) if at is not None), default=None)


def _hung_up_by(heard: CallEvidence, crash: float | None) -> HungUpBy:
    if crash is not None or (heard.hung_up and _is_lost(heard.hung_up)):
        return HungUpBy.LINE if crash is None else HungUpBy.SWITCH
    if heard.agent_left_first or heard.completed == "COMPLETEAGENT":
        return HungUpBy.AGENT
    if heard.rang_first:
        return _parted(heard)
    if heard.outcome:  # said one step before we hang up; who was taken out of a talk before that
        return HungUpBy.SYSTEM  # is named as the source of the hang-up by Asterisk
    hung_up = heard.hung_up
    went_first = hung_up is not None and hung_up.data.get("hangupsource") == hung_up.channel
    if went_first or heard.completed == "COMPLETECALLER" or heard.caller_gone:
        return HungUpBy.CALLER
    return HungUpBy.SYSTEM


def _is_lost(hung_up: JournalEvent) -> bool:
    """Tell whether Asterisk gave a line up: no audio came (44), or nobody answered to it (18)."""
    cause, source = hung_up.data.get("hangupcause"), hung_up.data.get("hangupsource")
    return (cause == NO_AUDIO and not source) or (cause == NO_ANSWER and source == hung_up.channel)


def _parted(heard: CallEvidence) -> HungUpBy:
    """Return who went first when the call is the agent's: our main channel is his."""
    if heard.hung_up and heard.hung_up.data.get("hangupsource") == heard.hung_up.channel:
        return HungUpBy.AGENT
    return HungUpBy.CALLER if heard.connected is not None else HungUpBy.SYSTEM


def _disposition(heard: CallEvidence, crash: float | None) -> Disposition:
    return next(disposition for disposition, holds in _DISPOSITIONS if holds(heard, crash))


_WENT = frozenset({HungUpBy.CALLER, HungUpBy.LINE})

# The table at the top, in its order.
_DISPOSITIONS: tuple[tuple[Disposition, Callable[[CallEvidence, float | None], bool]], ...] = (
    (Disposition.SWITCH_CRASH, lambda _, crash: crash is not None),
    (
        Disposition.AGENT,
        lambda heard, _: heard.agent is not None and _direction(heard) is Direction.IN,
    ),
    (Disposition.MESSAGE, lambda heard, _: heard.message is not None),
    (Disposition.SILENT, lambda heard, _: heard.outcome == "silent"),
    (Disposition.TOO_QUIET, lambda heard, _: heard.outcome == "too_quiet"),
    (Disposition.OUTBOUND, lambda heard, _: _direction(heard) is Direction.OUT),
    (Disposition.PROMISED, lambda heard, _: heard.outcome == "promised"),
    (Disposition.FAREWELL, lambda heard, _: heard.outcome == "farewell"),
    (Disposition.FAILED, lambda heard, crash: _hung_up_by(heard, crash) not in _WENT),
    (Disposition.ABANDONED_QUEUE, lambda heard, _: heard.joined is not None),
    (Disposition.ABANDONED_RINGING, lambda heard, _: heard.answered is None),
    (Disposition.ABANDONED_DIALOGUE, lambda _heard, _crash: True),
)


def _direction(heard: CallEvidence) -> Direction:
    out = heard.call is not None and heard.call.data.get("direction") == Direction.OUT
    return Direction.OUT if out else Direction.IN


def _sil_outcome(heard: CallEvidence) -> SilOutcome:
    for word in (heard.outcome, heard.line):
        if word in _LINE_WORDS:
            return SilOutcome(word)
    return SilOutcome.NONE


def _state(heard: CallEvidence) -> CallState:
    if heard.message is not None:
        return CallState.MESSAGE
    if heard.connected is not None and heard.connected > (heard.taken or 0.0):
        if not heard.agent_left_first and heard.completed is None:
            return CallState.TALKING
    elif heard.joined is not None and heard.left is None and heard.agent is None:
        return CallState.QUEUED
    return CallState.RINGING if heard.answered is None else CallState.DIALOGUE


_LINE_WORDS = frozenset({"alive", "silent", "too_quiet"})


def _first(*times: float | None) -> float:
    return next(at for at in times if at is not None)


def _utc(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _utc_or_none(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
