"""The tone after which a caller speaks: a quarter of a second of 1 kHz. Does no I/O."""

import numpy as np

from sounds.sound import TELEPHONE_RATE, Sound

SECONDS = 0.25
PITCH = 1000.0
"""Hz."""
LEVEL = -16.0
"""dBFS of the tone's peak."""
_RAMP_SECONDS = 0.01


def beep() -> Sound:
    """Return the tone, faded in and out so that it does not click."""
    time = np.arange(int(SECONDS * TELEPHONE_RATE)) / TELEPHONE_RATE
    fade = np.minimum(1.0, np.minimum(time, time[::-1]) / _RAMP_SECONDS)
    tone = 10 ** (LEVEL / 20) * fade * np.sin(2 * np.pi * PITCH * time)
    return Sound(tone.astype(np.float32), TELEPHONE_RATE)
