"""What follows from who is in a bridge with whom: which agent talks to which customer.

Does no I/O. A queue tells of its own talks first; who came together in another way (a transfer by
a phone's own key, a consultation, a conference) is known by the bridge alone.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from ami.actions import Channel
from floor import callback_events as calling_back
from floor.legs import Leg, Legs, seat_of_channel
from floor.people import Talk

APART_FOR: Final = timedelta(seconds=1.0)
"""From one bridge to the next it takes milliseconds; after this the talk is over."""


def begun(legs: Legs, talks: Mapping[str, Talk], bridge: str, now: datetime) -> dict[str, Talk]:
    """Return the talks that a bridge has begun, by the seats."""
    customer = legs.customer_in(bridge)
    if customer is None:
        return {}
    fresh: dict[str, Talk] = {}
    for one in legs.ours_in(bridge):
        talk = talks.get(one.seat)
        if talk is None or not _is_known(talk, one, customer):
            talk = fresh[one.seat] = Talk(
                customer.customer, customer.linkedid, customer.channel, one.channel, now
            )
        talk.was_together = True
    return fresh


def over(legs: Legs, talks: Mapping[str, Talk], now: datetime) -> list[str]:
    """Return the seats whose talk is over, as agent and customer are apart; keeps since when."""
    gone = []
    for seat, talk in talks.items():
        if legs.together(talk.channel, talk.agent_channel):
            talk.apart_since = None
        elif talk.was_together:
            talk.apart_since = talk.apart_since or now
            if now - talk.apart_since > APART_FOR:
                gone.append(seat)
    return gone


def is_of(talk: Talk, agent_channel: str, linkedid: str) -> bool:
    """Tell whether a queue means this talk; after a transfer it may name no channel, and be late.

    The queue of a caller who went on to others says when the caller hangs up that the first agent
    has completed, who talks with somebody else by then.
    """
    return agent_channel == talk.agent_channel if agent_channel else linkedid == talk.linkedid


def found(
    channels: tuple[Channel, ...], phones: Collection[str], now: datetime
) -> tuple[dict[str, Talk], list[Leg]]:
    """Return the talks and legs that Asterisk has when it is asked; who talks, by the seat."""
    talks: dict[str, Talk] = {}
    talking = [one for one in channels if one.bridge]
    legs = {one.name: Leg(one.name, one.linkedid, one.bridge, now) for one in talking}
    for leg in talking:
        seat = seat_of_channel(leg.name)
        if seat not in phones or not (caller := calling_back.caller_of(leg, channels)):
            continue
        call = leg.call or caller.call
        if not call:
            continue  # colleagues among themselves, of whom one may be asked about a caller
        if caller.name in legs:
            legs[caller.name].customer = call
        if caller.bridge == leg.bridge:
            since = now - timedelta(seconds=leg.seconds)
            talk = Talk(call, leg.linkedid, caller.name, leg.name, since, was_together=True)
            talks[seat] = talk
    return talks, list(legs.values())


def _is_known(talk: Talk, leg: Leg, customer: Leg) -> bool:
    return talk.channel == customer.channel and talk.agent_channel == leg.channel
