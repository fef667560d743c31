"""The live state of the floor: it takes events and the time, and gives notices. Does no I/O.

What it believes comes from Asterisk's events alone and is made good after a reconnect (`resumed`).
Offers, talks and callers that no event has ended are ended by `tick`: nobody stays a ghost.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from ami.actions import Channel
from ami.agent_events import (
    AgentComplete,
    AgentConnect,
    Hold,
    QueueCallerAbandon,
    QueueMemberRemoved,
    Unhold,
)
from ami.bridge_events import BridgeEnter, BridgeLeave
from ami.events import (
    AgentRingNoAnswer,
    Event,
    QueueCallerJoin,
    QueueCallerLeave,
    QueueMemberStatus,
    QueueState,
    UserEvent,
)
from floor import bridge_talks as bridged
from floor import callback_events as calling_back
from floor import consult_events as consulting
from floor.changes import (
    Changed,
    FloorEvent,
    Missed,
    Offered,
    PausedBySwitch,
    PhoneChanged,
    Talking,
)
from floor.conversations import PHONES, SETTLED, Conversations, keep, seat_of
from floor.day_figures import DayFigures
from floor.people import Agent, Member, Offer, Talk, WaitingCaller
from floor.service_level import QueueWait
from floor.state_clocks import StateClocks, shown

OFFER: Final = "Offer"
"""Name of the dialplan's user event before a seat's phone rings."""
MISS_FROM_S: Final = 1.0
"""A phone that rang for less was not there to be answered: that is no miss of the agent's."""
AUTO_PAUSE: Final = "Auto-Pause"
"""Asterisk's own reason for a pause after a miss."""
Taker = Callable[[Any, datetime], list[FloorEvent]]


