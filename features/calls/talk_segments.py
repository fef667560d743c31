"""Talk segments of one call: who talked with the customer, from when to when. Does no I/O.

An agent talks with the customer while both channels are in one bridge; what the queue, a transfer
or a conference says of it only tells how that came about.

| how | when |
|---|---|
| answered | the queue gave the caller to this phone |
| called | the agent's phone was rung first, then the customer's (CBK-1) |
| transferred | another agent sent the caller here without asking first |
| attended | another agent had asked here first, then handed the caller over |
| returned | the caller came back to who had talked before: script, lost phone, vain transfer |
| conference | an agent brought this phone in as a third party |
| join | who leads joined |

Journals of before 2026-11-29 do not tell when a channel left a bridge: then its hang-up ends the
segment, or what took the caller out of the talk.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from callflow.events import JournalEvent

PHONE = re.compile(r"PJSIP/(\d{3,6}|w\d{2})(?:-|$)")
"""An agent's channel or queue member: `PJSIP/8001-00000003`, `PJSIP/w01`."""

MOVES = frozenset(
    {
        *("BRIDGE_ENTER", "BRIDGE_EXIT", "HANGUP", "ATTENDEDTRANSFER", "BLINDTRANSFER"),
        *("TR_JOIN", "TR_TRANSFER", "TR_SCRIPT", "TR_REUNITE", "TR_RESCUE", "TR_TALKING"),
        *("TR_AGENT_LOST", "on_hold", "TR_UNHOLD"),
    }
)
"""All that tells of who was with the customer."""

LONGEST_HOLD_S = 86_400.0

_TAKEN_OUT = frozenset({"TR_TRANSFER", "TR_SCRIPT", "TR_REUNITE", "TR_RESCUE", "TR_AGENT_LOST"})
_ENTERS = frozenset({"BRIDGE_ENTER", "TR_JOIN"})
_SENT_ON = frozenset({"TR_TRANSFER", "BLINDTRANSFER"})
_TAKEN_ON = _SENT_ON | _TAKEN_OUT
"""What the customer's own leg goes on with, where the agent's ends."""
_ONE_MOVE_S = 0.5
"""A phone that changes bridges with the customer is away for less than this: one segment."""
_HANDED_OVER_S = 2.0
"""The word of a hand-over comes within this of the moment in which it is done."""


class How(StrEnum):
    ANSWERED = "answered"
    CALLED = "called"
    TRANSFERRED = "transferred"
    ATTENDED = "attended"
    RETURNED = "returned"
    CONFERENCE = "conference"
    JOIN = "join"


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkSegment:
    """One agent and the customer, connected; times are aware UTC."""

    agent: str
    """The account's number; empty while only the seat is known."""
    seat: str
    from_at: datetime
    to_at: datetime | None
    """None while it lasts."""
    how: How
    held_s: float
    """Seconds of it that the customer was on hold (SIL-7)."""

    @property
    def talk_s(self) -> float:
        """Return the seconds of it without those on hold; nought while it lasts."""
        if self.to_at is None:
            return 0.0
        return max(0.0, round((self.to_at - self.from_at).total_seconds() - self.held_s, 3))


@dataclass(frozen=True, slots=True)
class _Stay:
    """A channel in a bridge; `to` is infinite while it is there."""

    uniqueid: str
    channel: str
    bridge: str
    since: float
    to: float = float("inf")


def talk_segments(
    moves: Sequence[JournalEvent],
    *,
    main: str,
    rang_first: bool,
    named: Mapping[str, str],
    ended: float | None,
) -> tuple[TalkSegment, ...]:
    """Return who was connected with the customer, in order.

    `moves` are in order; `main` is the uniqueid of the call's first channel: the customer's, or the
    agent's when `rang_first`. `named` tells the queue's names of agents' channels by uniqueid.
    """
    if not any(one.name in _ENTERS for one in moves):
        return ()  # most folds are of calls that nobody has lifted for yet
    customer = _customer(moves, main, rang_first=rang_first)
    stays = list(_stays(moves, customer))
    theirs = [one for one in stays if one.uniqueid == customer]
    end = float("inf") if ended is None else ended
    found: list[TalkSegment] = []
    for stay in _joined(_shared(stays, theirs, customer, end)):
        how = _how(stay, moves, found, called=rang_first and stay.uniqueid == main)
        found.append(_segment(stay, named.get(stay.uniqueid, ""), how))
    return tuple(_with_holds(found, moves))


