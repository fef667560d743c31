"""Owns what the wallboard and each agent's own line show, as JSON. Does no I/O.

Numbers of callers are not in it: who leads needs to know how many wait, not who (SEC-2).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from floor.live_state import Picture
from floor.people import Shown, Worker
from floor.service_level import OURS, PRESETS, Waited, level
from floor.state_clocks import is_free, of_phone, rung_by, shown, since

Json = dict[str, object]


def duty(picture: Picture, worker: Worker) -> Json:
    """Return one worker's own state."""
    return {
        "state": shown(picture, worker).value,
        "duty": worker.state,
        "reason": worker.reason,
        "since": since(picture, worker).isoformat(),
        "seat": worker.seat,
        "kind": worker.kind,
        "missed": picture.day.misses_of(worker.number),
        "queues": rung_by(worker),
        "today": _today(picture, worker),
    }


def wallboard(picture: Picture, now: datetime) -> Json:
    """Return the whole floor at this moment."""
    waiting = [one for one in picture.waiting.values() if one.left_at is None]
    waits = picture.day.waits
    longest = min((one.since for one in waiting), default=None)
    return {
        "at": now.isoformat(),
        "waiting": len(waiting),
        "longest_s": round((now - longest).total_seconds(), 1) if longest else 0.0,
        "longest_since": longest.isoformat() if longest else None,
        "queues": dict(Counter(one.queue for one in waiting)),
        "free": _free(picture),
        "agents": [_agent(picture, one) for one in _in_order(picture.workers)],
        "phones": _phones(picture),
        "missed": picture.day.misses,
        "answered": sum(one.answered for one in waits),
        "abandoned": sum(one.abandoned for one in waits),
        "sent_on": sum(one.sent_on and not one.answered for one in waits),
        "service_level": _levels(waits),
    }


def _agent(picture: Picture, worker: Worker) -> Json:
    talk = picture.talks.get(worker.seat)
    return {
        "number": worker.number,
        "name": worker.name,
        "role": worker.role.value,
        **duty(picture, worker),
        "free": is_free(picture, worker),
        "call": talk.call if talk else None,
    }


def _today(picture: Picture, worker: Worker) -> Json:
    day = picture.day.agent(worker.number)
    return {
        "calls": day.calls,
        "talk_s": day.talk_s,
        "held_s": day.held_s,
        "wrap_up_s": day.wrap_up_s,
    }


def _free(picture: Picture) -> int:
    """Return how many would be rung for the next caller, phones without sign-in among them."""
    people = sum(is_free(picture, one) for one in picture.workers.values())
    return people + sum(one["state"] == Shown.READY.value for one in _phones(picture))


def _phones(picture: Picture) -> list[Json]:
    """Return the phones that are at work without anybody signing in."""
    seats = sorted(set(picture.members) - set(picture.workers))
    return [{"phone": seat, "state": _phone(picture, seat).value} for seat in seats]


def _phone(picture: Picture, seat: str) -> Shown:
    if seat in picture.talks:
        return Shown.TALKING
    if seat in picture.offers:
        return Shown.RINGING
    return Shown.PAUSED if picture.members[seat].paused else of_phone(picture, seat)


def _levels(waits: Sequence[Waited]) -> Json:
    reached = {name: level(waits, preset) for name, preset in PRESETS.items()}
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