class LiveState(Conversations):
    """Who is at work, who waits, whom phones ring for, who talks. A seat is `w01` or `8101`."""

    def __init__(self) -> None:
        super().__init__()
        self.agents: dict[str, Agent] = {}
        self.waiting: dict[str, WaitingCaller] = {}
        self.day = DayFigures()
        self.clocks = StateClocks()
        self._served: dict[str, None] = {}
        self._takers: Mapping[type[Any], Taker] = {
            UserEvent: self._offered,
            AgentConnect: self._connected,
            AgentComplete: self._parted,
            AgentRingNoAnswer: self._rang_in_vain,
            QueueCallerJoin: self._joined,
            QueueCallerLeave: self._left,
            QueueCallerAbandon: self._abandoned,
            QueueMemberStatus: self._member,
            QueueMemberRemoved: lambda _, __: [Changed()],
            Hold: self._held,
            Unhold: self._held,
            BridgeEnter: self._bridged,
            BridgeLeave: self._unbridged,
        }

    def heard(self, event: Event, now: datetime) -> list[FloorEvent]:
        """Take in one event of Asterisk's."""
        take = self._takers.get(type(event))
        told = take(event, now) if take else []
        self._clocks_of(now)  # what changed now is told with the notices
        return told

    def tick(self, now: datetime) -> list[FloorEvent]:
        """End what no event has ended."""
        told: list[FloorEvent] = [PhoneChanged(seat) for seat in self._clocks_of(now)]
        told += [Changed()] if told else []
        for linkedid, waiter in list(self.waiting.items()):
            if waiter.left_at and now - waiter.left_at > SETTLED:
                told += self._gone(linkedid, now, sent_on=True)
        return [*told, *self._end_silent(now), *self._found_together(now)]

    def resumed(
        self, state: QueueState, channels: tuple[Channel, ...], now: datetime, *, asked: datetime
    ) -> list[FloorEvent]:
        """Take over what Asterisk says after a (re)connect: events were missed.

        What began after we `asked` is not in its answer, and stays.
        """
        self.members = {}
        told = [notice for member in state.members for notice in self._member(member, now)]
        before = self.waiting
        self.waiting = {
            entry.linkedid: before.get(entry.linkedid)
            or WaitingCaller(entry.queue, entry.channel, now - timedelta(seconds=entry.waited_s))
            for entry in state.entries
        }
        self.waiting |= {key: one for key, one in before.items() if one.since >= asked}
        return [*told, *self._resume_talks(channels, now, asked), Changed()]

    def _clocks_of(self, now: datetime) -> list[str]:
        return self.clocks.look({one: shown(self, who) for one, who in self.agents.items()}, now)

    def at_work(self, agents: list[Agent]) -> None:
        """Know these agents and no others; whose page is closed stays so."""
        before = {one.duty_id: one for one in self.agents.values()}
        self.agents = {
            one.seat: replace(one, gone=kept.gone) if (kept := before.get(one.duty_id)) else one
            for one in agents
        }

    def by_account(self, account_id: int) -> Agent | None:
        """Return somebody at work."""
        return next((one for one in self.agents.values() if one.account_id == account_id), None)

    def by_number(self, number: str) -> Agent | None:
        """Return somebody at work, by the account number."""
        return next((one for one in self.agents.values() if one.number == number), None)

    def is_awaited(self, seat: str) -> bool:
        """Tell whether a caller waits for this very seat: its phone was lost, and is to be back."""
        queues = (one.queue for one in self.waiting.values() if one.left_at is None)
        return f"own-{seat}" in queues

    def _offered(self, event: UserEvent, now: datetime) -> list[FloorEvent]:
        call, seat = event.fields.get("Call", ""), seat_of(event.fields.get("Seat", ""))
        if event.name == consulting.ASKS and (asked := consulting.of(event, self.talks)):
            return self._asked(consulting.offered(event, asked, seat, now))
        if not call or not seat:
            return []
        if seat in self.agents and event.name in {calling_back.ANNOUNCED, calling_back.ANSWERED}:
            return self._calls_back(event, call, seat, now)
        if event.name == consulting.JOINS:
            self._joining[seat] = event.fields.get("How", "")
        if event.name != OFFER:
            return []
        self._call_is(event.linkedid, call)
        waiter = self.waiting.get(event.linkedid)
        self.legs.customer_is(waiter.channel if waiter else "", call)
        waited = (now - waiter.since).total_seconds() if waiter else 0.0
        queue = event.fields.get("Queue", "")
        self.offers[seat] = Offer(call, event.linkedid, queue, now, event.party_number)
        told = Offered(
            seat,
            call,
            queue,
            event.party_number,
            event.party_name,
            waited,
            now,
            topic=event.fields.get("Topic", ""),
            language=event.fields.get("Spoken", ""),
            reasons=tuple(filter(None, event.fields.get("Reasons", "").split(";"))),
        )
        return [told, Changed()]

    def _calls_back(
        self, event: UserEvent, call: str, seat: str, now: datetime
    ) -> list[FloorEvent]:
        if event.name == calling_back.ANNOUNCED:
            told = calling_back.offered(event, call, seat, now)
            rings_at = now + timedelta(seconds=told.rings_in_s)
            self.offers[seat] = Offer(call, call, "", rings_at, told.number)
            return [told, Changed()]
        self.offers.pop(seat, None)
        self._call_is(event.linkedid, call)
        caller, agent = event.fields.get("Caller", ""), event.fields.get("Agent", "")
        self.legs.customer_is(caller, call)
        self.talks[seat] = Talk(call, event.linkedid, caller, agent, now)
        return [Talking(seat, call, now), Changed()]

    def _connected(self, event: AgentConnect, now: datetime) -> list[FloorEvent]:
        seat, linkedid = seat_of(event.interface), event.linkedid
        self.offers.pop(seat, None)
        if waiter := self.waiting.pop(linkedid, None):
            seconds = (now - waiter.since).total_seconds()
            self._count(linkedid, QueueWait(seconds, answered=True))
        call = self._calls.get(linkedid, "")
        self.legs.customer_is(event.channel, call)
        began: list[FloorEvent] = []
        known = self.talks.get(seat)
        if known is None or known.agent_channel != event.agent_channel:
            self.talks[seat] = Talk(call, linkedid, event.channel, event.agent_channel, now)
            began = [Talking(seat, call, now)]
        gone: list[FloorEvent] = [
            notice
            for other, offer in list(self.offers.items())
            if offer.linkedid == linkedid
            for notice in self._offer_gone(other)
        ]
        return [*gone, *began, Changed()]

    def _parted(self, event: AgentComplete, now: datetime) -> list[FloorEvent]:
        seat = seat_of(event.interface)
        talk = self.talks.get(seat)
        if talk is None or not bridged.is_of(talk, event.agent_channel, event.linkedid):
            return []  # said late, of an earlier talk at this seat
        is_together = self.legs.together(talk.channel, talk.agent_channel)
        if event.reason == "transfer" and (event.agent_channel or not is_together):
            talk.parted = talk.parted or "transfer"
        if is_together:  # the bridge says when, and whether at all
            talk.queue_done = bool(event.agent_channel)
            return []
        return self._completed(seat, now)

    def _completed(self, seat: str, now: datetime) -> list[FloorEvent]:
        if told := super()._completed(seat, now):
            self.day.happened()
        return told

    def _rang_in_vain(self, event: AgentRingNoAnswer, now: datetime) -> list[FloorEvent]:
        seat = seat_of(event.interface)
        told = self._offer_gone(seat)
        if event.ring_time < MISS_FROM_S:
            return told
        if agent := self.agents.get(seat):
            self.day.missed(agent.number)
        call = self._calls.get(event.linkedid, "")
        return [*told, Missed(seat, call, event.ring_time, now), Changed()]

    def _joined(self, event: QueueCallerJoin, now: datetime) -> list[FloorEvent]:
        known = self.waiting.get(event.linkedid)
        since = known.since if known else now  # from one queue to the next the wait goes on
        self.waiting[event.linkedid] = WaitingCaller(event.queue, event.channel, since)
        return [Changed()]

    def _left(self, event: QueueCallerLeave, now: datetime) -> list[FloorEvent]:
        if waiter := self.waiting.get(event.linkedid):
            waiter.left_at = now
        return [Changed()]

    def _abandoned(self, event: QueueCallerAbandon, now: datetime) -> list[FloorEvent]:
        return self._gone(event.linkedid, now, sent_on=False)

    def _gone(self, linkedid: str, now: datetime, *, sent_on: bool) -> list[FloorEvent]:
        """End a wait without an agent: the caller hung up, or is on the way to a message."""
        told: list[FloorEvent] = []
        if waiter := self.waiting.pop(linkedid, None):
            until = waiter.left_at or now
            seconds = (until - waiter.since).total_seconds()
            self._count(linkedid, QueueWait(seconds, answered=False, sent_on=sent_on))
        for seat, offer in list(self.offers.items()):
            if offer.linkedid == linkedid:
                told += self._offer_gone(seat)
        return [*told, Changed()]

    def _member(self, event: QueueMemberStatus, now: datetime) -> list[FloorEvent]:
        seat = seat_of(event.interface)
        if not event.interface.startswith(PHONES):
            return []
        before = self.members.get(seat)
        self.members[seat] = Member(event.name, event.status, event.paused, event.reason)
        told: list[FloorEvent] = []
        agent = self.agents.get(seat)
        if event.paused and event.reason == AUTO_PAUSE and agent and agent.available:
            told.append(PausedBySwitch(seat))
        if self._is_silent(seat, now):
            told += self._completed(seat, now)
        if agent and (before is None or before.device != event.status):
            told.append(PhoneChanged(seat))
        if before is None or (before.device, before.paused) != (event.status, event.paused):
            told.append(Changed())
        return told

    def _resume_talks(
        self, channels: tuple[Channel, ...], now: datetime, asked: datetime
    ) -> list[FloorEvent]:
        found, legs = bridged.found(channels, self.members, now)
        self.legs.resumed(legs, asked)
        told: list[FloorEvent] = []
        there = {one.name for one in channels}
        for seat, talk in list(self.talks.items()):
            if talk.since >= asked:
                continue
            if not {talk.channel, talk.agent_channel} <= there:
                told += self._completed(seat, now)
            talk.was_together = True  # who is between two bridges now has a second
        for seat in set(found) - set(self.talks):
            if self.legs.together(found[seat].channel, found[seat].agent_channel):
                self._call_is(found[seat].linkedid, found[seat].call)
                told += self._began(seat, found[seat])
        told += self._found_together(now)
        for seat in [one for one in self.offers if self._idle(one)]:
            told += self._offer_gone(seat)
        return told

    def _count(self, linkedid: str, wait: QueueWait) -> None:
        """Count a caller's first wait of the call; one who comes back was served before."""
        if linkedid not in self._served:
            keep(self._served, linkedid, None)
            self.day.waited(linkedid, wait)
