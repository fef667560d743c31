"""Keeps a queue open while its agents only write down the last call.

To Asterisk an agent who writes is paused, and a queue in which all are paused is empty: its callers
would be sent to leave a message within a second. So as long as somebody writes, the queue has a
member whom nobody can ring, always in use, never paused.
"""

from collections.abc import Iterable

from ami.actions import Actions
from ami.events import QueueMemberStatus
from floor.people import Agent

NEVER_RUNG = "Local/writing@nowhere"
STATE = "Custom:writing"
"""A device state of our own, always in use."""

Queues = frozenset[str]


def needed(agents: Iterable[Agent]) -> Queues:
    """Return the queues whose callers somebody who writes will be there for."""
    return frozenset(
        queue
        for one in agents
        if one.state == "wrap_up" and not one.gone
        for queue in one.queues
        if not queue.startswith("own-")
    )


class QueueOpeners:
    """The queues that are kept open now."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions
        self._kept: Queues = frozenset()

    def found(self, members: Iterable[QueueMemberStatus]) -> None:
        """Know what Asterisk has, after a (re)connect."""
        self._kept = frozenset(one.queue for one in members if one.interface == NEVER_RUNG)

    async def keep(self, queues: Queues) -> None:
        """Keep these open; before those who write are paused."""
        for queue in sorted(queues - self._kept):
            await self._actions.keep_open(queue, NEVER_RUNG, STATE)
        self._kept |= queues

    async def release(self, queues: Queues) -> None:
        """Keep no others open than these; after those who wrote are ready again."""
        for queue in sorted(self._kept - queues):
            await self._actions.remove_member(queue, NEVER_RUNG)
        self._kept &= queues
