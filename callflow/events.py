"""The shape of one line of a journal: something that happened, said by whoever was there.

Does no I/O. `ledger/` reads the lines; the lifecycles fold them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

NOTHING: Mapping[str, str] = MappingProxyType({})

DEFAULT_NODE = "node1"
"""The node of whatever does not name one: a house with one Asterisk need not know of nodes."""

HOUSE = ""
"""What an event is `about` when it belongs to no call: a switch that started, an agent's pause."""


class JournalEvent(NamedTuple):
    """One thing that happened; events of one moment are ordered by `(at, source, file, offset)`."""

    at: float
    """Seconds since 1970."""
    source: str
    """`cel`, `queue`, `dialogue`, `site` or `ledger`."""
    file: str
    """The journal it was read from, `node2/cel.csv#1`: node, name and generation."""
    offset: int
    """Byte at which its line begins; `(file, offset)` is its identity."""
    name: str
    """`CHAN_START`, `TR_CALL`, `RINGNOANSWER`, `prompt`, `switch_started` …"""
    about: str
    """The call's linkedid (`cel`, `queue`) or its id (`dialogue`), or `HOUSE`."""
    uniqueid: str = ""
    """Of the channel it happened on."""
    channel: str = ""
    """That channel's name, `PJSIP/8001-00000003`; in `queue` events the agent."""
    data: Mapping[str, str] = NOTHING
    """What else was said; every value is clean text."""
    node: str = DEFAULT_NODE
    """The Asterisk that it happened on. Names of channels and calls are known on their node only:
    two nodes may give the same linkedid."""
