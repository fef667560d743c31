"""Offers: tells a page of a call before the phone rings, with what the database knows.

A slow database never holds up the pop: the number is shown in time, the rest when it is there.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import structlog

from floor import metrics
from floor.changes import Offered
from floor.database_access import DatabaseAccess
from floor.live_state import LiveState
from floor.page_events import PageEvents
from floor.screen_pop import Background, ScreenPop, background
from phone_numbers.plan import NumberPlan

POP_WITHIN_S: Final = 0.06
"""A page is told of a call after this at the latest, with what is known by then."""
BACKGROUND_WITHIN_S: Final = 2.0

_log = structlog.get_logger(__name__)


class Offers:
    """What the pages of those who are about to be rung show."""

    def __init__(
        self,
        live_state: LiveState,
        page_events: PageEvents,
        records: DatabaseAccess,
        *,
        company: str,
        plan: NumberPlan,
        clock: Callable[[], float],
    ) -> None:
        self._live_state, self._page_events, self._records = live_state, page_events, records
        self._company, self._plan, self._clock = company, plan, clock

    async def offer(self, offered: Offered, heard_at: float) -> None:
        """Tell the page who is about to ring; what the database knows, as soon as it says so."""
        seat = offered.seat
        agent = self._live_state.agents.get(seat)
        if agent is None:
            return
        asked_by = self._live_state.agents.get(offered.asked_by)
        bare = ScreenPop(offered, self._company, agent, asked_by)
        self._page_events.pop_is(seat, bare)
        looking = asyncio.create_task(self._looked_up(offered))
        in_time, _ = await asyncio.wait({looking}, timeout=POP_WITHIN_S)
        if not in_time:
            self._page_events.offer(seat)
            metrics.OFFER.observe(self._clock() - heard_at)
        found = await looking
        if self._page_events.pop_of(seat) is not bare or (found is None and not in_time):
            return  # the caller is elsewhere by now, or nothing is new
        self._page_events.pop_is(seat, replace(bare, background=found or Background()))
        self._page_events.offer(seat)
        if in_time:
            metrics.OFFER.observe(self._clock() - heard_at)

    async def _looked_up(self, offered: Offered) -> Background | None:
        try:
            return await self._records.ask(
                lambda database: background(database, offered.call, offered.number, self._plan),
                within=BACKGROUND_WITHIN_S,
            )
        except Exception as error:  # noqa: BLE001 - a page without background is better than none
            _log.warning("no background of a caller", call=offered.call, error=repr(error)[:200])
            return None
