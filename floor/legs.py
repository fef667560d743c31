"""Who is in which bridge with whom: what Asterisk says of every leg. Does no I/O.

A customer's leg is told by its call: the channel that the queue, an offer or a call back named. All
other legs with a phone's name are ours. However two came together (queue, blind or attended
transfer, a phone's own REFER, a conference), the bridge tells.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ami.bridge_events import BridgeEnter, BridgeLeave
from ami.link import OWN

LEGS_KNOWN: Final = 2000
ALONE_FOR: Final = timedelta(seconds=1.5)
"""Between two bridges a leg is alone for some milliseconds; after this somebody must help."""


@dataclass(slots=True)
class Leg:
    """One channel in a bridge; `call` is the call whose customer it is, or talks with."""

    channel: str
    linkedid: str
    bridge: str
    since: datetime
    """When who is in the bridge changed last."""
    customer: str = ""
    """Our id of the call, for the customer's own leg."""
    served: str = ""
    """Our id of the call whose customer was in a bridge with this leg last."""

    @property
    def seat(self) -> str:
        """Return the phone of the leg, `w01` or `8101`; of a trunk's its endpoint."""
        return seat_of_channel(self.channel)


class Legs:
    """Every leg that is in a bridge now."""

    def __init__(self) -> None:
        self._legs: dict[str, Leg] = {}
        self._bridges: dict[str, dict[str, Leg]] = {}
        self._customers: dict[str, str] = {}
        """Our ids of calls, by the customers' channels."""
        self._by_call: dict[str, str] = {}
        """And the other way round."""
        self._moved: dict[str, datetime] = {}
        """When a channel entered or left a bridge last, since Asterisk was asked last."""

    def customer_is(self, channel: str, call: str) -> None:
        """Know the customer of a call by the channel."""
        if not channel or not call or self._customers.get(channel) == call:
            return
        self._customers[channel], self._by_call[call] = call, channel
        for known in (self._customers, self._by_call):
            if len(known) > LEGS_KNOWN:
                known.pop(next(iter(known)))
        if leg := self._legs.get(channel):
            leg.customer = call
            self._serve(leg.bridge)

    def customer_of(self, call: str) -> str:
        """Return the channel of a call's customer; empty when nobody has named it."""
        return self._by_call.get(call, "")

    def entered(self, event: BridgeEnter, now: datetime) -> None:
        """Note that a channel is in a bridge."""
        if event.channel.startswith(OWN):
            return  # it speaks or plays for us; nobody talks there
        self._moved[event.channel] = now
        if before := self._legs.get(event.channel):
            self._gone(before, now)
        self._put(
            Leg(
                event.channel,
                event.linkedid,
                event.bridge,
                now,
                customer=self._customers.get(event.channel, ""),
            )
        )
        self._serve(event.bridge)
        self._changed(event.bridge, now)

    def left(self, event: BridgeLeave, now: datetime) -> None:
        """Note that a channel is in this bridge no more; one that is in the next already stays."""
        self._moved[event.channel] = now
        leg = self._legs.get(event.channel)
        if leg and leg.bridge == event.bridge:
            self._gone(leg, now)

    def resumed(self, said: Iterable[Leg], asked: datetime) -> None:
        """Know what Asterisk said when it was `asked`; what we heard since then is newer."""
        before, moved = self._legs, {one for one, at in self._moved.items() if at >= asked}
        self._moved = {one: at for one, at in self._moved.items() if one in moved}
        self._legs, self._bridges = {}, {}
        for leg in said:
            if leg.channel not in moved and not leg.channel.startswith(OWN):
                self._put(_merged(before.get(leg.channel), leg))
        for channel in moved & set(before):
            self._put(before[channel])
        for leg in list(self._legs.values()):
            leg.customer = leg.customer or self._customers.get(leg.channel, "")
            if leg.customer:
                self.customer_is(leg.channel, leg.customer)
                self._serve(leg.bridge)

    def bridges(self) -> list[str]:
        """Return the bridges in which more than one is."""
        return [bridge for bridge, legs in self._bridges.items() if len(legs) > 1]

    def customer_in(self, bridge: str) -> Leg | None:
        """Return the customer's leg of a bridge, if there is one."""
        return next((one for one in self._in(bridge) if one.customer), None)

    def ours_in(self, bridge: str) -> list[Leg]:
        """Return the legs of a bridge that are no customer's."""
        return [one for one in self._in(bridge) if not one.customer]

    def together(self, channel: str, other: str) -> bool:
        """Tell whether two channels are in one bridge."""
        one, two = self._legs.get(channel), self._legs.get(other)
        return bool(one and two and one.bridge == two.bridge)

    def are_three(self, channel: str) -> bool:
        """Tell whether a channel is in a bridge with more than one other."""
        leg = self._legs.get(channel)
        return leg is not None and len(self._bridges[leg.bridge]) > 2

    def asked_by(self, seat: str, other: str) -> Leg | None:
        """Return the leg of `other`, with whom `seat` talks alone: a consultation."""
        for leg in self.of_seat(other):
            beside = [one for one in self._in(leg.bridge) if one is not leg]
            if [(one.seat, one.customer) for one in beside] == [(seat, "")]:
                return leg
        return None

    def of_seat(self, seat: str) -> list[Leg]:
        """Return all legs of a phone that are no customer's."""
        return [one for one in self._legs.values() if one.seat == seat and not one.customer]

    def lonely_customers(self, now: datetime) -> list[Leg]:
        """Return the customers who are alone in a bridge for too long: they hear nothing."""
        return [
            one
            for one in self._legs.values()
            if one.customer and now - one.since > ALONE_FOR and len(self._bridges[one.bridge]) == 1
        ]

    def left_over(self, now: datetime) -> list[Leg]:
        """Return legs of ours in a bridge from which a customer has gone for good."""
        return [
            one
            for bridge, legs in self._bridges.items()
            if self.customer_in(bridge) is None
            for one in legs.values()
            if one.served and now - one.since > ALONE_FOR
        ]

    def _in(self, bridge: str) -> Iterable[Leg]:
        return self._bridges.get(bridge, {}).values()

    def _put(self, leg: Leg) -> None:
        self._legs[leg.channel] = leg
        self._bridges.setdefault(leg.bridge, {})[leg.channel] = leg

    def _gone(self, leg: Leg, now: datetime) -> None:
        del self._legs[leg.channel]
        legs = self._bridges[leg.bridge]
        legs.pop(leg.channel, None)
        if not legs:
            del self._bridges[leg.bridge]
        self._changed(leg.bridge, now)

    def _serve(self, bridge: str) -> None:
        if customer := self.customer_in(bridge):
            for one in self._in(bridge):
                one.served = customer.customer

    def _changed(self, bridge: str, now: datetime) -> None:
        for one in self._in(bridge):
            one.since = now


def _merged(known: Leg | None, said: Leg) -> Leg:
    """Return a leg as it is said to be; one we know also knows since when, and whom it served."""
    if known is None or known.bridge != said.bridge:
        return said
    known.customer = known.customer or said.customer
    return known


def seat_of_channel(channel: str) -> str:
    """Return the phone of a channel's name: `PJSIP/w01-0000002a` → `w01`."""
    return channel.removeprefix("PJSIP/").rpartition("-")[0]
