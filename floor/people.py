"""What the live state knows of each agent, caller, offer and talk. Does no I/O."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from permissions.roles import Role


class AgentState(StrEnum):
    """What somebody at work is seen to do."""

    READY = "ready"
    PAUSED = "paused"
    WRAP_UP = "wrap_up"
    RINGING = "ringing"
    TALKING = "talking"
    ON_HOLD = "on_hold"  # the caller hears music
    BUSY = "busy"  # on the phone, but not with a caller of ours
    GONE = "gone"  # the page is closed
    UNREACHABLE = "unreachable"  # the phone is not registered


class DeviceState(IntEnum):
    """Asterisk's device states, as QueueMemberStatus gives them."""

    UNKNOWN = 0
    IDLE = 1
    IN_USE = 2
    BUSY = 3
    INVALID = 4
    UNAVAILABLE = 5
    RINGING = 6
    RING_IN_USE = 7
    ON_HOLD = 8


AWAY = frozenset({DeviceState.UNKNOWN, DeviceState.INVALID, DeviceState.UNAVAILABLE})
ENGAGED = frozenset(DeviceState) - AWAY - {DeviceState.IDLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody at work at a seat, as the database has it, and what is known beyond that."""

    duty_id: int
    account_id: int
    number: str
    name: str
    role: Role
    seat: str
    kind: str
    state: str
    reason: str
    since: datetime
    queues: tuple[str, ...]
    """The queues that ring this seat."""
    team: str = ""
    """To which the person belongs; empty: none."""
    gone: bool = False
    """The page is closed: no caller is offered."""

    @property
    def available(self) -> bool:
        """Tell whether callers may be offered."""
        return self.state == "ready" and not self.gone


@dataclass(slots=True)
class Member:
    """A phone in the queues as Asterisk has it."""

    name: str
    device: int
    paused: bool
    reason: str


@dataclass(slots=True)
class WaitingCaller:
    """A caller who waits; `left_at` while nobody knows yet whether for good."""

    queue: str
    channel: str
    since: datetime
    left_at: datetime | None = None


@dataclass(slots=True)
class Offer:
    """A phone that rings for a caller."""

    call: str
    linkedid: str
    queue: str
    at: datetime
    number: str = ""
    answered: bool = False
    """Of a colleague who is asked about a caller: they talk, the caller is not there yet."""


@dataclass(slots=True)
class Talk:
    """A caller and an agent who talk; `parted` is how we ended it, before Asterisk says so."""

    call: str
    linkedid: str
    channel: str
    agent_channel: str
    since: datetime
    held_since: datetime | None = None
    has_music: bool = False
    """Whether Asterisk plays music to the caller while this agent holds."""
    parted: str = ""
    how: str = "agent"
    """`agent`; `conference` or `join` for who came into another's talk."""
    was_together: bool = False
    apart_since: datetime | None = None
    """Since when the two legs are in different bridges."""
    queue_done: bool = False
    """The queue has said that it is over, but the two are in one bridge still."""
