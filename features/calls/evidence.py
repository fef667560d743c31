"""Evidence of one call: what its events say, before anything is concluded.

Does no I/O. Times are seconds since 1970. The first word on a matter stands, unless a function
says otherwise; conclusions are drawn in `features.calls.lifecycle`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from callflow.events import JournalEvent
from features.calls.talk_segments import MOVES, PHONE

MISS_MS = 1000
"""A phone that gave up ringing earlier never really rang: it was busy or not there (ANS-2)."""

TAKEN_S = 1.5
"""The queue's word that a talk is over comes within this time of the caller being taken out of it;
its clock knows whole seconds only."""


@dataclass(slots=True)
class CallEvidence:
    """What has been heard of one call so far."""

    call: JournalEvent | None = None
    """The `TR_CALL` event."""
    began: float = 0.0
    last: float = 0.0
    answered: float | None = None
    recorded_from: float | None = None
    """When the recording began, where the switch says so."""
    hung_up: JournalEvent | None = None
    """The hang-up of the caller's channel."""
    all_gone: float | None = None
    joined: float | None = None
    left: float | None = None
    phone: str | None = None
    """The phone that talked to the caller first."""
    named: str | None = None
    """The queue's name for who sat there: an account's number, or the phone's own."""
    agent_at: float | None = None
    last_phone: str | None = None
    connected: float | None = None
    """When a phone was connected to the caller last."""
    taken: float | None = None
    """When the caller was last taken out of a talk: script, transfer, a phone that was lost."""
    agent_left_first: bool = False
    completed: str | None = None
    """`COMPLETEAGENT` or `COMPLETECALLER`: the queue's word on who hung up."""
    route_reasons: tuple[str, ...] = ()
    moves: list[JournalEvent] = field(default_factory=list)
    """What tells who was with the customer, in order."""
    names: dict[str, str] = field(default_factory=dict)
    """The queue's names for agents, by the uniqueid of their channel."""
    with_customer: set[str] = field(default_factory=set)
    """Agents' channels that are not gone, by uniqueid."""
    joined_by_others: bool = False
    """Somebody joined the talk, or was handed the caller: the queue knows its own agent only."""
    scripts: list[str] = field(default_factory=list)
    misses: list[tuple[str, float, float]] = field(default_factory=list)
    """Agent, when the phone stopped ringing, seconds it rang."""
    message: float | None = None
    message_s: float = 0.0
    """Seconds of messages that are over."""
    message_on: float | None = None
    """When the message that goes on began."""
    outcome: str | None = None
    line: str | None = None
    topic: str | None = None
    language: str | None = None
    fallback: str | None = None
    caller_gone: bool = False
    """Our service or the queue saw the caller go."""
    crashes: list[tuple[float, str, str, str]] = field(default_factory=list)
    """When, `switch_died` or `switch_started`, which boot, on which node."""

    @property
    def rang_first(self) -> str:
        """The agent whose phone was rung before the customer's (CBK-1); empty: none was."""
        return self.call.data.get("agent", "") if self.call else ""

    @property
    def recorded(self) -> float | None:
        """When the recording began: the dialplan arms it before it answers.

        Not before the customer answers, where an agent's phone was rung first.
        """
        if self.recorded_from is None and not self.rang_first:
            return self.answered
        return self.recorded_from

    @property
    def agent(self) -> str | None:
        """Who answered first: the account's number, or the phone while nobody has told that."""
        return self.named or self.phone


def hear(events: Iterable[JournalEvent]) -> CallEvidence:
    """Return what the events say; their order and doublets do not matter."""
    heard = CallEvidence()
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
        if event.name in MOVES:
            heard.moves.append(event)
        if take := _TAKES.get(event.name):
            take(heard, event)
    return heard


def matters(event: JournalEvent) -> bool:
    """Say whether a call's row may be another one for this event."""
    return event.name in _TAKES or event.name in MOVES


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


def _call(heard: CallEvidence, event: JournalEvent) -> None:
    if heard.call is None and event.data.get("call"):
        heard.call = event


def _answer(heard: CallEvidence, event: JournalEvent) -> None:
    if heard.answered is None and _is_callers(event):
        heard.answered = event.at


def _record(heard: CallEvidence, event: JournalEvent) -> None:
    """The leg of a customer whom an agent called is recorded from its own answer on."""
    heard.recorded_from = event.at


def _bridge_enter(heard: CallEvidence, event: JournalEvent) -> None:
    if _is_callers(event):
        return
    if heard.rang_first:
        heard.named, heard.connected = heard.named or heard.rang_first, event.at
        heard.agent_at = heard.agent_at or event.at
        return
    if not (phone := _phone(event)):
        return
    heard.last_phone, heard.connected = phone, event.at
    heard.with_customer.add(event.uniqueid)
    heard.agent_left_first = False
    if heard.agent_at is None:
        heard.phone, heard.agent_at = phone, event.at


