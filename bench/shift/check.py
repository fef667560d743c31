"""Whether a shift kept the rules, call by call. Does no I/O.

| rule | every call of the shift |
|---|---|
| ended | has ended, once, and our service led it |
| ANS-1 | that was answered was so in time |
| ANS-5 | that was answered has its recording, as long as the call |
| ANS-2 ring | no phone rings longer than 15 s |
| ANS-2 miss | a phone that rang in vain is a miss of that call, and its agent is paused |
| ANS-2 next | nobody waits while an agent who may have the call is free |
| QUE-1 | a priority customer is offered to senior agents first |
| QUE-2 | an overdue complaint is offered to the manager hotline first |
| QUE-3 | who has the open matter is rung first, when free and at work |
| QUE-4 away | no phone rings whose agent is away or writes |
| order | nobody is offered before one who came earlier and may have the same agent |
| one | no agent has two calls at once |

Who goes before others: QUE-2, then QUE-1, then as they came; a first-asked agent (QUE-3) and a
caller who comes back to an agent pass everybody. What is judged is what is sure: the queue's
clock knows whole seconds, and a phone needs a moment to be told.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from bench.shift.history import Matter, Ring, Shift, Story, Worker
from bench.shift.spells import Spell, minus, shared

RINGS_S = 15.0
RING_SLACK_S = 1.5
SHORTEST_MISS_S = 14.0
FREE_FOR_S = 3.5
"""An agent who has been free for so long while a caller waited was forgotten."""
SURELY_S = 1.5
"""What is told of one moment by two witnesses differs by less."""
OVERTAKEN_S = 0.5
"""Who came so little earlier came at the same time."""
GROUP_WAIT_S = 20.0
"""How long senior agents or the manager hotline are tried before the others."""
RECORDED_SLACK_S = 1.5
AWAY_SLACK_S = 1.7
"""A pause that is told to the second, and the moment in which a phone is just being rung."""

RANK: Mapping[str, int] = {"hotline": 0, "senior": 10, "manager": 20}
SERVES: Mapping[str, frozenset[str]] = {
    "junior-agent": frozenset({"hotline"}),
    "senior-agent": frozenset({"hotline", "senior"}),
    "manager": frozenset({"manager"}),
}


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a call broke, and how."""

    rule: str
    ref: str
    what: str


@dataclass(frozen=True, slots=True)
class Way:
    """Where the rules send a caller."""

    queue: str
    agent: str | None = None
    """Account number of who is rung first."""


def breaches(shift: Shift) -> list[Breach]:
    """Return everything that was not as the rules want it."""
    return [breach for rule in RULES.values() for breach in rule(shift)]


def way(shift: Shift, call: Story) -> Way:
    """Return where a caller is to be sent, by what was known when the caller joined."""
    now = call.joined or 0.0
    matters = [one for one in shift.matters.get(call.number, ()) if one.open.holds(now)]
    if any(one.complaint and one.due < now for one in matters):
        return Way("manager")
    queue = "senior" if call.number in shift.sorts else "hotline"
    agents = (_at_work(shift, one, now) for one in matters)
    return Way(queue, next((one for one in agents if one), None))


def _at_work(shift: Shift, matter: Matter, now: float) -> str | None:
    for worker in shift.workers:
        if worker.number == matter.handler and worker.ready and worker.ready[0].began < now:
            return worker.number
    return None


def free(shift: Shift, worker: Worker) -> list[Spell]:
    """Return when an agent was surely free: ready, and the phone on the hook for a moment."""
    taken = [
        Spell(ring.began - SURELY_S, ring.ended + SURELY_S) for ring in shift.busy(worker.seat)
    ]
    ready = [Spell(one.began + SURELY_S, one.ended - SURELY_S) for one in worker.ready]
    return [one for one in minus(ready, taken) if one.seconds > 0]


def _ended(shift: Shift) -> Iterator[Breach]:
    for call in shift.calls:
        if call.ended is None or call.disposition in {None, "failed", "switch_crash"}:
            yield Breach("ended", call.ref, f"is {call.disposition or 'not over'}")
        if call.fallback:
            yield Breach("ended", call.ref, f"was led by the fallback dialplan: {call.fallback}")


