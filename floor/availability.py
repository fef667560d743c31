"""Availability: offers an agent who becomes free to the caller who is next, at once.

Queues are shown an agent in the order of `floor.offer_order`. And Asterisk counts a phone as free
until it says that it rings: an agent who became free in these milliseconds would make two of one,
and the second in the line might take the phone for which the first one waits. So while somebody
waits, an agent is shown when every phone that was about to ring does, and only the first in the
line is told. Who is paused meanwhile is not held up by it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final

from ami.actions import Actions
from floor import metrics, reconcile
from floor.live_state import LiveState
from floor.offer_order import HEAD_START_S, about_to_ring, awaited, is_served, next_in_line, stages
from floor.people import Agent
from floor.queue_openers import QueueOpeners, needed
from floor.reconcile import Pause, Step

SETTLES_S: Final = 0.5
"""Seconds after which an agent waits no longer for another's phone to say that it rings."""
ASKS_S: Final = 0.3
"""Seconds in which whoever was told that an agent is free gets the phone, or never."""
_LOOK_EVERY_S: Final = 0.01


class Availability:
    """Which of the free agents are not yet shown to all of their queues."""

    def __init__(
        self,
        *,
        actions: Actions,
        live_state: LiveState,
        kept_open: QueueOpeners,
        do: Callable[[Sequence[Step]], Awaitable[None]],
        one_at_a_time: asyncio.Lock,
        now: Callable[[], datetime],
    ) -> None:
        self._actions = actions
        self._live_state = live_state
        self._open = kept_open
        self._do = do
        self._one_at_a_time = one_at_a_time
        self._now = now
        self._later: dict[str, frozenset[str]] = {}
        self._line = asyncio.Lock()
        """Held from the moment at which an agent is to be shown until a caller has the phone."""
        self._tasks: set[asyncio.Task[None]] = set()

    def forget(self, seat: str | None = None) -> None:
        """Show a seat, or all, to no further queues."""
        if seat is None:
            self._later.clear()
        else:
            self._later.pop(seat, None)

    def kept_open(self) -> frozenset[str]:
        """Return the queues whose callers wait for somebody who is not to be rung just now."""
        later = frozenset().union(*self._later.values())
        return needed(self._live_state.agents.values()) | {
            queue for queue in later if not queue.startswith("own-")
        }

    async def show(self, agent: Agent) -> None:
        """Let callers be offered to who is available, the priority ones first; or nobody."""
        reason, seat = reconcile.why(agent), agent.seat
        self.forget(seat)
        if not agent.available:
            await self._do([Pause(seat, True, reason)])
            return
        if not next_in_line(self._live_state, agent.queues):
            await self._do([Pause(seat, False, reason)])
            return
        self._later[seat] = rest = frozenset(agent.queues)
        await self._open.keep(self.kept_open())
        groups = stages(agent.queues, awaited(self._live_state))
        task = asyncio.create_task(self._show_all(seat, groups, rest))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _show_all(
        self, seat: str, groups: Sequence[Sequence[str]], rest: frozenset[str]
    ) -> None:
        """Show a seat to one group of queues after the other, unless it changes meanwhile."""
        for place, queues in enumerate(groups):
            if place:
                await asyncio.sleep(HEAD_START_S)
            if not await self._free(seat, queues, rest):
                return
        async with self._one_at_a_time:
            if self._later.get(seat) is rest:
                del self._later[seat]
                await self._open.release(self.kept_open())

    async def _free(self, seat: str, queues: Sequence[str], rest: frozenset[str]) -> bool:
        """Lift a seat's pauses and let whoever is next ask at once; False: it has changed."""
        began = asyncio.get_running_loop().time()
        async with self._line:
            await _until(
                lambda: not about_to_ring(self._live_state, self._now()), by=began + SETTLES_S
            )
            async with self._one_at_a_time:
                if self._later.get(seat) is not rest:
                    return False
                caller = next_in_line(self._live_state, queues)
                # In one breath: who came between two answers would be asked for first.
                await asyncio.gather(
                    *(self._do([Pause(seat, False, "", queue)]) for queue in queues),
                    *([self._nudge(caller.channel)] if caller else []),
                )
            if caller:
                asked = asyncio.get_running_loop().time()
                await _until(lambda: is_served(self._live_state, caller), by=asked + ASKS_S)
        return True

    async def _nudge(self, channel: str) -> None:
        outcome = await self._actions.nudge(channel)  # refused: the caller is gone, or has an agent
        metrics.STEPS.labels("nudge", outcome.value).inc()


async def _until(so: Callable[[], bool], *, by: float) -> None:
    """Return when something is so, or at a moment of the loop's clock."""
    while not so() and asyncio.get_running_loop().time() < by:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_EVERY_S)  # what Asterisk says comes as an event of another task
