"""How many lines one core can listen to and speak on, detector and prompts included."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench import beats, cpu, sipp
from bench.contest import Contestant
from bench.sipp import Load, Outcome

SETTLES = 3.0
"""Seconds after the last call was answered until all lines are in their dialogue."""

WATCHED = 6.0
"""Seconds in which CPU is counted: every line is in its dialogue all the while."""


@dataclass(frozen=True)
class Lines:
    """What so many lines cost, in cores."""

    says: str
    count: int
    cores: Mapping[str, float]
    failed: int
    served: int
    """Callers who heard their dialogue: a line nobody speaks on costs nothing."""

    beats_kept: float
    """Share of the 20 ms beats that were made in time: one that is skipped costs nothing either."""

    def per_core(self, column: str) -> float:
        """Return how many lines one core of this process carries."""
        return self.count / self.cores[column] if self.cores[column] else 0.0


def watched(
    says: str,
    program: list[str],
    load: Load,
    contestant: Contestant,
    folder: Path,
    *,
    metrics: Path,
) -> Lines:
    """Ring all lines up, count CPU while all of them talk, and let them hang up."""
    processes = contestant.processes
    outcomes: list[Outcome] = []
    ringing = threading.Thread(target=lambda: outcomes.append(sipp.ring(program, load, folder)))
    ringing.start()
    time.sleep(load.seconds + 1.0 + SETTLES)
    begun = time.monotonic()
    beat = beats.read(metrics)
    before = {name: cpu.spent(pid) for name, pid in processes.items()}
    time.sleep(WATCHED)
    after = {name: cpu.spent(pid) for name, pid in processes.items()}
    seconds = time.monotonic() - begun
    beats_kept = beats.kept(beat, beats.read(metrics))
    ringing.join()
    cores = {name: (after[name] - before[name]) / seconds for name in after}
    served = contestant.served(load.calls, load.ref).calls if contestant.served else 0
    failed = outcomes[0].failed if outcomes else load.calls
    return Lines(says, load.calls, cores, failed, served, beats_kept)
