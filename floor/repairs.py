"""Legs that nobody can explain: a customer alone in a bridge, colleagues without theirs.

The dialplan has words or music for whoever is in no bridge. In a bridge without anybody there is
silence, and nothing would end it: such a leg is taken out within seconds, however it came there.
"""

from collections.abc import Coroutine, Iterator
from datetime import datetime, timedelta
from typing import Final

import structlog

from ami.actions import Actions
from floor import metrics
from floor.legs import Leg
from floor.live_state import LiveState

RESCUE: Final = "rescue"
"""The context of the dialplan that puts a customer in front of the queue."""
AGAIN_AFTER: Final = timedelta(seconds=5)
"""What was done for a leg is given so long to work."""

_log = structlog.get_logger(__name__)


class Repairs:
    """What must be done for legs that are where nobody should be."""

    def __init__(self, actions: Actions, live_state: LiveState) -> None:
        self._actions, self._live_state = actions, live_state
        self._tried: dict[str, datetime] = {}

    def due(self, now: datetime) -> Iterator[Coroutine[object, object, None]]:
        """Give what is to be done now, each once."""
        self._tried = {key: at for key, at in self._tried.items() if now - at < AGAIN_AFTER}
        for leg in self._live_state.legs.lonely_customers(now):
            if self._fresh(leg, now):
                yield self._rescued(leg)
        for leg in self._live_state.legs.left_over(now):
            if self._fresh(leg, now):
                yield self._let_go(leg)

    def _fresh(self, leg: Leg, now: datetime) -> bool:
        if leg.channel in self._tried:
            return False
        self._tried[leg.channel] = now
        return True

    async def _rescued(self, leg: Leg) -> None:
        outcome = await self._actions.redirect(leg.channel, RESCUE, variables={})
        metrics.STEPS.labels("rescue", outcome.value).inc()
        _log.error("a customer was alone in a bridge", call=leg.customer, outcome=outcome.value)

    async def _let_go(self, leg: Leg) -> None:
        outcome = await self._actions.hang_up(leg.channel)
        metrics.STEPS.labels("let_go", outcome.value).inc()
