"""Music for callers on hold to whom Asterisk plays none (SIL-7).

Asterisk plays it to a caller who is alone with the agent in a bridge when the hold begins. With a
third in the bridge it does not, and it does not begin again when the third has left: the caller
would hear nothing until the agent is back. Then a channel of ours plays it in that bridge.
"""

import uuid
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ami.actions import Actions
from floor import metrics
from floor.live_state import LiveState

HOLD_MUSIC: Final = "hold-music"
"""The context of the dialplan that brings the music into a bridge."""
MUSIC: Final = "Local/music@hold-music/n"
LASTS: Final = timedelta(seconds=60)
"""It ends by itself after this, should nobody be there to end it, and is begun again."""
RING_FOR_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class _Playing:
    attempt: str
    since: datetime


class HoldMusic:
    """What plays music to whom."""

    def __init__(self, actions: Actions, live_state: LiveState) -> None:
        self._actions, self._live_state = actions, live_state
        self._playing: dict[str, _Playing] = {}
        """By our ids of the calls."""

    def due(self, now: datetime) -> Iterator[Coroutine[object, object, None]]:
        """Give what is to be begun and ended now, each once."""
        wanted = self._live_state.on_hold_without_music()
        for call in [one for one in self._playing if one not in wanted]:
            yield self._end(self._playing.pop(call))
        for call, channel in wanted.items():
            before = self._playing.get(call)
            if before is None or now - before.since > LASTS:
                fresh = self._playing[call] = _Playing(f"music-{uuid.uuid4()}", now)
                yield self._begin(call, channel, fresh)

    async def _begin(self, call: str, channel: str, fresh: _Playing) -> None:
        given = {"WATCHED": channel, "WATCHED_CALL": call}
        outcome = await self._actions.ring(
            MUSIC, HOLD_MUSIC, attempt=fresh.attempt, ring_for=RING_FOR_S, variables=given
        )
        metrics.STEPS.labels(HOLD_MUSIC, outcome.value).inc()
        if self._playing.get(call) is not fresh:
            await self._end(fresh)  # the agent was back before it began

    async def _end(self, over: _Playing) -> None:
        await self._actions.hang_up(over.attempt)
