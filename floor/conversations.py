"""Who talks with whom, whose phone rings, who is in which bridge. Does no I/O.

The part of the live state (`floor.live_state`) that has nothing to do with queues and people at
work.
"""

from datetime import datetime, timedelta
from typing import Final, TypeVar

from ami.agent_events import Hold, Unhold
from ami.bridge_events import BridgeEnter, BridgeLeave
from floor import bridge_talks as bridged
from floor.changes import (
    CallEnded,
    Changed,
    FloorEvent,
    HoldChanged,
    Offered,
    OfferGone,
    ParticipantsChanged,
    Talking,
)
from floor.legs import Legs, seat_of_channel
from floor.people import DeviceState, Member, Offer, Talk

SETTLED: Final = timedelta(seconds=2)
"""After this a caller who left a queue is in no other one, and a phone's state has been told."""
PHONES: Final = "PJSIP/"
"""Members of another kind stand for nobody (`floor.queue_openers`)."""
CALLS_KNOWN: Final = 2000

Known = TypeVar("Known")


class Conversations:
    """Whom phones ring for and who talks. A seat is `w01` or `8101`."""

    def __init__(self) -> None:
        self.members: dict[str, Member] = {}
        self.offers: dict[str, Offer] = {}
        self.talks: dict[str, Talk] = {}
        self.legs = Legs()
        self._joining: dict[str, str] = {}
        """How those come into a call whose bridge is not told yet, by their seats."""
        self._calls: dict[str, str] = {}
        """Our ids of calls, by the linked ids that the callers' channels gave them."""

    def in_a_call(self, seat: str) -> bool:
        """Tell whether a seat's phone rings for a caller, or its agent is with one."""
        talk = self.talks.get(seat)
        return seat in self.offers or (talk is not None and talk.apart_since is None)

    def talks_of(self, call: str) -> dict[str, Talk]:
        """Return who of ours talks in a call, by the seats; who came first stands first."""
        return {seat: one for seat, one in self.talks.items() if call and one.call == call}

    def parting(self, seat: str, how: str) -> None:
        """Remember that a talk is about to end by our own doing."""
        if talk := self.talks.get(seat):
            talk.parted = how

    def hold(self, seat: str, now: datetime, *, on: bool) -> list[FloorEvent]:
        """Note that a caller is on hold or back; told by the phone, the page, or both (SIL-7)."""
        talk = self.talks.get(seat)
        if talk is None or (talk.held_since is not None) is on:
            return []
        held_s = (now - talk.held_since).total_seconds() if talk.held_since else 0.0
        talk.held_since = now if on else None
        talk.has_music = on and not self.legs.are_three(talk.channel)
        return [HoldChanged(seat, talk.call, on, held_s, now), Changed()]

    def on_hold_without_music(self) -> dict[str, str]:
        """Return the callers' channels whom every agent holds and who hear nothing, by the calls.

        Somebody else has been in the bridge since the hold began (`floor.hold_music`).
        """
        found: dict[str, str] = {}
        for talk in self.talks.values():
            if talk.held_since is None or talk.has_music:
                continue  # nearly all of them: asked five times a second
            everybody = self.talks_of(talk.call).values()
            if talk.call and all(one.held_since and not one.has_music for one in everybody):
                found[talk.call] = talk.channel
        return found

    def _asked(self, told: Offered) -> list[FloorEvent]:
        """Show a colleague whose caller it is about, before the phone rings."""
        self.offers[told.seat] = Offer(told.call, "", "", told.at)
        return [told, Changed()]

    def asks(self, seat: str, call: str, by: str, now: datetime) -> list[FloorEvent]:
        """Note that a colleague's phone is about to ring, to come into a call."""
        return self._asked(Offered(seat, call, "", "", "", 0.0, now, asked_by=by, how="conference"))

    def _end_silent(self, now: datetime) -> list[FloorEvent]:
        """End the offers and talks that no event has ended."""
        told: list[FloorEvent] = []
        for seat, offer in list(self.offers.items()):
            if now - offer.at > SETTLED and self._idle(seat):
                told += self._offer_gone(seat)
        for seat in [one for one in self.talks if self._is_silent(one, now)]:
            told += self._completed(seat, now)
        for seat in bridged.over(self.legs, self.talks, now):
            told += self._completed(seat, now)
        return told

    def _is_silent(self, seat: str, now: datetime) -> bool:
        """Tell whether a talk's phone is idle, which may be said late, and the bridge agrees."""
        talk = self.talks.get(seat)
        if talk is None or now - talk.since <= SETTLED or not self._idle(seat):
            return False
        return not self.legs.together(talk.channel, talk.agent_channel)

    def _found_together(self, now: datetime) -> list[FloorEvent]:
        """Begin the talks that are in a bridge and nowhere else: what the bridge has is so."""
        told: list[FloorEvent] = []
        for bridge in self.legs.bridges():
            for seat, talk in bridged.begun(self.legs, self.talks, bridge, now).items():
                told += self._began(seat, talk)
        return [*told, Changed()] if told else []

    def _completed(self, seat: str, now: datetime) -> list[FloorEvent]:
        if not (talk := self.talks.pop(seat, None)):
            return []
        others = self.talks_of(talk.call)
        parted = talk.parted or ("handed_over" if others else "")
        left: list[FloorEvent] = [ParticipantsChanged(talk.call)] if others else []
        return [CallEnded(seat, talk.call, parted, now), *left, Changed()]

    def _bridged(self, event: BridgeEnter, now: datetime) -> list[FloorEvent]:
        self.legs.entered(event, now)
        self._music_ends(event.channel)
        call = self._calls.get(event.linkedid, "")
        if event.uniqueid == event.linkedid and not self.legs.customer_of(call):
            self.legs.customer_is(event.channel, call)
        told: list[FloorEvent] = []
        for seat, talk in bridged.begun(self.legs, self.talks, event.bridge, now).items():
            talk.how = self._joining.pop(seat, "") or talk.how
            told += self._began(seat, talk)
        if told:
            return [*told, Changed()]
        if (offer := self.offers.get(seat_of_channel(event.channel))) and not offer.queue:
            offer.answered = True
        return []

    def _music_ends(self, channel: str) -> None:
        """Note that Asterisk plays no music any more to a caller beside whom there are others."""
        for talk in self.talks.values():
            if talk.has_music and self.legs.together(talk.channel, channel):
                talk.has_music = not self.legs.are_three(talk.channel)

    def _began(self, seat: str, talk: Talk) -> list[FloorEvent]:
        before = self.talks.pop(seat, None)
        ended: list[FloorEvent] = []
        if before and before.call != talk.call:
            ended = [CallEnded(seat, before.call, before.parted, talk.since)]
        self.offers.pop(seat, None)
        self.talks[seat] = talk
        same = before is not None and before.call == talk.call
        began: list[FloorEvent] = [] if same else [Talking(seat, talk.call, talk.since)]
        others = len(self.talks_of(talk.call)) > 1
        return [*ended, *began, *([ParticipantsChanged(talk.call)] if others else [])]

    def _unbridged(self, event: BridgeLeave, now: datetime) -> list[FloorEvent]:
        self.legs.left(event, now)
        told: list[FloorEvent] = []
        for seat, talk in list(self.talks.items()):
            ours = event.channel in {talk.channel, talk.agent_channel}
            if ours and talk.was_together and talk.apart_since is None:
                talk.apart_since = now
            if ours and talk.queue_done:
                told += self._completed(seat, now)
        return told

    def _held(self, event: Hold | Unhold, now: datetime) -> list[FloorEvent]:
        for seat, talk in self.talks.items():
            if talk.agent_channel == event.channel:
                return self.hold(seat, now, on=isinstance(event, Hold))
        return []

    def _offer_gone(self, seat: str) -> list[FloorEvent]:
        if not (offer := self.offers.pop(seat, None)):
            return []
        return [OfferGone(seat, offer.call)]

    def _call_is(self, linkedid: str, call: str) -> None:
        keep(self._calls, linkedid, call)

    def _idle(self, seat: str) -> bool:
        member = self.members.get(seat)
        return member is not None and member.device in {DeviceState.IDLE, DeviceState.UNAVAILABLE}


def seat_of(interface: str) -> str:
    """Return the seat of an interface: `PJSIP/w01` → `w01`."""
    return interface.removeprefix(PHONES)


def keep(known: dict[str, Known], key: str, value: Known) -> None:
    """Keep a fact of a call, and forget the oldest of too many."""
    known[key] = value
    if len(known) > CALLS_KNOWN:
        known.pop(next(iter(known)))