def _ans1(shift: Shift) -> Iterator[Breach]:
    for call in shift.calls:
        if call.answered is not None and not call.held_ans1:
            yield Breach("ANS-1", call.ref, "was answered late")


def _ans5(shift: Shift) -> Iterator[Breach]:
    for call in shift.calls:
        if call.answered is None or call.ended is None:
            continue
        lasted = call.ended - call.answered
        if call.recording is None:
            yield Breach("ANS-5", call.ref, "has no recording")
        elif call.recording[0] != "stored" or abs(call.recording[1] - lasted) > RECORDED_SLACK_S:
            state, seconds = call.recording
            yield Breach("ANS-5", call.ref, f"recording {state}, {seconds:.1f} s of {lasted:.1f} s")


def _ring(shift: Shift) -> Iterator[Breach]:
    for call, ring in _all_rings(shift):
        if ring.ringing.seconds > RINGS_S + RING_SLACK_S:
            yield Breach("ANS-2 ring", call.ref, f"{ring.seat} rang {ring.ringing.seconds:.1f} s")


def _miss(shift: Shift) -> Iterator[Breach]:
    workers = {worker.seat: worker for worker in shift.workers}
    for call, ring in _all_rings(shift):
        worker = workers.get(ring.seat)
        if ring.answered or ring.ringing.seconds < SHORTEST_MISS_S or worker is None:
            continue
        if _gone_with(call, ring):
            continue
        if not any(
            agent in {worker.number, ring.seat} and abs(at - ring.ended) < 3.0
            for agent, at in call.misses
        ):
            yield Breach("ANS-2 miss", call.ref, f"the miss of {worker.number} is not counted")
        if not any(abs(at - ring.ended) < 3.0 for at in worker.pauses):
            yield Breach("ANS-2 miss", call.ref, f"{worker.number} missed, is not paused")


def _gone_with(call: Story, ring: Ring) -> bool:
    """Say whether the phone stopped ringing because the caller was gone."""
    return call.ended is not None and abs(call.ended - ring.ended) < 0.5


def _next(shift: Shift) -> Iterator[Breach]:
    idle = {worker.seat: free(shift, worker) for worker in shift.workers}
    for call in shift.calls:
        for stay in call.stays:
            waits = [
                part
                for one in call.unrung
                if (part := one.shared(Spell(stay.spell.began + 1.2, stay.spell.ended - 0.2)))
            ]
            for worker in shift.workers:
                if not _may_have(worker, stay.queue):
                    continue
                for both in shared(waits, idle[worker.seat]):
                    if both.seconds > FREE_FOR_S:
                        said = f"waited {both.seconds:.1f} s in {stay.queue}, {worker.seat} free"
                        yield Breach("ANS-2 next", call.ref, said)


def _may_have(worker: Worker, queue: str) -> bool:
    return queue == f"own-{worker.seat}" or queue in SERVES.get(worker.role, ())


def _que1(shift: Shift) -> Iterator[Breach]:
    yield from _group_first(shift, "senior", "QUE-1")


def _que2(shift: Shift) -> Iterator[Breach]:
    yield from _group_first(shift, "manager", "QUE-2")


def _group_first(shift: Shift, queue: str, rule: str) -> Iterator[Breach]:
    for call in shift.calls:
        if call.joined is None or way(shift, call).queue != queue:
            continue
        names = [stay.queue for stay in call.stays if not stay.queue.startswith("own-")]
        if not names:
            if not call.stays:
                yield Breach(rule, call.ref, "joined no queue at all")
            continue
        if names[0] != queue and _could_wait(shift, call, queue):
            yield Breach(rule, call.ref, f"stood in {names[0]} and not in {queue} first")
        stays = [stay for stay in call.stays if stay.queue == queue]
        began = stays[0].spell.began if stays else call.joined
        for ring in call.rings:
            if ring.queue == "hotline" and ring.began < began + GROUP_WAIT_S - 1.5:
                if stays and _could_wait(shift, call, queue):
                    yield Breach(rule, call.ref, f"{ring.seat} was rung before {queue} was tried")
                break


