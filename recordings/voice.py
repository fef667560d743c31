"""Owns how much speech a recording holds, counted while it is copied. Does no I/O.

webrtcvad over whole frames of 30 ms; digital silence is not even asked about. It hears speech in
hum and breath too: good enough to say that a message is empty, not to judge a line (see `line/`).
"""

from array import array

import webrtcvad

FRAME_MS = 30
MODE = 2
"""webrtcvad's aggressiveness of 0-3."""


class VoiceMeter:
    """Counts the seconds of speech on each channel of interleaved 16-bit audio."""

    def __init__(self, *, channels: int, rate: int, every: int = 1) -> None:
        """Ask about each frame, or about one of `every`, which then stands for its neighbours."""
        self._channels = channels
        self._every = every
        self._rate = rate
        self._frame_bytes = rate * FRAME_MS // 1000 * 2
        self._step_bytes = self._frame_bytes * every
        self._detectors = [webrtcvad.Vad(MODE) for _ in range(channels)]
        self._left_over = [b""] * channels
        self._voiced = [0] * channels

    def feed(self, audio: bytes) -> None:
        """Take the next audio: any length in whole samples of all channels."""
        samples = array("h", audio)
        for channel in range(self._channels):
            one = samples[channel :: self._channels].tobytes()
            self._count(channel, self._left_over[channel] + one)

    def seconds(self) -> list[float]:
        """Return the seconds of speech heard so far, for each channel."""
        return [count * self._every * FRAME_MS / 1000 for count in self._voiced]

    def _count(self, channel: int, audio: bytes) -> None:
        size, step, rate = self._frame_bytes, self._step_bytes, self._rate
        is_speech = self._detectors[channel].is_speech
        silence = bytes(size)
        whole = len(audio) // step * step
        for start in range(0, whole, step):
            frame = audio[start : start + size]
            if frame != silence and is_speech(frame, rate):
                self._voiced[channel] += 1
        self._left_over[channel] = audio[whole:]
