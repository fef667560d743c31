"""Which recordings are paused now, as pages are told: agents of their calls, leaders of hints.

Does no I/O. The rows say what is so (`features/recording_pauses`); who changes one tells it here at
once, and the keeper again, whoever changed it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from floor.live_state import LiveState
from floor.streams import Streams
from permissions.roles import Role


class PausedRecordings:
    """Until when the recording of a call is paused."""

    def __init__(
        self,
        live_state: LiveState,
        streams: Streams,
        *,
        leaders: frozenset[Role],
        now: Callable[[], datetime],
    ) -> None:
        self._live_state, self._streams = live_state, streams
        self._leaders, self._now = leaders, now
        self._until: dict[str, datetime] = {}

    def left_s(self, call: str) -> float | None:
        """Return the seconds until a call's recording goes on by itself; None: it goes on."""
        until = self._until.get(call)
        return None if until is None else max(0.0, (until - self._now()).total_seconds())

    def begins(self, call: str, until: datetime) -> None:
        """Know of a pause, and tell who talks in the call."""
        if self._until.get(call) != until:
            self._until[call] = until
            self._tell(call)

    def ends(self, call: str) -> None:
        """Know that a recording goes on, and tell the same."""
        if self._until.pop(call, None):
            self._tell(call)

    def are(self, paused: Mapping[str, datetime]) -> None:
        """Know all that are paused."""
        for call in set(self._until) - set(paused):
            self.ends(call)
        for call, until in paused.items():
            self.begins(call, until)

    def hint(self, number: str, kind: str, *, call: str, count: int = 0) -> None:
        """Tell an agent's leaders of a pause that was `forgotten`, or of `many` in one call."""
        agent = self._live_state.by_number(number)
        told = {"kind": kind, "number": number, "call": call, "count": count}
        self._streams.tell_team(self._leaders, agent.team if agent else "", "recording_hint", told)

    def _tell(self, call: str) -> None:
        for seat in self._live_state.talks_of(call):
            if agent := self._live_state.agents.get(seat):
                told = {"call": call, "left_s": self.left_s(call)}
                self._streams.tell_account(agent.account_id, "recording", lambda _, t=told: t)  # type: ignore[misc]
