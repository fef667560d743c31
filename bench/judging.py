"""What is held against us after people were rung: our rows against the other side's book.

The book is SIPp's, of the INVITEs that it saw. Each fault is a sentence. Does no I/O.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from callflow.rules.questions import Result
from features.callbacks.lifecycle import FOR_A_PERSON, CallbackState
from features.campaigns.contact import OVER, REACHED, ContactState

Invite = tuple[float, str]
"""When, in seconds since 1970, and the number that was dialled."""

Row = Mapping[str, Any]

SAME_MOMENT_S: Final = 0.05
"""Within this an INVITE that had left already is no ring after the proof."""


@dataclass(frozen=True)
class Judged:
    """What was found of one kind of job."""

    name: str
    jobs: int
    invites: int
    attempts: int
    over: str
    """How they ended."""
    faults: Sequence[str]


def epoch(at: object) -> float:
    """Return a row's time in seconds since 1970."""
    if isinstance(at, str):
        return datetime.fromisoformat(f"{at}+00:00").timestamp()
    assert isinstance(at, datetime)
    return at.timestamp()


def of_attempts(invites: Sequence[Invite], rows: Sequence[Row]) -> list[str]:
    """Return what is wrong with attempts of any kind: more INVITEs than those, or never closed."""
    kept = Counter(str(row["number"]) for row in rows)
    seen = Counter(number for _, number in invites)
    return [
        *(
            f"{number} was rung {times} times for {kept[number]} attempts"
            for number, times in seen.items()
            if times > kept[number]
        ),
        *(f"an attempt for {row['number']} has no end" for row in rows if not row["ended_at"]),
    ]


def of_guest(number: str, row: Row, invites: Sequence[Invite]) -> list[str]:
    """Return what is wrong with one wake-up: early, never, after the proof, or left undecided."""
    rung = [at for at, dialled in invites if dialled == number]
    due = epoch(row["due"])
    found = [f"{number} was rung {due - at:.3f} s early" for at in rung if at < due]
    if not rung:
        found.append(f"{number} was never rung")
    if row["state"] not in {"awake", "alarm"}:
        found.append(f"{number} was left {row['state']}")
    if row["awake_at"]:
        found += _too_late(number, rung, epoch(row["awake_at"]), "after the proof")
    return found


@dataclass(frozen=True)
class Called:
    """One person of a campaign: the row, the attempts for it, and the INVITEs of the number."""

    job: Row
    attempts: Sequence[Row]
    rung: Sequence[float]
    talked_at: float | None = None
    """When the journals say that a person was reached; None: they do not."""


def of_person(called: Called, *, most: int, stopped: bool = False) -> list[str]:
    """Return what is wrong with one person of a campaign that makes at most so many attempts.

    `stopped`: the campaign was, so that somebody may still be waiting.
    """
    number, attempts = str(called.job["number"]), sorted(called.attempts, key=_planned)
    found = [*_twice(number, attempts, called.rung), *_left(number, called.job, stopped=stopped)]
    if len(attempts) > most:
        found.append(f"{number} had {len(attempts)} attempts of {most}")
    for before, then in pairwise(attempts):
        if before["ended_at"] and _planned(then) < epoch(before["ended_at"]):
            found.append(f"{number} had two attempts at a time")
    reached = [called.talked_at] if called.talked_at is not None else []
    if called.job["ended_at"] and called.job["result"] in REACHED:
        reached.append(epoch(called.job["ended_at"]))
    if reached:
        found += _too_late(number, called.rung, min(reached), "after having been reached")
    return found


def of_callback(row: Row, attempts: Sequence[Row], rung: Sequence[float]) -> list[str]:
    """Return what is wrong with one callback; an attempt rings an agent, then the customer.

    `tries` counts, from the journals, how often the customer's phone was about to ring; when the
    switch dies that can be lost, and the callback is then `unknown`.
    """
    number, state = str(row["number"]), CallbackState(row["state"])
    found = _twice(number, sorted(attempts, key=_planned), rung)
    if state not in {CallbackState.COMPLETED, *FOR_A_PERSON}:
        found.append(f"{number} was left {state.value}")
    if state is CallbackState.COMPLETED and not rung:
        found.append(f"{number} counts as called, and was not")
    known = int(row["tries"]) + (state is CallbackState.UNKNOWN)
    if len(rung) > known:
        found.append(f"{number} was rung {len(rung)} times, and we know of {known}")
    if row["completed_at"]:
        found += _too_late(number, rung, epoch(row["completed_at"]), "after the callback was kept")
    return found


def _twice(number: str, attempts: Sequence[Row], rung: Sequence[float]) -> list[str]:
    """Return what is wrong when an INVITE belongs to the attempt that was planned last before."""
    planned = [_planned(row) for row in attempts]
    times = Counter(bisect_right(planned, at) for at in rung)
    found = [
        f"{number} was rung {count} times in one attempt"
        for place, count in times.items()
        if place and count > 1
    ]
    return [*found, f"{number} was rung before there was an attempt"] if times[0] else found


def _left(number: str, job: Row, *, stopped: bool) -> list[str]:
    state, result = ContactState(job["state"]), Result(job["result"])
    if state in OVER and result:
        return []
    if stopped and state is ContactState.WAITING and job["next_at"]:
        return []
    return [f"{number} was left {state.value} ({result.value or 'without a result'})"]


def _too_late(number: str, rung: Sequence[float], proved: float, what: str) -> list[str]:
    return [
        f"{number} was rung {at - proved:.1f} s {what}"
        for at in rung
        if at > proved + SAME_MOMENT_S
    ]


def _planned(row: Row) -> float:
    return epoch(row["planned_at"])
