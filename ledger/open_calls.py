"""Events of the calls that are going on, in memory. Does no I/O.

A thread is everything that was said about one call: by its linkedid (Asterisk) and by its id (our
service). Either is a name on its node only: two nodes may give the same linkedid. The database
holds the same rows; whatever is not here any more is loaded from there.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from callflow.events import JournalEvent
from features.calls.lifecycle import CallRecord, HungUpBy, fold

KEEP_ENDED_S = 10.0
"""An ended call is kept for its last lines; later ones bring it back from the database."""
KEEP_OTHERS_S = 300.0
"""What is no call (an agent's phone that dials), or not known to be one yet."""

Name = tuple[str, str]
"""A node, and a linkedid or a call's id there."""

_OF_THE_SWITCH = frozenset({"switch_started", "switch_died"})


def name_of(event: JournalEvent) -> Name:
    """Return under which name an event is found."""
    return event.node, event.about


@dataclass(slots=True, eq=False)
class Thread:
    """The events of one call, or of a channel that may turn out to be one."""

    names: set[Name]
    """Its linkedid and, once known, its id."""
    events: dict[tuple[str, int], JournalEvent] = field(default_factory=dict)
    kept: CallRecord | None = None
    """The row as it is in the database."""
    touched_at: float = 0.0

    @property
    def is_uncertain(self) -> bool:
        """Say whether any event at all may change the row: the end was only guessed."""
        return self.kept is not None and self.kept.hung_up_by is HungUpBy.SWITCH

    def fold(self, boots: "Boots") -> CallRecord | None:
        """Return the call as all events tell it, the switch's end included."""
        node = next(iter(self.names))[0]
        began = min(event.at for event in self.events.values())
        return fold([*self.events.values(), *boots.since(node, began)])


class Boots:
    """Every birth and death of a switch that was told, by its node."""

    def __init__(self) -> None:
        self._told: dict[str, list[JournalEvent]] = {}

    def learn(self, events: Iterable[JournalEvent]) -> frozenset[str]:
        """Take what `events` say of switches; return the nodes of which that was new."""
        by_node: dict[str, list[JournalEvent]] = {}
        for event in events:
            if event.name in _OF_THE_SWITCH:
                by_node.setdefault(event.node, []).append(event)
        return frozenset(node for node, told in by_node.items() if self._learn(node, told))

    def since(self, node: str, began: float) -> Sequence[JournalEvent]:
        """Return what was told of a node's switch after `began`; for most calls, nothing."""
        told = self._told.get(node, ())
        return told[bisect_left(told, began, key=lambda event: event.at) :]

    def _learn(self, node: str, events: Iterable[JournalEvent]) -> bool:
        known = self._told.get(node, [])
        new = {event[:4]: event for event in events}
        for event in known:
            new.pop(event[:4], None)
        self._told[node] = sorted([*known, *new.values()], key=lambda event: event.at)
        return bool(new)


class OpenCalls:
    """The threads in memory, found by linkedid and by call id."""

    def __init__(self) -> None:
        self._by_name: dict[Name, Thread] = {}

    def __contains__(self, name: Name) -> bool:
        return name in self._by_name

    def __getitem__(self, name: Name) -> Thread:
        return self._by_name[name]

    def __len__(self) -> int:
        return len(set(map(id, self._by_name.values())))

    def open_calls(self) -> int:
        """Return how many calls have not ended."""
        return sum(one.kept is not None and one.kept.ended is None for one in self._all())

    def take(self, event: JournalEvent, now: float) -> Thread:
        """Add an event to its thread; one that was there already changes nothing."""
        thread = self._named(name_of(event))
        if event.name == "TR_CALL":
            thread = self._one(thread, self._named((event.node, event.data["call"])))
        thread.events[event.file, event.offset] = event
        thread.touched_at = now
        return thread

    def clear(self) -> None:
        self._by_name.clear()

    def forget(self, now: float) -> None:
        """Let go of the calls that ended a while ago."""
        for thread in list(self._all()):
            over = thread.kept is not None and thread.kept.ended is not None
            quiet_s = now - thread.touched_at
            if quiet_s > (KEEP_ENDED_S if over else KEEP_OTHERS_S):
                for name in thread.names:
                    self._by_name.pop(name, None)

    def _all(self) -> Iterator[Thread]:
        return iter({id(thread): thread for thread in self._by_name.values()}.values())

    def _named(self, name: Name) -> Thread:
        thread = self._by_name.get(name)
        if thread is None:
            thread = self._by_name[name] = Thread({name})
        return thread

    def _one(self, thread: Thread, other: Thread) -> Thread:
        """Join what Asterisk said and what our service said of the same call."""
        if thread is not other:
            thread.names |= other.names
            thread.events |= other.events
            thread.kept = thread.kept or other.kept
            for name in other.names:
                self._by_name[name] = thread
        return thread
