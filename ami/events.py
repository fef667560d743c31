"""The typed events that others hear from Asterisk. Does no I/O.

Only what stands in `_READERS` gets through. An event that lacks a header its kind always has was
cut off by somebody and is None, like a kind that nobody here reads.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ami import agent_events, bridge_events
from ami.agent_events import AgentEvent, Headers
from ami.bridge_events import BridgeEvent
from ami.call_names import linkedid_of
from callflow.text import clean


@dataclass(frozen=True, slots=True)
class FullyBooted:
    """Asterisk has read its whole configuration; also said to every new link."""


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Asterisk is about to end."""


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """A SIP endpoint (`PJSIP/8001`) became Reachable, Unreachable, Registered …"""

    peer: str
    status: str


@dataclass(frozen=True, slots=True)
class ContactStatus:
    """A contact of an endpoint was Created, Removed, became Reachable …"""

    aor: str
    status: str
    uri: str


@dataclass(frozen=True, slots=True)
class Registry:
    """A registration of ours with a trunk: Registered, Rejected, Unregistered."""

    user: str
    """The address that we register, `sip:10050@trunk`."""
    server: str
    status: str


@dataclass(frozen=True, slots=True)
class QueueMemberStatus:
    """A member of a queue changed; `status` is Asterisk's device state number (1: idle)."""

    queue: str
    interface: str
    name: str
    status: int
    paused: bool
    in_call: bool
    calls_taken: int
    reason: str


@dataclass(frozen=True, slots=True)
class AgentRingNoAnswer:
    """An agent's phone rang for `ring_time` seconds and was not answered (ANS-2)."""

    queue: str
    interface: str
    linkedid: str
    ring_time: float


@dataclass(frozen=True, slots=True)
class QueueCallerJoin:
    """A caller waits at `position` (1 is next) among `count`."""

    queue: str
    linkedid: str
    position: int
    count: int
    channel: str = ""


@dataclass(frozen=True, slots=True)
class QueueCallerLeave:
    """A caller left the queue, for an agent or for good; `count` still wait."""

    queue: str
    linkedid: str
    count: int


@dataclass(frozen=True, slots=True)
class Newchannel:
    """A channel came to life; number and name are cleaned."""

    channel: str
    uniqueid: str
    linkedid: str
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """A channel ended with a Q.850 `cause`."""

    channel: str
    uniqueid: str
    linkedid: str
    cause: int


@dataclass(frozen=True, slots=True)
class OriginateResponse:
    """What became of a call that we had Asterisk make; `exten` is where it was to go."""

    exten: str
    success: bool
    reason: int
    channel: str = ""
    """The id that we gave it; empty: not told."""


