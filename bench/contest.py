"""One contestant's climb: at each rate the same calls, what failed, and what they cost."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench import cpu, sipp
from bench.served import Served
from bench.sipp import Load, Outcome

LATEST_MS = 1000.0
"""INVITE→200 above `answer_after` at which a rate no longer counts as held (p99)."""

WORDS_WITHIN_MS = 500.0
"""First words after the answer (p99) above which a rate is not held. Callers hang up after 1 s: a
backlog near that would be cut off there, and look as if everybody had been served in time."""


@dataclass(frozen=True)
class Contestant:
    """A way to answer a call: where it is rung, and which processes it costs."""

    name: str
    says: str
    load: Load
    rates: Sequence[int]
    processes: Mapping[str, int]
    """Column (`asterisk`, `ours`, `ledger`) → process id; children count with it."""

    at_least: int = 0
    """Rate up to which it is measured whether the lower ones were held or not."""

    served: Callable[[int, str], Served] | None = None
    """Told how many calls were made with which X-Ref; returns when all of their work is done.
    None where nothing more than the answer was promised."""

    metrics: Path | None = None
    """Where the service leaves its metrics; None where there is no service."""


@dataclass(frozen=True)
class Rung:
    """One rate of one contestant."""

    outcome: Outcome
    cpu_ms: Mapping[str, float]
    """Milliseconds of CPU a call, by column."""

    answer_after_ms: float
    served: Served | None = None

    @property
    def rate(self) -> int:
        return self.outcome.load.rate

    @property
    def mean(self) -> float:
        return self.outcome.mean - self.answer_after_ms

    def late(self, share: float) -> float:
        """Return INVITE→200 above `answer_after` at this share of the calls, in ms."""
        return self.outcome.percentile(share) - self.answer_after_ms

    @property
    def total_ms(self) -> float:
        return sum(self.cpu_ms.values())

    @property
    def is_held(self) -> bool:
        answered = self.outcome.failed == 0 and self.late(0.99) <= LATEST_MS
        return answered and self._is_served

    @property
    def _is_served(self) -> bool:
        if self.served is None:
            return True
        everybody = self.served.calls == self.outcome.load.calls
        return everybody and self.served.late(0.99) <= WORDS_WITHIN_MS


def climb(
    contestant: Contestant, program: list[str], folder: Path, *, answer_after: float
) -> Iterator[Rung]:
    """Give each rung as it is measured; one that is not held is the last."""
    for rate in contestant.rates:
        load = replace(contestant.load, rate=rate, ref=f"{contestant.name}-{rate}")
        before = _spent(contestant)
        outcome = sipp.ring(program, load, folder)
        served = contestant.served(load.calls, load.ref) if contestant.served else None
        after = _spent(contestant)
        spent = {name: 1000 * (after[name] - before[name]) / load.calls for name in after}
        rung = Rung(outcome, spent, answer_after * 1000, served)
        yield rung
        if not rung.is_held and rate >= contestant.at_least:
            return
        time.sleep(1)  # let sockets and threads of the last rate go


def _spent(contestant: Contestant) -> dict[str, cpu.Spent]:
    return {name: cpu.spent(pid) for name, pid in contestant.processes.items()}
