"""What agents and leaders do with a call that goes on: scripts, transfers, listening.

The caller's channel is taken to a context of the dialplan that does the rest; the agent's phone is
let go and the agent is free again. Each is sent once: a call that is leaving already is not taken
a second time.
"""

import asyncio
import uuid
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from ami.actions import Actions, Outcome
from floor import metrics
from floor.hold_music import HOLD_MUSIC
from floor.live_state import LiveState
from floor.people import Agent, Talk
from floor.repairs import RESCUE

COMES_WITHIN_S: Final = 3.0
"""Seconds that a colleague's leg is given to come into the caller's bridge."""
_LOOK_EVERY_S: Final = 0.02
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


HANDED_OVER: Final = "handed_over"
"""How a talk ends whose caller stays with a colleague."""
JOIN: Final = "join"
REUNITE: Final = "reunite"
TRANSFER: Final = "transfer"
HOLD_WORDS: Final = "hold-words"
EAR: Final = "Local/ear@hold-words/n"
"""Rung in place of a phone: it speaks into the caller's ear (dialplan/desk.conf)."""

CONTEXTS: Final = frozenset(
    {
        *(JOIN, REUNITE, RESCUE, TRANSFER, HOLD_WORDS, HOLD_MUSIC),
        *(f"script-{one.value}" for one in Script),
        *(f"watch-{one.value}" for one in (Watch.LISTEN, Watch.WHISPER)),
    }
)
"""All that the floor may have Asterisk carry out."""

VARIABLES: Final = frozenset(
    {
        *("REUNITE_SEAT", "SCRIPT_SEAT", "TRANSFER_SEAT"),
        *("WATCHED", "WATCHED_CALL", "HELD_S", "JOIN_HOW", "JOIN_BY"),
        (KEY_DONE := "KEY_DONE"),
    }
)
"""The variables that these contexts read, and that a desk phone's key waits for (seats.conf)."""

AGAIN: Final = frozenset({REUNITE, *(f"script-{one.value}" for one in Script)})
"""Partings after which the caller may come back at once: no time to write is due yet."""


class NotTalkingError(Exception):
    """There is no such talk now, or it is leaving already."""


class BusyError(Exception):
    """The phone that was to ring is in another call, or rings for one."""


