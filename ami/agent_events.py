"""The typed events of agents at work: rung, connected, done, on hold. Does no I/O.

They are read by `ami.events`, which also says what becomes of an event that is not whole.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ami.call_names import linkedid_of
from callflow.text import clean

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AgentCalled:
    """A queue rings an agent: `channel` is the caller's, `agent_channel` the agent's phone."""

    queue: str
    interface: str
    linkedid: str
    channel: str
    agent_channel: str


@dataclass(frozen=True, slots=True)
class AgentConnect:
    """An agent has answered a caller who waited `hold_s` seconds (ANS-4)."""

    queue: str
    interface: str
    linkedid: str
    channel: str
    agent_channel: str
    hold_s: float


@dataclass(frozen=True, slots=True)
class AgentComplete:
    """Caller and agent are parted; `reason` says who ended it: caller, agent, transfer."""

    queue: str
    interface: str
    linkedid: str
    talk_s: float
    reason: str
    agent_channel: str = ""


@dataclass(frozen=True, slots=True)
class QueueCallerAbandon:
    """A caller gave up waiting."""

    queue: str
    linkedid: str


@dataclass(frozen=True, slots=True)
class QueueMemberRemoved:
    """A member left a queue."""

    queue: str
    interface: str
    name: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Who speaks on `channel` has put the other side on hold (SIL-7)."""

    channel: str
    linkedid: str


@dataclass(frozen=True, slots=True)
class Unhold:
    """Who speaks on `channel` has come back to the other side (SIL-7)."""

    channel: str
    linkedid: str


AgentEvent = (
    AgentCalled
    | AgentConnect
    | AgentComplete
    | QueueCallerAbandon
    | QueueMemberRemoved
    | Hold
    | Unhold
)


def _called(h: Headers) -> AgentCalled:
    return AgentCalled(h["Queue"], h["Interface"], linkedid_of(h), h["Channel"], h["DestChannel"])


def _connected(h: Headers) -> AgentConnect:
    return AgentConnect(
        h["Queue"],
        h["Interface"],
        linkedid_of(h),
        h["Channel"],
        h["DestChannel"],
        float(h["HoldTime"]),
    )


def _completed(h: Headers) -> AgentComplete:
    return AgentComplete(
        h["Queue"],
        h["Interface"],
        linkedid_of(h),
        float(h["TalkTime"]),
        clean(h["Reason"]),
        h.get("DestChannel", ""),
    )


READERS: Mapping[str, Callable[[Headers], AgentEvent]] = {
    "AgentCalled": _called,
    "AgentConnect": _connected,
    "AgentComplete": _completed,
    "QueueCallerAbandon": lambda h: QueueCallerAbandon(h["Queue"], linkedid_of(h)),
    "QueueMemberRemoved": lambda h: QueueMemberRemoved(
        h["Queue"], h["Interface"], clean(h["MemberName"])
    ),
    "Hold": lambda h: Hold(h["Channel"], linkedid_of(h)),
    "Unhold": lambda h: Unhold(h["Channel"], linkedid_of(h)),
}
