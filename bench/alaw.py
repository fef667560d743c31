"""Raw A-law, which SIPp streams as it is: 8000 bytes a second, no header (G.711)."""

import numpy as np
from numpy.typing import NDArray

from caller.listen import Samples

SILENCE = 0xD5
EDGES = (31, 63, 127, 255, 511, 1023, 2047)
"""Upper ends of the segments, in the 12 bits that A-law keeps of a sample."""


def encoded(samples: Samples) -> bytes:
    """Return 16-bit samples as A-law."""
    value = samples.astype(np.int32) >> 3
    negative = value < 0
    value = np.where(negative, -value - 1, value)
    segment = np.searchsorted(EDGES, value)
    mantissa = np.where(segment < 2, value >> 1, value >> segment) & 0x0F
    code: NDArray[np.int64] = (segment << 4) | mantissa
    return bytes(np.where(negative, code ^ 0x55, code ^ 0xD5).astype(np.uint8))
