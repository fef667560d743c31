"""Progress of long work: a line now and then, never one for each file."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

EVERY_S = 2.0

Say = Callable[[str], None]


@dataclass
class Told:
    """Says how far a step is, at most once in EVERY_S seconds."""

    say: Say
    step: str
    _last: float = field(default_factory=time.monotonic)

    def __call__(self, done: int, of: int) -> None:
        """Tell of bytes."""
        if (now := time.monotonic()) - self._last >= EVERY_S:
            self._last = now
            share = min(99, 100 * done // of) if of else 0
            self.say(f"{self.step}: {share} % ({megabytes(done)} of {megabytes(of)})")


def megabytes(count: int) -> str:
    """Return a size as people read it."""
    return f"{count / 2**30:.1f} GB" if count >= 2**30 else f"{count / 2**20:.1f} MB"
