"""The shapes that pass between the parts of this bench."""

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]  # mono, 8 kHz, -1..1
Random = np.random.Generator