@dataclass(frozen=True, slots=True)
class UserEvent:
    """An event of our own dialplan; `fields` are the headers after its name, cleaned.

    `linkedid`, and whom the channel it was sent on talks to, are empty outside of calls.
    """

    name: str
    fields: Headers
    linkedid: str = ""
    party_number: str = ""
    party_name: str = ""


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A caller who waits in a queue, since `waited_s` seconds."""

    queue: str
    linkedid: str
    channel: str
    position: int
    waited_s: float


@dataclass(frozen=True, slots=True)
class QueueState:
    """Queues as Asterisk sees them now: how many wait, the members, and who waits."""

    waiting: int
    members: tuple[QueueMemberStatus, ...]
    entries: tuple[QueueEntry, ...] = ()


Event = (
    FullyBooted
    | Shutdown
    | PeerStatus
    | ContactStatus
    | Registry
    | QueueMemberStatus
    | AgentRingNoAnswer
    | QueueCallerJoin
    | QueueCallerLeave
    | Newchannel
    | Hangup
    | OriginateResponse
    | UserEvent
    | AgentEvent
    | BridgeEvent
)


def known(kind: str) -> bool:
    """Tell whether events of this kind are read at all."""
    return kind in _READERS


def typed(headers: Headers) -> Event | None:
    """Return the event, or None for a kind nobody reads and for one that is not whole."""
    if not (read := _READERS.get(headers.get("Event", ""))):
        return None
    try:
        return read(headers)
    except (KeyError, ValueError):
        return None


def queue_state(rows: tuple[Headers, ...]) -> QueueState:
    """Return what the rows of a QueueStatus tell; rows that are not whole are left out."""
    waiting = [row for row in rows if row.get("Event") == "QueueEntry"]
    listed = [_listed(row) for row in rows if row.get("Event") == "QueueMember"]
    entries = [entry for row in waiting if (entry := _entry(row))]
    return QueueState(len(waiting), tuple(one for one in listed if one), tuple(entries))


def _entry(row: Headers) -> QueueEntry | None:
    try:  # a caller's own channel gave the whole call its linked id
        return QueueEntry(
            queue=row["Queue"],
            linkedid=row["Uniqueid"],
            channel=row["Channel"],
            position=int(row["Position"]),
            waited_s=float(row["Wait"]),
        )
    except (KeyError, ValueError):
        return None


def _listed(row: Headers) -> QueueMemberStatus | None:
    try:  # QueueStatus has other names for two headers of QueueMemberStatus
        return _member({**row, "Interface": row["Location"], "MemberName": row["Name"]})
    except (KeyError, ValueError):
        return None


def _member(h: Headers) -> QueueMemberStatus:
    return QueueMemberStatus(
        queue=h["Queue"],
        interface=h["Interface"],
        name=clean(h["MemberName"]),
        status=int(h["Status"]),
        paused=h["Paused"] == "1",
        in_call=h["InCall"] == "1",
        calls_taken=int(h["CallsTaken"]),
        reason=clean(h["PausedReason"]),
    )


def _user_event(h: Headers) -> UserEvent:
    # The channel's headers, and what a caller wrote into them, stand before the name.
    keys = list(h)
    own = keys[keys.index("UserEvent") + 1 :]
    return UserEvent(
        clean(h["UserEvent"]),
        {key: clean(h[key], 1000) for key in own},
        linkedid=linkedid_of({"Linkedid": "", **h}),
        party_number=clean(h.get("ConnectedLineNum", "")),
        party_name=clean(h.get("ConnectedLineName", "")),
    )


_READERS: Mapping[str, Callable[[Headers], Event]] = {
    "FullyBooted": lambda _: FullyBooted(),
    "Shutdown": lambda _: Shutdown(),
    "PeerStatus": lambda h: PeerStatus(h["Peer"], h["PeerStatus"]),
    "ContactStatus": lambda h: ContactStatus(h["AOR"], h["ContactStatus"], clean(h["URI"], 300)),
    "Registry": lambda h: Registry(clean(h["Username"], 300), clean(h["Domain"], 300), h["Status"]),
    "QueueMemberStatus": _member,
    "QueueMemberPause": _member,
    "QueueMemberAdded": _member,
    "AgentRingNoAnswer": lambda h: AgentRingNoAnswer(
        h["Queue"], h["Interface"], linkedid_of(h), int(h["RingTime"]) / 1000
    ),
    "QueueCallerJoin": lambda h: QueueCallerJoin(
        h["Queue"], linkedid_of(h), int(h["Position"]), int(h["Count"]), h.get("Channel", "")
    ),
    "QueueCallerLeave": lambda h: QueueCallerLeave(h["Queue"], linkedid_of(h), int(h["Count"])),
    "Newchannel": lambda h: Newchannel(
        h["Channel"],
        h["Uniqueid"],
        linkedid_of(h),
        clean(h["CallerIDNum"]),
        clean(h["CallerIDName"]),
    ),
    "Hangup": lambda h: Hangup(h["Channel"], h["Uniqueid"], linkedid_of(h), int(h["Cause"])),
    "OriginateResponse": lambda h: OriginateResponse(
        h["Exten"], h["Response"] == "Success", int(h["Reason"])
    ),
    "UserEvent": _user_event,
    **agent_events.READERS,
    **bridge_events.READERS,
}
