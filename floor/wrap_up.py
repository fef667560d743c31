"""Agents who write after a call, until that time is over; and who was paused by the switch."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from features.duties.queries import DutyState
from floor.attendance import Attendance
from floor.changes import CallEnded
from floor.control import AGAIN
from floor.live_state import LiveState
from floor.people import Agent


class WrapUps:
    """Turns agents' states after calls; `wrap_up_for` in seconds, 0: nobody has to write.

    Each is turned once at a time. `leads` says whether this desk may: others only watch.
    """

    def __init__(
        self,
        live_state: LiveState,
        attendance: Attendance,
        *,
        wrap_up_for: float,
        leads: Callable[[], bool],
        start: Callable[[Coroutine[Any, Any, None]], None],
        now: Callable[[], datetime],
    ) -> None:
        self._live_state, self._attendance = live_state, attendance
        self._wrap_up_for, self._leads = wrap_up_for, leads
        self._start, self._now = start, now
        self._turning: set[str] = set()

    def begins(self, told: CallEnded) -> bool:
        """Have an agent write whose call has just ended; False when there is nothing to write."""
        agent = self._live_state.agents.get(told.seat)
        if not agent or agent.state != "ready" or told.parted in AGAIN or not self._wrap_up_for:
            return False
        self.turn(told.seat, DutyState.WRAP_UP)
        return True

    def end(self, now: datetime) -> None:
        """Offer callers again to everybody whose time to write is over."""
        for agent in list(self._live_state.agents.values()):
            over = (now - agent.since).total_seconds() >= self._wrap_up_for
            if agent.state == "wrap_up" and over and agent.seat not in self._turning:
                self.turn(agent.seat, DutyState.READY)

    def turn(self, seat: str, state: DutyState, reason: str = "") -> None:
        """Begin to turn an agent's state, in Asterisk and in the database."""
        if self._leads() and (agent := self._live_state.agents.get(seat)):
            self._start(self._turned(agent, state, reason))

    async def _turned(self, agent: Agent, state: DutyState, reason: str) -> None:
        self._turning.add(agent.seat)
        try:
            await self._attendance.turn(agent, state, reason=reason, now=self._now())
        finally:
            self._turning.discard(agent.seat)
