"""Watches trunks: whether each answers (OPTIONS), and whether our registrations stand.

Asterisk asks them; we ask Asterisk every few seconds, and hear of registrations by events. What a
call shows is learnt elsewhere (`dispatch/failover.py`).
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Final

import structlog

from ami.connection import LinkLost
from ami.events import Event, Registry
from ami.filter import Unsendable
from ami.link import Link
from dispatch import metrics
from dispatch.trunk_states import State, TrunkStates

LOOK_EVERY_S: Final = 2.0
BELIEVED_AFTER_S: Final = 8.0
"""Seconds after Asterisk's start, or ours, in which a trunk may not have been asked yet."""
GONE: Final = "UNAVAILABLE"
STANDS: Final = "Registered"

_log = structlog.get_logger(__name__)


class TrunkWatch:
    """Keeps up to date how each trunk is."""

    def __init__(self, link: Link, trunks: TrunkStates) -> None:
        self._link = link
        self._trunks = trunks
        self._believed_from = 0.0
        """On the monotonic clock."""
        link.subscribe(self._heard)
        link.resync(self._begins_anew)

    async def _begins_anew(self) -> None:
        self._believed_from = time.monotonic() + BELIEVED_AFTER_S

    async def run(self) -> None:
        """Look at every trunk again and again, until cancelled."""
        while True:
            for state in self._trunks.states.values():
                await self._look(state)
                metrics.TRUNK_UP.labels(state.trunk.name).set(state.why is None)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self, state: State) -> None:
        if not state.trunk.look_every:
            return
        device = f"DEVICE_STATE(PJSIP/{state.trunk.probe})"
        try:
            found = await self._link.ask("Getvar", rows=False, Variable=device)
        except (LinkLost, Unsendable):
            return  # of Asterisk itself others tell
        name, answers = state.trunk.name, found.value != GONE
        if not answers and time.monotonic() < self._believed_from:
            return
        if found.success and self._trunks.looked(name, answers=answers, now=datetime.now(UTC)):
            _say(state)

    def _heard(self, event: Event) -> None:
        if not isinstance(event, Registry):
            return
        now, stands = datetime.now(UTC), event.status == STANDS
        for state in self._trunks.states.values():
            if self._trunks.registration(event.server, event.user, stands=stands, now=now):
                _say(state)
                return


def _say(state: State) -> None:
    """Write into the log that a trunk is ill now, or well again."""
    if state.why is None:
        _log.info("the trunk is well again", trunk=state.trunk.name)
    else:
        _log.error("the trunk is ill", trunk=state.trunk.name, why=state.why.value)