def connected_s(found: Iterable[TalkSegment]) -> float:
    """Return the seconds in which the customer had at least one agent, on hold or not."""
    total, covered = 0.0, 0.0
    for one in sorted(found, key=lambda each: each.from_at):
        if one.to_at is None:
            continue
        begin = max(covered, one.from_at.timestamp())
        total += max(0.0, one.to_at.timestamp() - begin)
        covered = max(covered, one.to_at.timestamp())
    return total


def customer_gone(moves: Sequence[JournalEvent], *, main: str, gone: float) -> float | None:
    """Return when a customer whom an agent had called was gone; None while handed on and there.

    `gone` is when the agent's own channel, the call's first, was: the customer may have been sent
    on, wait for that agent, hear a script, or somebody else have taken over.
    """
    customer = _customer(moves, main, rang_first=True)
    handed_on = any(
        one.uniqueid == customer
        if one.name in _TAKEN_ON
        else one.name == "BRIDGE_ENTER"
        and one.uniqueid not in {main, customer}
        and PHONE.match(one.channel) is not None
        for one in moves
    )
    if not handed_on:
        return gone
    ended = [one.at for one in moves if one.name == "HANGUP" and one.uniqueid == customer]
    return max(gone, ended[-1]) if ended else None


def _customer(moves: Iterable[JournalEvent], main: str, *, rang_first: bool) -> str:
    if not rang_first:
        return main
    others = [one for one in moves if one.uniqueid != main]
    lifted = [one.uniqueid for one in others if one.name == "TR_TALKING"]
    entered = [one.uniqueid for one in others if one.name == "BRIDGE_ENTER"]
    return next(iter([*lifted, *entered]), "")


def _stays(moves: Sequence[JournalEvent], customer: str) -> Iterator[_Stay]:
    """Yield every channel's stays in bridges.

    A third party may enter the customer's bridge under another call's name: then the event is not
    among ours, and the word that it joins stands for it.
    """
    there: dict[str, _Stay] = {}
    seen = {one.uniqueid for one in moves if one.name == "BRIDGE_ENTER"}
    for event in moves:
        who = customer if event.name in _TAKEN_OUT else event.uniqueid
        if event.name in _LEAVES and who in there and _leaves(event, there[who]):
            yield replace(there.pop(who), to=event.at)
        unseen = event.name == "TR_JOIN" and event.uniqueid not in seen
        if event.name == "BRIDGE_ENTER" or unseen:
            bridge = event.data.get("bridge_id", "")
            there[event.uniqueid] = _Stay(event.uniqueid, event.channel, bridge, event.at)
    yield from there.values()


_LEAVES = frozenset({"BRIDGE_ENTER", "BRIDGE_EXIT", "HANGUP", *_TAKEN_OUT})


def _leaves(event: JournalEvent, stay: _Stay) -> bool:
    """Tell whether a stay ends: one may be told to leave a bridge after entering the next."""
    return event.name != "BRIDGE_EXIT" or stay.bridge in {event.data.get("bridge_id", ""), ""}


def _shared(
    stays: Iterable[_Stay], theirs: Sequence[_Stay], customer: str, end: float
) -> Iterator[_Stay]:
    """Yield the parts of agents' stays in which the customer was in the same bridge."""
    for stay in stays:
        if stay.uniqueid == customer or not PHONE.match(stay.channel):
            continue
        for with_whom in theirs or [replace(stay, to=end)]:
            since, to = max(stay.since, with_whom.since), min(stay.to, with_whom.to, end)
            if (not stay.bridge or with_whom.bridge in {stay.bridge, ""}) and since < to:
                yield replace(stay, since=since, to=to)