class NotDoneError(Exception):
    """Asterisk did not do it: it `refused`, or else nobody knows whether it was done."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.refused = outcome is Outcome.REFUSED


class Control:
    """The hands of agents and leaders on calls."""

    def __init__(self, actions: Actions, live_state: LiveState) -> None:
        self._actions = actions
        self._live_state = live_state
        self._watching: dict[str, str] = {}
        """The unique id of the leg on which a seat was brought to a call last."""

    def talking(self, call: str, seat: str = "") -> tuple[str, Talk]:
        """Return a seat that talks in a call, this one if it does. Raises NotTalkingError."""
        talks = self._live_state.talks_of(call)
        chosen = seat if seat in talks else next(iter(talks), "")
        if not chosen or talks[chosen].parted:
            raise NotTalkingError(call)
        return chosen, talks[chosen]

    async def script(self, call: str, seat: str, script: Script) -> None:
        """Say a script to the caller; who speaks again comes back to the same agent first."""
        seat, _ = self.talking(call, seat)
        await self._take(call, seat, f"script-{script.value}", "s", {"SCRIPT_SEAT": seat})

    async def transfer(self, call: str, seat: str, to: str) -> None:
        """Connect the caller with another phone or seat; the agent is let go (blind)."""
        seat, _ = self.talking(call, seat)
        await self._take(call, seat, TRANSFER, to, {"TRANSFER_SEAT": seat})

    async def reunite(self, seat: str) -> bool:
        """Let a caller whose agent's page is gone hear music until it is back.

        With others of ours still in the call only this agent's legs are let go. False when there
        is nobody to be reunited with at this seat.
        """
        talk = self._live_state.talks.get(seat)
        if talk is None or talk.parted or not talk.call:
            return False
        if len(self._live_state.talks_of(talk.call)) > 1:
            self._live_state.parting(seat, HANDED_OVER)
            await self._let_go(seat)
            return False
        await self._take(talk.call, seat, REUNITE, "s", {"REUNITE_SEAT": seat})
        return True

    async def lost(self, seat: str) -> bool:
        """Take the caller from a phone that is gone, and end all of its legs."""
        try:
            return await self.reunite(seat)
        finally:
            await self._let_go(seat)

    async def watch(self, leader: Agent, watched: Agent, how: Watch) -> None:
        """Have a leader's own phone hear the agent's call; one that does already changes over.

        Raises NotTalkingError, and BusyError for a leader who alone has a caller.
        """
        talk = self._live_state.talks.get(watched.seat)
        if talk is None:
            raise NotTalkingError(watched.seat)
        self._must_not_be_alone(leader.seat, but_for=talk.call)
        if how is Watch.JOIN:
            await self._bring(leader.seat, JOIN, self._joining(talk, "join", watched.seat))
            return
        given = {"WATCHED": talk.agent_channel, "WATCHED_CALL": talk.call}
        await self._bring(leader.seat, f"watch-{how.value}", given)

    def _must_not_be_alone(self, seat: str, *, but_for: str) -> None:
        """See that nobody who alone has a caller leaves for another call. Raises BusyError."""
        own = self._live_state.talks.get(seat)
        if own is None or own.call == but_for:
            return
        if len(self._live_state.talks_of(own.call)) == 1:
            raise BusyError(seat)

    def must_be_free(self, seat: str, *, but_for: str = "") -> None:
        """See that a phone neither rings for a caller nor is with one. Raises BusyError.

        In this one call, `but_for`, it may be. A phone that is about to be rung must not be one for
        which a caller waits.
        """
        if not but_for and self._live_state.is_awaited(seat):
            raise BusyError(seat)
        has = self._live_state.talks.get(seat) or self._live_state.offers.get(seat)
        if self._live_state.in_a_call(seat) and has is not None and has.call != but_for:
            raise BusyError(seat)

    async def conference(
        self, call: str, seat: str, colleague: Agent, *, show: Callable[[], None]
    ) -> None:
        """Have a colleague talk with both: asked about the caller already, or rung now.

        Before the phone rings, `show` tells the colleague's page which call it is.
        """
        seat, talk = self.talking(call, seat)
        leg = self._live_state.legs.asked_by(seat, colleague.seat)
        self.must_be_free(colleague.seat, but_for=call if leg else "")
        given = self._joining(talk, "conference", seat)
        if leg:
            self._ended(JOIN, await self._actions.redirect(leg.channel, JOIN, variables=given))
            return
        show()
        await self._bring(colleague.seat, JOIN, given, free=True)

    async def complete(self, call: str, seat: str, other: str) -> None:
        """Leave the caller with the colleague who was asked (attended transfer).

        The colleague comes into the caller's bridge first, and only then the agent leaves.
        """
        seat, talk = self.talking(call, seat)
        leg = self._live_state.legs.asked_by(seat, other)
        if leg is None:
            raise NotTalkingError(other)
        self.must_be_free(other, but_for=call)
        given = self._joining(talk, "consult", seat)
        self._ended(JOIN, await self._actions.redirect(leg.channel, JOIN, variables=given))
        if not await self._comes(leg.channel, talk.channel):
            raise NotDoneError(Outcome.REFUSED)
        self._live_state.parting(seat, HANDED_OVER)
        await self._let_go(seat)

    async def mute_recording(self, channel: str, *, muted: bool) -> Outcome:
        """Have the recording of a customer's leg hold silence, or go on."""
        outcome = await self._actions.mute_recording(channel, muted=muted)
        metrics.STEPS.labels("mute" if muted else "unmute", outcome.value).inc()
        return outcome

    async def answer_key(self, channel: str, done: str) -> None:
        """Tell the dialplan what came of a key that it waits for."""
        await self._actions.set_variable(channel, KEY_DONE, done)

    async def drop(self, call: str, seat: str) -> None:
        """Take one of several out of a call. Raises NotTalkingError when it is the only one."""
        talks = self._live_state.talks_of(call)
        if seat not in talks or len(talks) < 2:
            raise NotTalkingError(call)
        self._ended("drop", await self._actions.hang_up(talks[seat].agent_channel))

    async def say_back(self, call: str, held_s: float) -> None:
        """Thank the caller for waiting (SIL-7); only the caller hears it.

        A caller who is handed over just then is thanked by nobody.
        """
        try:
            _, talk = self.talking(call)
        except NotTalkingError:
            return
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

    async def _bring(
        self, seat: str, context: str, given: Mapping[str, str], *, free: bool = False
    ) -> None:
        """Take a seat's phone to a context: the leg that watches already, or by ringing it.

        `free`: the phone was found free, and its page has been shown this call since.
        """
        if watching := self._watching.get(seat):
            outcome = await self._actions.redirect(watching, context, variables=given)
            if outcome is Outcome.DONE:
                return
        if not free:
            self.must_be_free(seat)
        attempt = f"watch-{uuid.uuid4()}"
        outcome = await self._actions.ring(
            f"PJSIP/{seat}", context, attempt=attempt, ring_for=RING_FOR_S, variables=given
        )
        self._watching[seat] = attempt
        self._ended("watch" if context != JOIN else JOIN, outcome)

    @staticmethod
    def _joining(talk: Talk, how: str, by: str) -> Mapping[str, str]:
        known = {"WATCHED": talk.channel, "WATCHED_CALL": talk.call}
        return {**known, "JOIN_HOW": how, "JOIN_BY": by}

    async def _comes(self, channel: str, customer: str) -> bool:
        """Wait until a leg is in the customer's bridge."""
        for _ in range(round(COMES_WITHIN_S / _LOOK_EVERY_S)):
            if self._live_state.legs.together(channel, customer):
                return True
            await asyncio.sleep(_LOOK_EVERY_S)
        return False

    async def _let_go(self, seat: str) -> None:
        for leg in self._live_state.legs.of_seat(seat):
            await self._actions.hang_up(leg.channel)

    async def _take(
        self, call: str, seat: str, context: str, exten: str, variables: Mapping[str, str]
    ) -> None:
        talk = self._live_state.talks[seat]
        others = [key for key in self._live_state.talks_of(call) if key != seat]
        # Before it is sent: what Asterisk then tells of the parting must find it.
        for one in (seat, *others):
            self._live_state.parting(one, context)
        outcome = await self._actions.redirect(talk.channel, context, exten, variables=variables)
        if outcome is Outcome.REFUSED:
            for one in (seat, *others):
                self._live_state.parting(one, "")
        self._ended(context, outcome)
        for one in (seat, *others) if others else ():  # two go by themselves, three stay together
            await self._let_go(one)

    def _ended(self, action: str, outcome: Outcome) -> None:
        metrics.STEPS.labels(action, outcome.value).inc()
        if outcome is not Outcome.DONE:
            raise NotDoneError(outcome)
