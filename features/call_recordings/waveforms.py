"""Waveforms of recordings: those asked for lately, kept for the next request."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import anyio.to_thread

from recordings.peaks import peaks
from recordings.wav import NotAWavError
from web.problems import Refused

POINTS = 800
"""Two a pixel of the narrowest page's waveform, and 6 kB a side."""

KEPT = 500
"""Waveforms in memory: about 10 MB."""

Waveform = Sequence[Sequence[float]]


class Waveforms:
    """The waveforms made last, by recording; a recording in the store never changes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Waveform] = OrderedDict()

    async def of(self, recording_id: str, path: Path) -> Waveform:
        """Return the peaks of a recording. Raises Refused with 410 when it cannot be read."""
        if recording_id in self._kept:
            self._kept.move_to_end(recording_id)
            return self._kept[recording_id]
        try:
            drawn = await anyio.to_thread.run_sync(lambda: peaks(path, points=POINTS))
        except (OSError, NotAWavError):
            raise Refused(410, "This recording's audio cannot be read.") from None
        self._kept[recording_id] = drawn
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return drawn
