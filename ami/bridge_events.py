"""The typed events of bridges: who hears whom now. Does no I/O.

They are read by `ami.events`, which also says what becomes of an event that is not whole.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ami.call_names import linkedid_of

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BridgeEnter:
    """A channel hears and is heard by who is in this bridge, from now on."""

    channel: str
    uniqueid: str
    linkedid: str
    bridge: str


@dataclass(frozen=True, slots=True)
class BridgeLeave:
    """A channel is in this bridge no more."""

    channel: str
    bridge: str


BridgeEvent = BridgeEnter | BridgeLeave

READERS: Mapping[str, Callable[[Headers], BridgeEvent]] = {
    "BridgeEnter": lambda h: BridgeEnter(
        h["Channel"], h["Uniqueid"], linkedid_of(h), h["BridgeUniqueid"]
    ),
    "BridgeLeave": lambda h: BridgeLeave(h["Channel"], h["BridgeUniqueid"]),
}
