"""Owns what the events of one call bear witness to, before anything is concluded from it.

Does no I/O. Times are seconds since 1970. The first word on a matter stands, unless a function
says otherwise; conclusions are drawn in `callflow.lifecycles.call`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from callflow.lifecycles.events import JournalEvent

PHONE = re.compile(r"PJSIP/(\d{3,6})(?:-|$)")
"""An agent's channel or queue member: `PJSIP/8001-00000003`, `PJSIP/8001`."""

MISS_MS = 1000
"""A phone that gave up ringing earlier never really rang: it was busy or not there (ANS-2)."""


@dataclass(slots=True)
class Testimony:
    """What has been heard of one call so far."""

    call: JournalEvent | None = None
    """The `TR_CALL` event."""
    began: float = 0.0
    last: float = 0.0
    answered: float | None = None
    recorded: float | None = None
    hung_up: JournalEvent | None = None
    """The hang-up of the caller's channel."""
    all_gone: float | None = None
    joined: float | None = None
    left: float | None = None
    agent: str | None = None
    agent_at: float | None = None
    agent_left_first: bool = False
    completed: str | None = None
    """`COMPLETEAGENT` or `COMPLETECALLER`: the queue's word on who hung up."""
    misses: list[tuple[str, float, float]] = field(default_factory=list)
    """Agent, when the phone stopped ringing, seconds it rang."""
    message: float | None = None
    outcome: str | None = None
    line: str | None = None
    topic: str | None = None
    language: str | None = None
    emergency: str | None = None
    caller_gone: bool = False
    """Our service or the queue saw the caller go."""
    crashes: list[tuple[float, str, str]] = field(default_factory=list)
    """When, `switch_died` or `switch_started`, which boot."""


def hear(events: Iterable[JournalEvent]) -> Testimony:
    """Return what the events say; their order and doublets do not matter."""
    heard = Testimony()
    previous: JournalEvent | None = None
    for event in _best_witness_first(events):
        if previous is not None and event[:4] == previous[:4]:
            continue
        previous = event
        if event.source == "cel":
            heard.began = heard.began or event.at
            heard.last = max(heard.last, event.at)
        elif event.source == "dialogue":
            heard.last = max(heard.last, event.at)
        if take := _TAKES.get(event.name):
            take(heard, event)
    return heard


def matters(event: JournalEvent) -> bool:
    """Say whether a call's row may be another one for this event."""
    return event.name in _TAKES


def _best_witness_first(events: Iterable[JournalEvent]) -> Iterable[JournalEvent]:
    """The queue's clock knows whole seconds only: its word counts for want of a better one."""
    in_order = sorted(events)
    coarse = [event for event in in_order if event.source == "queue"]
    if not coarse:
        return in_order
    return [event for event in in_order if event.source != "queue"] + coarse


def _is_callers(event: JournalEvent) -> bool:
    """Say whether this happened on the caller's channel: the first one of its linkedid."""
    return event.uniqueid == event.about


def _phone(event: JournalEvent) -> str | None:
    found = PHONE.match(event.channel)
    return found[1] if found else None


def _call(heard: Testimony, event: JournalEvent) -> None:
    if heard.call is None and event.data.get("call"):
        heard.call = event


def _answer(heard: Testimony, event: JournalEvent) -> None:
    if heard.answered is None and _is_callers(event):
        heard.answered = event.at
        # The dialplan arms the recording before it answers: it begins with the first sound.
        heard.recorded = heard.recorded or event.at


def _record(heard: Testimony, event: JournalEvent) -> None:
    """A journal of before 2026-11-22 says it in an event of its own."""
    heard.recorded = event.at


def _bridge_enter(heard: Testimony, event: JournalEvent) -> None:
    if heard.agent_at is None and not _is_callers(event) and (phone := _phone(event)):
        heard.agent, heard.agent_at = phone, event.at


def _connect(heard: Testimony, event: JournalEvent) -> None:
    if heard.agent is None:
        heard.agent, heard.agent_at = _phone(event) or event.channel, event.at


def _hangup(heard: Testimony, event: JournalEvent) -> None:
    if _is_callers(event):
        heard.hung_up = heard.hung_up or event
    elif heard.hung_up is None and heard.agent is not None and _phone(event) == heard.agent:
        heard.agent_left_first |= event.data.get("hangupsource") == event.channel


def _channel_end(heard: Testimony, event: JournalEvent) -> None:
    if _is_callers(event) and heard.all_gone is None:
        heard.all_gone = event.at


def _linkedid_end(heard: Testimony, event: JournalEvent) -> None:
    if heard.all_gone is None:
        heard.all_gone = event.at


def _queue(heard: Testimony, event: JournalEvent) -> None:
    if heard.joined is None:
        heard.joined = event.at


def _queue_left(heard: Testimony, event: JournalEvent) -> None:
    if heard.left is None:
        heard.left = event.at


def _abandon(heard: Testimony, _event: JournalEvent) -> None:
    heard.caller_gone = True


def _complete(heard: Testimony, event: JournalEvent) -> None:
    heard.completed = heard.completed or event.name


def _ring_no_answer(heard: Testimony, event: JournalEvent) -> None:
    rang_ms = event.data.get("1", "")
    if rang_ms.isdecimal() and int(rang_ms) >= MISS_MS:
        agent = _phone(event) or event.channel
        heard.misses.append((agent, event.at, int(rang_ms) / 1000))


def _message(heard: Testimony, event: JournalEvent) -> None:
    if heard.message is None:
        heard.message = event.at


def _outcome(heard: Testimony, event: JournalEvent) -> None:
    heard.outcome = heard.outcome or event.data.get("outcome")


def _emergency(heard: Testimony, event: JournalEvent) -> None:
    heard.emergency = heard.emergency or event.data.get("reason") or "unknown"


def _line(heard: Testimony, event: JournalEvent) -> None:
    heard.line = event.data.get("outcome") or heard.line


def _choice(heard: Testimony, event: JournalEvent) -> None:
    """The last word stands: a caller may choose again, the verdict sums up."""
    heard.topic = event.data.get("topic") or heard.topic
    heard.language = event.data.get("language") or heard.language


def _switch(heard: Testimony, event: JournalEvent) -> None:
    heard.crashes.append((event.at, event.name, event.data.get("boot", "")))


_TAKES: Mapping[str, Callable[[Testimony, JournalEvent], None]] = {
    "TR_CALL": _call,
    "ANSWER": _answer,
    "TR_RECORD": _record,
    "BRIDGE_ENTER": _bridge_enter,
    "HANGUP": _hangup,
    "CHAN_END": _channel_end,
    "LINKEDID_END": _linkedid_end,
    "TR_QUEUE": _queue,
    "ENTERQUEUE": _queue,
    "TR_QUEUE_LEFT": _queue_left,
    "CONNECT": _connect,
    "ABANDON": _abandon,
    "COMPLETEAGENT": _complete,
    "COMPLETECALLER": _complete,
    "RINGNOANSWER": _ring_no_answer,
    "TR_MESSAGE": _message,
    "TR_OUTCOME": _outcome,
    "TR_EMERGENCY": _emergency,
    "TR_VERDICT": _choice,
    "chose": _choice,
    "line": _line,
    "hung_up": _abandon,
    "switch_died": _switch,
    "switch_started": _switch,
}
