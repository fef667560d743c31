"""What the analysis of a recording says. Does no I/O.

Times are seconds in the recording. Levels are dBFS: 0 is the RMS of a full-scale square wave,
digital silence is `SILENCE_DB`.
"""

from dataclasses import dataclass
from typing import Final

VERSION: Final = 1
"""Changes when the same audio would be told otherwise."""
SILENCE_DB: Final = -96.0


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of time."""

    begin_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        """Return how long it is."""
        return self.end_s - self.begin_s


@dataclass(frozen=True, slots=True)
class Talk:
    """Speech of one side, with no pause of `talks.PAUSE_S` or longer in it."""

    begin_s: float
    end_s: float
    syllables: float
    """Syllables in it: an estimate, so no whole number. A Mandarin syllable is a character."""
    level_db: float
    """dBFS of its speech, without its pauses."""

    @property
    def seconds(self) -> float:
        """Return how long it is."""
        return self.end_s - self.begin_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one side of a recording holds."""

    talks: tuple[Talk, ...]
    noise_db: float
    """dBFS of the line while nobody talks: the median of its frames."""
    peak_db: float
    """dBFS of the loudest sample."""
    clipped: float
    """Share of the samples of speech that are at full scale, 0 to 1."""
    tones: tuple[Span, ...]
    """Tones of the network and keys (DTMF)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What a recording holds; of a call the left side is the caller, the right one ours."""

    version: int
    seconds: float
    sides: tuple[Side, ...]
