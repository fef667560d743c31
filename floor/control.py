"""Owns what agents and leaders do with a call that goes on: scripts, transfers, listening.

The caller's channel is taken to a context of the dialplan that does the rest; the agent's phone is
let go and the agent is free again. Each is sent once: a call that is leaving already is not taken
a second time.
"""

import uuid
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ami.actions import Actions, Outcome
from floor import metrics
from floor.people import Talk, Worker
from floor.picture import Picture

RING_FOR_S: Final = 20.0
"""Seconds that a leader's own phone rings before listening is given up."""


class Script(StrEnum):
    """The words that the system says in the agent's place."""

    SILENT = "silent"  # SIL-1
    QUIET = "quiet"  # SIL-3
    CANNOT_HEAR = "cannot-hear"  # SIL-4
    STAYS_ON = "stays-on"  # SIL-5


class Watch(StrEnum):
    """How a leader takes part in a call."""

    LISTEN = "listen"  # hears both, is not heard
    WHISPER = "whisper"  # is heard by the agent only
    JOIN = "join"  # is heard by both


REUNITE: Final = "reunite"
TRANSFER: Final = "transfer"
HOLD_WORDS: Final = "hold-words"
EAR: Final = "Local/ear@hold-words/n"
"""Rung in place of a phone: it speaks into the caller's ear (dialplan/desk.conf)."""

CONTEXTS: Final = frozenset(
    {
        *(REUNITE, TRANSFER, HOLD_WORDS),
        *(f"script-{one.value}" for one in Script),
        *(f"watch-{one.value}" for one in Watch),
    }
)
"""All that the floor may have Asterisk carry out."""

VARIABLES: Final = frozenset(
    {"REUNITE_SEAT", "SCRIPT_SEAT", "TRANSFER_SEAT", "WATCHED", "WATCHED_CALL", "HELD_S"}
)
"""The variables that these contexts read."""

AGAIN: Final = frozenset({REUNITE, *(f"script-{one.value}" for one in Script)})
"""Partings after which the caller may come back at once: no time to write is due yet."""


class NotTalkingError(Exception):
    """There is no such talk now, or it is leaving already."""


class NotDoneError(Exception):
    """Asterisk did not do it: it `refused`, or else nobody knows whether it was done."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.refused = outcome is Outcome.REFUSED


class Control:
    """The hands of agents and leaders on calls."""

    def __init__(self, actions: Actions, picture: Picture) -> None:
        self._actions = actions
        self._picture = picture

    def talking(self, call: str) -> tuple[str, Talk]:
        """Return the seat and talk of a call. Raises NotTalkingError."""
        found = self._picture.talk_of(call)
        if found is None or found[1].parted:
            raise NotTalkingError(call)
        return found

    async def script(self, call: str, script: Script) -> None:
        """Say a script to the caller; who speaks again comes back to the same agent first."""
        seat, _ = self.talking(call)
        await self._take(call, f"script-{script.value}", "s", {"SCRIPT_SEAT": seat})

    async def transfer(self, call: str, to: str) -> None:
        """Connect the caller with another phone or seat; the agent is let go (blind)."""
        seat, _ = self.talking(call)
        await self._take(call, TRANSFER, to, {"TRANSFER_SEAT": seat})

    async def reunite(self, seat: str) -> bool:
        """Let a caller whose agent's page is gone hear music until it is back.

        False when there is nobody to be reunited with at this seat.
        """
        talk = self._picture.talks.get(seat)
        if talk is None or talk.parted or not talk.call:
            return False
        await self._take(talk.call, REUNITE, "s", {"REUNITE_SEAT": seat})
        return True

    async def watch(self, leader: Worker, watched: Worker, how: Watch) -> None:
        """Ring a leader's own phone and let it hear the agent's call."""
        await self._bring(leader.seat, watched.seat, how)

    async def conference(self, call: str, colleague: Worker) -> None:
        """Ring a colleague's phone and let it join the call."""
        seat, _ = self.talking(call)
        await self._bring(colleague.seat, seat, Watch.JOIN)

    async def say_back(self, call: str, held_s: float) -> None:
        """Thank the caller for waiting (SIL-7); only the caller hears it."""
        _, talk = self.talking(call)
        outcome = await self._actions.ring(
            EAR,
            HOLD_WORDS,
            attempt=f"back-{uuid.uuid4()}",
            ring_for=RING_FOR_S,
            variables={
                "WATCHED": talk.channel,
                "WATCHED_CALL": call,
                "HELD_S": str(round(held_s)),
            },
        )
        self._ended(HOLD_WORDS, outcome)

    async def _bring(self, seat: str, watched: str, how: Watch) -> None:
        talk = self._picture.talks.get(watched)
        if talk is None:
            raise NotTalkingError(watched)
        outcome = await self._actions.ring(
            f"PJSIP/{seat}",
            f"watch-{how.value}",
            attempt=f"watch-{uuid.uuid4()}",
            ring_for=RING_FOR_S,
            variables={"WATCHED": talk.agent_channel, "WATCHED_CALL": talk.call},
        )
        self._ended("watch", outcome)

    async def _take(
        self, call: str, context: str, exten: str, variables: Mapping[str, str]
    ) -> None:
        seat, talk = self.talking(call)
        # Before it is sent: what Asterisk then tells of the parting must find it.
        self._picture.parting(seat, context)
        outcome = await self._actions.redirect(talk.channel, context, exten, variables=variables)
        if outcome is Outcome.REFUSED:
            talk.parted = ""
        self._ended(context, outcome)

    def _ended(self, action: str, outcome: Outcome) -> None:
        metrics.STEPS.labels(action, outcome.value).inc()
        if outcome is not Outcome.DONE:
            raise NotDoneError(outcome)