def _could_wait(shift: Shift, call: Story, queue: str) -> bool:
    """Say whether somebody of a group was at work and not away: else nobody waits for it."""
    at = call.joined or 0.0
    return any(
        spell.began + SURELY_S <= at <= spell.ended - SURELY_S
        for worker in shift.workers
        if queue in SERVES.get(worker.role, ())
        for spell in worker.ready
    )


def _que3(shift: Shift) -> Iterator[Breach]:
    for call in shift.calls:
        agent = way(shift, call).agent if call.joined is not None else None
        worker = next((one for one in shift.workers if one.number == agent), None)
        if worker is None or call.joined is None:
            continue
        moment = Spell(call.joined - 0.1, call.joined + 0.1)
        others = _without(shift, call)
        if not any(one.shared(moment) == moment for one in free(others, worker)):
            continue
        first = min(call.rings, key=lambda ring: ring.began, default=None)
        if first is None and call.left is not None and call.left - call.joined < 3.0:
            continue
        if first is None or first.seat != worker.seat:
            rung = first.seat if first else "nobody"
            yield Breach("QUE-3", call.ref, f"{rung} was rung first, not {worker.seat}")


def _without(shift: Shift, call: Story) -> Shift:
    others = [one for one in shift.calls if one is not call]
    return Shift(others, shift.workers, shift.sorts, shift.matters)


def _away(shift: Shift) -> Iterator[Breach]:
    workers = {worker.seat: worker for worker in shift.workers}
    for call, ring in _all_rings(shift):
        worker = workers.get(ring.seat)
        if worker is None:
            yield Breach("QUE-4 away", call.ref, f"{ring.seat} rang, where nobody is at work")
        elif not any(
            one.began - SURELY_S <= ring.began <= one.ended + AWAY_SLACK_S for one in worker.ready
        ):
            yield Breach("QUE-4 away", call.ref, f"{ring.seat} rang while its agent was away")


def _order(shift: Shift) -> Iterator[Breach]:
    roles = {worker.seat: worker.role for worker in shift.workers}
    for call, ring in _all_rings(shift):
        if ring.queue not in RANK or call.returned or call.joined is None:
            continue
        for other in shift.calls:
            if other is call or not _stands(other, ring.began):
                continue
            queue = other.queue_at(ring.began)
            if queue not in SERVES.get(roles.get(ring.seat, ""), ()):
                continue
            if _precedes(shift, other, call):
                said = f"{ring.seat} was rung before {other.ref}, who came earlier or has priority"
                yield Breach("order", call.ref, said)


def _stands(call: Story, at: float) -> bool:
    """Say whether a caller surely waited, and no phone rang for them, nor had just rung."""
    return any(one.began + SURELY_S <= at <= one.ended - OVERTAKEN_S for one in call.unrung)


def _precedes(shift: Shift, one: Story, other: Story) -> bool:
    first, second = RANK[way(shift, one).queue], RANK[way(shift, other).queue]
    if first != second:
        return first > second
    return (one.joined or 0.0) < (other.joined or 0.0) - OVERTAKEN_S


def _one(shift: Shift) -> Iterator[Breach]:
    for worker in shift.workers:
        rings = [(ring, call) for call, ring in _all_rings(shift) if ring.seat == worker.seat]
        rings.sort(key=lambda pair: pair[0].began)
        for (before, _), (after, call) in pairwise(rings):
            if before.ended > after.began + 0.3:
                both = f"{worker.seat} was rung with {before.ended - after.began:.1f} s to go"
                yield Breach("one", call.ref, both)


def _all_rings(shift: Shift) -> Iterator[tuple[Story, Ring]]:
    for call in shift.calls:
        for ring in call.rings:
            yield call, ring


RULES: Mapping[str, Callable[[Shift], Iterator[Breach]]] = {
    "ended": _ended,
    "ANS-1": _ans1,
    "ANS-5": _ans5,
    "ANS-2 ring": _ring,
    "ANS-2 miss": _miss,
    "ANS-2 next": _next,
    "QUE-1": _que1,
    "QUE-2": _que2,
    "QUE-3": _que3,
    "QUE-4 away": _away,
    "order": _order,
    "one": _one,
}
