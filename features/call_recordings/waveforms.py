"""Waveforms of recordings: any part of them, from summaries that are kept for the next request."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

import anyio.to_thread

from features.call_recordings.hearing import Hearing
from recordings.peaks import BLOCK_S, Loudness, Waveform, peaks, summary, summed_up
from recordings.wav import NotAWavError
from settings import Settings
from web.problems import Refused

POINTS: Final = 800
"""Without a wish: two a pixel of the narrowest page's waveform, and 6 kB a side."""
MOST_POINTS: Final = 4000
"""A wide screen has fewer pixels."""
KEPT_BYTES: Final = 64 << 20
"""Summaries in memory: those of 150 calls of three hours, or of thousands of usual ones."""
BLOCKS_A_POINT: Final = 3
"""A point of fewer is read from the file: a part of at most 20 minutes, 38 MB."""

Made = TypeVar("Made")


class Waveforms:
    """The summaries made last, by recording; a recording in the store never changes."""

    def __init__(self, settings: Settings) -> None:
        self.hearing = Hearing(settings)
        self._kept: OrderedDict[str, Loudness] = OrderedDict()
        self._bytes = 0
        self._one_at_a_time = asyncio.Lock()

    async def of(
        self,
        recording_id: str,
        wav: Callable[[], Awaitable[Path]],
        *,
        points: int = POINTS,
        from_s: float = 0.0,
        to_s: float,
    ) -> Waveform:
        """Return the peaks of a part of a recording, whose file `wav` gives.

        Raises Refused with 410 when the recording cannot be read, and what `wav` raises.
        """
        if to_s - from_s < points * BLOCKS_A_POINT * BLOCK_S:
            path = await wav()
            return await _made(lambda: peaks(path, points=points, begin_s=from_s, end_s=to_s))
        known = await self._summary(recording_id, wav)
        return summed_up(known, points=points, begin_s=from_s, end_s=to_s)

    async def _summary(self, recording_id: str, wav: Callable[[], Awaitable[Path]]) -> Loudness:
        async with self._one_at_a_time:  # ten who open one call at once have it read once
            if recording_id not in self._kept:
                path = await wav()
                found = await _made(lambda: summary(path))
                self._kept[recording_id] = found
                self._bytes += found.nbytes
            self._kept.move_to_end(recording_id)
            while self._bytes > KEPT_BYTES and len(self._kept) > 1:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes
            return self._kept[recording_id]


async def _made(make: Callable[[], Made]) -> Made:
    try:
        return await anyio.to_thread.run_sync(make)
    except (OSError, NotAWavError):
        raise Refused(410, "This recording's audio cannot be read.") from None
