"""What is kept of each frame of one side, in 7 bytes: of three hours 3.8 MB. Does no I/O."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class Heard:
    """Of each frame of one side."""

    level: NDArray[np.float16]
    """dBFS."""
    speech: NDArray[np.uint8]
    """How likely it is speech, 0 to 255."""
    syllables: NDArray[np.float16]
    """Syllables that fall into it."""
    full: NDArray[np.uint8]
    """Samples at full scale."""
    tone: NDArray[np.uint8]
    """0, or `tones.KEY` or `tones.NETWORK`."""
    peak: int = 0
    """The loudest sample, 0 to 32768."""

    @classmethod
    def of(cls, frames: int) -> "Heard":
        """Return room for so many frames."""
        return cls(
            np.zeros(frames, np.float16),
            np.zeros(frames, np.uint8),
            np.zeros(frames, np.float16),
            np.zeros(frames, np.uint8),
            np.zeros(frames, np.uint8),
        )