def _connect(heard: CallEvidence, event: JournalEvent) -> None:
    name = _phone(event) or event.channel
    heard.names.setdefault(event.data.get("2", ""), name)
    if heard.named is None:
        heard.named = name
    if heard.agent_at is None:
        heard.agent_at = heard.connected = event.at


def _hangup(heard: CallEvidence, event: JournalEvent) -> None:
    if _is_callers(event):
        heard.hung_up = heard.hung_up or event
    elif heard.hung_up is None and event.uniqueid in heard.with_customer:
        heard.with_customer.discard(event.uniqueid)
        went = event.data.get("hangupsource") == event.channel
        heard.agent_left_first |= went and not heard.with_customer


def _channel_end(heard: CallEvidence, event: JournalEvent) -> None:
    if _is_callers(event) and heard.all_gone is None:
        heard.all_gone = event.at


def _linkedid_end(heard: CallEvidence, event: JournalEvent) -> None:
    if heard.all_gone is None:
        heard.all_gone = event.at


def _queue(heard: CallEvidence, event: JournalEvent) -> None:
    if heard.joined is None:
        heard.joined = event.at


def _queue_left(heard: CallEvidence, event: JournalEvent) -> None:
    if heard.left is None:
        heard.left = event.at


def _abandon(heard: CallEvidence, _event: JournalEvent) -> None:
    heard.caller_gone = True


def _complete(heard: CallEvidence, event: JournalEvent) -> None:
    """A caller who was taken out of a talk did not hang up, nor did the agent."""
    if heard.joined_by_others:
        return
    if heard.taken is None or event.at > heard.taken + TAKEN_S:
        heard.completed = heard.completed or event.name


def _taken(heard: CallEvidence, event: JournalEvent) -> None:
    heard.taken, heard.agent_left_first = event.at, False
    heard.with_customer.clear()
    if event.name == "TR_SCRIPT" and (name := event.data.get("name")):
        heard.scripts.append(name)


def _route(heard: CallEvidence, event: JournalEvent) -> None:
    told = tuple(filter(None, event.data.get("reasons", "").split(";")))
    heard.route_reasons = heard.route_reasons or told


def _others(heard: CallEvidence, _event: JournalEvent) -> None:
    heard.joined_by_others = True


def _ring_no_answer(heard: CallEvidence, event: JournalEvent) -> None:
    rang_ms = event.data.get("1", "")
    if rang_ms.isdecimal() and int(rang_ms) >= MISS_MS:
        agent = _phone(event) or event.channel
        heard.misses.append((agent, event.at, int(rang_ms) / 1000))


def _message(heard: CallEvidence, event: JournalEvent) -> None:
    if heard.message is None:
        heard.message = event.at
    heard.message_on = heard.message_on or event.at


def _message_end(heard: CallEvidence, event: JournalEvent) -> None:
    """A message that was too short is asked for once more: both count."""
    if heard.message_on is not None:
        heard.message_s += event.at - heard.message_on
        heard.message_on = None


def _outcome(heard: CallEvidence, event: JournalEvent) -> None:
    heard.outcome = heard.outcome or event.data.get("outcome")


def _emergency(heard: CallEvidence, event: JournalEvent) -> None:
    heard.fallback = heard.fallback or event.data.get("reason") or "unknown"


def _line(heard: CallEvidence, event: JournalEvent) -> None:
    heard.line = event.data.get("outcome") or heard.line


def _choice(heard: CallEvidence, event: JournalEvent) -> None:
    """The last word stands: a caller may choose again, the verdict sums up."""
    heard.topic = event.data.get("topic") or heard.topic
    heard.language = event.data.get("language") or heard.language


def _switch(heard: CallEvidence, event: JournalEvent) -> None:
    heard.crashes.append((event.at, event.name, event.data.get("boot", ""), event.node))


_TAKES: Mapping[str, Callable[[CallEvidence, JournalEvent], None]] = {
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
    "TR_SCRIPT": _taken,
    "TR_REUNITE": _taken,
    "TR_AGENT_LOST": _taken,
    "TR_TRANSFER": _taken,
    "TR_ROUTE": _route,
    "TR_JOIN": _others,
    "ATTENDEDTRANSFER": _others,
    "TR_MESSAGE": _message,
    "TR_MESSAGE_END": _message_end,
    "TR_OUTCOME": _outcome,
    "TR_FALLBACK": _emergency,
    "TR_VERDICT": _choice,
    "chose": _choice,
    "line": _line,
    "hung_up": _abandon,
    "switch_died": _switch,
    "switch_started": _switch,
}
