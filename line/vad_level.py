"""How loud a line is: the noise floor, the speech above it, and “too quiet” (SIL-3).

Levels are dBFS: 0 is the RMS of a full-scale square wave, digital silence is `SILENCE_DBFS`.
Does no I/O.
"""

import math
from collections import deque
from dataclasses import dataclass, field

SILENCE_DBFS = -96.0
QUIET_LIMIT_DBFS = -38.5  # SIL-3: normal speech on a telephone line is louder than -37
ENOUGH_VOICE_FRAMES = 10  # 0.2 s: below that a level is a guess
FLOOR_BLOCK_FRAMES = 25  # the floor is the least of the last blocks of half a second …
FLOOR_BLOCKS = 6  # … so it rises again after three


def dbfs(power: float) -> float:
    """The level of a mean square `power` of samples in -1..1."""
    return max(SILENCE_DBFS, 10.0 * math.log10(power)) if power > 0.0 else SILENCE_DBFS


@dataclass(slots=True)
class NoiseFloor:
    """The power of a line when nobody speaks: the quietest frame of the last three seconds."""

    power: float = 0.0
    _least: float = math.inf
    _recent: float = math.inf
    _frames: int = 0
    _blocks: deque[float] = field(default_factory=lambda: deque(maxlen=FLOOR_BLOCKS))

    def hear(self, power: float) -> None:
        self._least = min(self._least, power)
        self.power = min(self._recent, self._least)
        self._frames += 1
        if self._frames >= FLOOR_BLOCK_FRAMES:
            self._blocks.append(self._least)
            self._recent = min(self._blocks)
            self._least, self._frames = math.inf, 0


@dataclass(slots=True)
class SpeechLevel:
    """The mean power of a caller's voice with the noise floor taken off."""

    _sum: float = 0.0
    _floor_sum: float = 0.0
    _frames: int = 0

    def hear(self, power: float, floor: float) -> None:
        self._sum += power
        self._floor_sum += floor
        self._frames += 1

    def dbfs(self) -> float | None:
        """The level so far; None as long as there was less than 0.2 s of voice."""
        if self._frames < ENOUGH_VOICE_FRAMES:
            return None
        return dbfs(max(0.0, self._sum - self._floor_sum) / self._frames)

    def reset(self) -> None:
        self._sum = self._floor_sum = 0.0
        self._frames = 0