def _joined(parts: Iterable[_Stay]) -> list[_Stay]:
    """Return the parts in order; those of one phone that follow each other at once are one."""
    found: list[_Stay] = []
    for part in sorted(parts, key=lambda one: (one.since, one.channel)):
        before = next((one for one in found if _goes_on(one, part)), None)
        if before is None:
            found.append(part)
        else:
            found[found.index(before)] = replace(before, to=part.to)
    return found


def _goes_on(before: _Stay, part: _Stay) -> bool:
    return before.uniqueid == part.uniqueid and part.since - before.to < _ONE_MOVE_S


def _how(
    stay: _Stay, moves: Sequence[JournalEvent], before: Sequence[TalkSegment], *, called: bool
) -> How:
    if called:
        return How.CALLED
    if brought := _brought_in(stay, moves):
        return brought
    if not before:
        return How.ANSWERED
    if any(one.seat == _seat(stay.channel) for one in before):
        return How.RETURNED
    last = before[-1].from_at.timestamp()
    sent_on = any(one.name in _SENT_ON and last < one.at <= stay.since for one in moves)
    return How.TRANSFERRED if sent_on else How.ANSWERED


def _brought_in(stay: _Stay, moves: Iterable[JournalEvent]) -> How | None:
    for event in moves:
        if event.name == "TR_JOIN" and event.uniqueid == stay.uniqueid:
            return _JOINED.get(event.data.get("how", ""), How.CONFERENCE)
        near = abs(event.at - stay.since) < _HANDED_OVER_S
        to_here = event.data.get("transfer_target_channel_name") == stay.channel
        if event.name == "ATTENDEDTRANSFER" and near and to_here:
            return How.ATTENDED
    return None


_JOINED = {"conference": How.CONFERENCE, "join": How.JOIN, "consult": How.ATTENDED}


def _segment(stay: _Stay, named: str, how: How) -> TalkSegment:
    return TalkSegment(
        agent=named,
        seat=_seat(stay.channel),
        from_at=_utc(stay.since),
        to_at=None if stay.to == float("inf") else _utc(stay.to),
        how=how,
        held_s=0.0,
    )


def _with_holds(
    found: Sequence[TalkSegment], moves: Iterable[JournalEvent]
) -> Iterator[TalkSegment]:
    """Yield the segments with the seconds on hold of each: who was there first, held.

    The desk's own word, where it is there, is exact and tells of holds that ended with the call;
    the switch's knows those whose agent came back, in whole seconds.
    """
    held = [0.0] * len(found)
    for event in holds(moves):
        seconds = held_seconds(event)
        over = [_within(one, event.at - seconds, event.at) for one in found]
        for number in [number for number, each in enumerate(over) if each > 0][:1]:
            held[number] += over[number]
    for one, seconds in zip(found, held, strict=True):
        yield replace(one, held_s=round(seconds, 3))


def _within(one: TalkSegment, since: float, to: float) -> float:
    """Return how many seconds of a time lie in a segment."""
    end = to if one.to_at is None else min(to, one.to_at.timestamp())
    return max(0.0, end - max(since, one.from_at.timestamp()))


def holds(events: Iterable[JournalEvent]) -> Sequence[JournalEvent]:
    """Return the words on holds that are over, those of the better witness."""
    every = [one for one in events if one.name in {"on_hold", "TR_UNHOLD"}]
    return [one for one in every if one.name == "on_hold"] or every


def held_seconds(event: JournalEvent) -> float:
    """Return the length of a hold that is over; one that makes no sense has none."""
    try:
        return min(max(float(event.data.get("seconds", "")), 0.0), LONGEST_HOLD_S)
    except ValueError:
        return 0.0


def _seat(channel: str) -> str:
    found = PHONE.match(channel)
    return found[1] if found else ""


def _utc(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
