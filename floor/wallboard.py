"""Owns what the wallboard and each agent's own line show, as JSON. Does no I/O.

Numbers of callers are not in it: who leads needs to know how many wait, not who (SEC-2).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from callflow.rules.service_level import OURS, PRESETS, level
from floor.people import AWAY, ENGAGED, Shown, Worker
from floor.picture import Picture

Json = dict[str, object]


def shown(picture: Picture, worker: Worker) -> Shown:
    """Return what somebody at work is seen to do."""
    seat = worker.seat
    if talk := picture.talks.get(seat):
        return Shown.ON_HOLD if talk.held_since else Shown.TALKING
    if seat in picture.offers:
        return Shown.RINGING
    if worker.gone:
        return Shown.GONE
    if worker.state != "ready":
        return Shown(worker.state)
    return _phone(picture, seat)


def duty(picture: Picture, worker: Worker) -> Json:
    """Return one worker's own state."""
    return {
        "state": shown(picture, worker).value,
        "duty": worker.state,
        "reason": worker.reason,
        "since": _since(picture, worker).isoformat(),
        "seat": worker.seat,
        "kind": worker.kind,
        "missed": worker.missed,
        "queues": [one for one in worker.queues if not one.startswith("own-")],
    }


def wallboard(picture: Picture, now: datetime) -> Json:
    """Return the whole floor at this moment."""
    waiting = [one for one in picture.waiting.values() if one.left_at is None]
    longest = min((one.since for one in waiting), default=None)
    return {
        "at": now.isoformat(),
        "waiting": len(waiting),
        "longest_s": round((now - longest).total_seconds(), 1) if longest else 0.0,
        "longest_since": longest.isoformat() if longest else None,
        "queues": dict(Counter(one.queue for one in waiting)),
        "agents": [_agent(picture, one) for one in _in_order(picture.workers)],
        "phones": _phones(picture),
        "missed": sum(one.missed for one in picture.workers.values()),
        "answered": sum(one.answered for one in picture.waits),
        "abandoned": sum(not one.answered for one in picture.waits),
        "service_level": _levels(picture),
    }


def _agent(picture: Picture, worker: Worker) -> Json:
    talk = picture.talks.get(worker.seat)
    return {
        "number": worker.number,
        "name": worker.name,
        "role": worker.role.value,
        **duty(picture, worker),
        "call": talk.call if talk else None,
    }


def _phones(picture: Picture) -> list[Json]:
    """Return the phones that are at work without anybody signing in."""
    seats = sorted(set(picture.members) - set(picture.workers))
    return [{"phone": seat, "state": _of_phone(picture, seat).value} for seat in seats]


def _of_phone(picture: Picture, seat: str) -> Shown:
    if seat in picture.talks:
        return Shown.TALKING
    if seat in picture.offers:
        return Shown.RINGING
    return Shown.PAUSED if picture.members[seat].paused else _phone(picture, seat)


def _phone(picture: Picture, seat: str) -> Shown:
    member = picture.members.get(seat)
    if member is None or member.device in AWAY:
        return Shown.UNREACHABLE
    return Shown.BUSY if member.device in ENGAGED else Shown.READY


def _since(picture: Picture, worker: Worker) -> datetime:
    if talk := picture.talks.get(worker.seat):
        return talk.held_since or talk.since
    if offer := picture.offers.get(worker.seat):
        return offer.at
    return worker.since


def _levels(picture: Picture) -> Json:
    reached = {name: level(picture.waits, preset) for name, preset in PRESETS.items()}
    return {
        "ours": OURS,
        "presets": {
            name: {
                "share": None if one.share is None else round(one.share, 4),
                "kept": one.kept,
                "counted": one.counted,
            }
            for name, one in reached.items()
        },
    }


def _in_order(workers: Mapping[str, Worker]) -> list[Worker]:
    return sorted(workers.values(), key=lambda one: one.number)
