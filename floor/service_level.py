"""The service level: which share of the callers was connected in time (ANS-2). Does no I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueueWait:
    """One caller's wait for an agent, in seconds."""

    seconds: float
    answered: bool
    sent_on: bool = False
    """Neither answered nor given up: left a message, was promised a call, or is about to."""

    @property
    def abandoned(self) -> bool:
        """Tell whether the caller hung up while waiting for an agent."""
        return not self.answered and not self.sent_on


@dataclass(frozen=True, slots=True)
class Target:
    """So large a `share` (0 to 1) of the callers is to be connected within so many seconds."""

    within_s: float
    share: float


TARGETS: Mapping[str, Target] = {
    "15/95": Target(15, 0.95),  # GB/T 33358, government hotlines
    "15/85": Target(15, 0.85),
    "20/80": Target(20, 0.80),
    "20/90": Target(20, 0.90),
}
"""The levels a hotline may be measured by; the first is ours."""

OURS = "15/95"


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """What was reached: `share` is None as long as nobody has counted."""

    share: float | None
    met: bool
    counted: int


def level(waits: Iterable[QueueWait], target: Target) -> ServiceLevel:
    """Return which share was connected in time.

    Who gave up or was sent on within the time does not count: nobody was late for them. Who waited
    for longer does.
    """
    counted = [each for each in waits if each.answered or each.seconds > target.within_s]
    if not counted:
        return ServiceLevel(None, met=True, counted=0)
    in_time = sum(each.answered and each.seconds <= target.within_s for each in counted)
    share = in_time / len(counted)
    return ServiceLevel(share, met=share >= target.share, counted=len(counted))
