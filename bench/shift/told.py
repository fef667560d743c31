"""How a shift is told: counts, one line a rule, every breach. Does no I/O."""

from collections import Counter
from collections.abc import Iterator, Sequence

from bench.shift.check import RULES, Breach, way
from bench.shift.history import Shift, Story


def page(shift: Shift, found: Sequence[Breach]) -> str:
    """Return the report as Markdown."""
    return "\n".join((*_counts(shift), "", *_rules(shift, found), "", *_breaches(found)))


def _counts(shift: Shift) -> Iterator[str]:
    calls = shift.calls
    ends = Counter(call.disposition or "not over" for call in calls)
    waits = sorted(
        call.left - call.joined for call in calls if call.joined and call.left is not None
    )
    misses = sum(len(call.misses) for call in calls)
    busy = f"{_busy(shift):.0%} of their time busy"
    yield f"- {len(calls)} calls, {len(shift.workers)} agents, {busy}"
    yield "- outcomes: " + ", ".join(f"{name} {count}" for name, count in ends.most_common())
    yield f"- {sum(len(call.rings) for call in calls)} rings, {misses} of them missed"
    if waits:
        middle, late, most = waits[len(waits) // 2], waits[int(0.95 * len(waits))], waits[-1]
        yield f"- waited: median {middle:.1f} s, 95 % within {late:.1f} s, {most:.1f} s at most"


def _busy(shift: Shift) -> float:
    """Return the share of time in rings, talks and writing, between first ring and last answer."""
    rings = [ring for call in shift.calls for ring in call.rings]
    if not rings:
        return 0.0
    began = min(ring.began for ring in rings)
    ended = max(ring.answered or ring.began for ring in rings)
    whole = (ended - began) * len(shift.workers)
    free = 0.0
    for worker in shift.workers:
        for ready in worker.ready:
            free += max(0.0, min(ready.ended, ended) - max(ready.began, began))
        for ring in shift.busy(worker.seat):
            free -= max(0.0, min(ring.ended, ended) - max(ring.began, began))
    return 1 - max(0.0, free) / whole if whole else 0.0


def _rules(shift: Shift, found: Sequence[Breach]) -> Iterator[str]:
    broken = Counter(breach.rule for breach in found)
    judged = _judged(shift)
    yield "| rule | judged | broken |"
    yield "|---|--:|--:|"
    for rule in RULES:
        yield f"| {rule} | {judged.get(rule, len(shift.calls))} | {broken[rule]} |"


def _judged(shift: Shift) -> dict[str, int]:
    """Return of how many calls or rings a rule speaks, where that is not every call."""
    ways = [way(shift, call) for call in shift.calls if call.joined is not None]
    rings = sum(len(call.rings) for call in shift.calls)
    answered = sum(call.answered is not None for call in shift.calls)
    joined = len(ways)
    return {
        "ANS-1": answered,
        "ANS-5": answered,
        "ANS-2 ring": rings,
        "ANS-2 miss": sum(_missed(call) for call in shift.calls),
        "ANS-2 next": joined,
        "QUE-1": sum(one.queue == "senior" for one in ways),
        "QUE-2": sum(one.queue == "manager" for one in ways),
        "QUE-3": sum(one.agent is not None for one in ways),
        "QUE-4 away": rings,
        "order": rings,
        "one": rings,
    }


def _missed(call: Story) -> int:
    return sum(ring.answered is None for ring in call.rings)


def _breaches(found: Sequence[Breach]) -> Iterator[str]:
    if not found:
        yield "Every rule was kept."
    for breach in found:
        yield f"- {breach.rule}: {breach.ref} {breach.what}"
