"""Facts about our own calls, read from journal events. Does no I/O.

Asterisk's journal knows a call by its channel (`<boot>-<id in hex>`), the dialogue's by the id.
What was said on the telephone comes from whoever led the dialogue: our service, or the fallback
dialplan when our service was gone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from callflow.events import JournalEvent


class CallSignal(StrEnum):
    """What somebody made known on the telephone."""

    AWAKE = "awake"
    SNOOZED = "snoozed"
    ANNOUNCED = "announced"
    """An attendant has heard the number of the `room`, by its place in the call; a department
    that of the `ticket`."""
    ACCEPTED = "accepted"
    """An attendant goes to the `room`; a department handles the `ticket`."""
    ASKED_TIME = "asked_time"
    """A department asks for more time for the `ticket`, by its place in the call."""
    SENT_BACK = "sent_back"
    """A department says that the `ticket` is not its own."""
    REPORTED = "reported"
    """An attendant says that the guest of the `room` is awake."""
    ACKNOWLEDGED = "acknowledged"
    """A household has heard the message of a notice (CBK-5)."""
    DIALLING = "dialling"
    """An agent has lifted the receiver for a callback; the customer is rung now."""
    TALKING = "talking"
    """The customer has lifted the receiver too."""
    AGENT_LOST = "agent_lost"
    """The agent's phone was lost in the talk; the customer was told that we call again."""
    CUSTOMER_BUSY = "customer_busy"
    CUSTOMER_NOANSWER = "customer_noanswer"
    CUSTOMER_CHANUNAVAIL = "customer_chanunavail"
    CUSTOMER_CONGESTION = "customer_congestion"
    CUSTOMER_NOLINE = "customer_noline"
    """We have no line that leads to the customer."""
    CUSTOMER_CANCEL = "customer_cancel"
    """The agent hung up while the customer's phone rang."""
    KEYED = "keyed"
    """A person has answered a `question` of a campaign by a `key`."""
    REACHED = "reached"
    """Who or what answered a call of a campaign, or how far it came, is known: `result`."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody, or something, lifted the receiver."""

    attempt: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Signalled:
    """Somebody made something known."""

    attempt: str
    at: datetime
    what: CallSignal
    data: Mapping[str, str]
    """More about it, like `by`: key or speech."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over; `cause` is Asterisk's (Q.850) number for why."""

    attempt: str
    at: datetime
    cause: int


@dataclass(frozen=True, slots=True)
class TrunkAnswered:
    """What a trunk answered to a call that nobody took: a SIP status and its words."""

    attempt: str
    at: datetime
    trunk: str
    """Empty: the one on which the attempt itself went out."""
    status: int
    words: str


@dataclass(frozen=True, slots=True)
class SwitchGone:
    """No call of another run of Asterisk than this one lives any more on a node."""

    at: datetime
    node: str
    lives: str
    """Name of the run that goes on; empty: none."""
    died: str = ""
    """Name of the run that ended; empty: not told."""


Fact = Answered | Signalled | TrunkAnswered | Ended | SwitchGone

_SIGNALS = {f"TR_{word.value.upper()}": word for word in CallSignal} | {
    word.value: word for word in CallSignal
}
NO_CAUSE = 0


def channel_of(boot: str, attempt: str) -> str:
    """Return the id that an attempt's channel has in Asterisk."""
    return f"{boot}-{UUID(attempt).hex}"


def next_channel(channel: str) -> str:
    """Return the id of the channel on the next trunk: `trk1-….2` after `trk1-…`."""
    first, _, number = channel.partition(".")
    return f"{first}.{int(number or 1) + 1}"


def facts(events: Iterable[JournalEvent]) -> Iterator[Fact]:
    """Return what events say of our calls, the end of a switch after all that it still said."""
    gone = []
    for event in sorted(events):
        if event.source == "site":
            if end := _of_the_site(event):
                gone.append(end)
        elif fact := _of_a_call(event):
            yield fact
    yield from gone


def _of_a_call(event: JournalEvent) -> Fact | None:
    attempt = _attempt(event)
    if attempt is None:
        return None
    at = datetime.fromtimestamp(event.at, UTC)
    if event.name in _SIGNALS:
        return Signalled(attempt, at, _SIGNALS[event.name], event.data)
    if event.source != "cel" or event.uniqueid != event.about:
        return None
    return _of_the_channel(event, attempt, at)


def _of_the_channel(event: JournalEvent, attempt: str, at: datetime) -> Fact | None:
    match event.name:
        case "TR_TRUNK":
            return _of_a_trunk(event, attempt, at)
        case "ANSWER":
            return Answered(attempt, at)
        case "HANGUP":
            cause = event.data.get("hangupcause", "")
            return Ended(attempt, at, int(cause) if cause.isdecimal() else NO_CAUSE)
        case _:
            return None


def _of_a_trunk(event: JournalEvent, attempt: str, at: datetime) -> TrunkAnswered | None:
    status = event.data.get("status", "")
    if not (status.isascii() and status.isdecimal()):
        return None
    words = event.data.get("words", "")[:60]
    return TrunkAnswered(attempt, at, event.data.get("trunk", ""), int(status), words)


def _attempt(event: JournalEvent) -> str | None:
    """Return the id of the attempt that an event is about; None: of no call that we made."""
    named = event.about if event.source == "dialogue" else event.about.rpartition("-")[2]
    named = named.partition(".")[0]  # on the second trunk a channel is the second of its attempt
    try:
        return str(UUID(named)) if len(named) >= 32 else None
    except ValueError:
        return None


def _of_the_site(event: JournalEvent) -> SwitchGone | None:
    at = datetime.fromtimestamp(event.at, UTC)
    if event.name == "switch_died":
        return SwitchGone(at, event.node, "", event.data.get("boot", ""))
    if event.name == "switch_started":
        return SwitchGone(at, event.node, event.data.get("boot", ""))
    return None


_RESULTS = {
    1: "unknown_number",
    16: "no_answer",
    17: "busy",
    18: "no_answer",
    19: "no_answer",
    20: "unreachable",
    21: "refused",
    27: "unreachable",
    34: "congestion",
}


def result_of(cause: int) -> str:
    """Return how a call that nobody answered ended, from its Q.850 cause."""
    return _RESULTS.get(cause, "failed")
