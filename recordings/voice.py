"""Counts how much speech a recording holds, while it is copied. Does no I/O.

webrtcvad over whole frames of 30 ms; digital silence is not even asked about. It hears speech in
hum and breath too: good enough to say that a message is empty, not to judge a line (see `line/`).
What the network says in tones (a busy line, a fax) is no speech, in a message.
"""

from array import array
from collections.abc import Sequence
from typing import Final

import webrtcvad

from recordings.signal_tones import SignalTones

FRAME_MS = 30
MODE = 2
"""webrtcvad's aggressiveness of 0-3."""


NEAR: Final = 3
"""Frames around a tone in which webrtcvad still, or already, hears it as speech."""


class VoiceMeter:
    """Counts the seconds of speech on each channel of interleaved 16-bit audio."""

    def __init__(self, *, channels: int, rate: int, every: int = 1) -> None:
        """Ask about each frame, or about one of `every`, which then stands for its neighbours.

        Tones are told from speech where there is one channel, of which each frame is asked about.
        """
        self._every = every
        self._rate = rate
        self._channels = channels
        self._frame = rate * FRAME_MS // 1000 * channels
        self._silence = bytes(rate * FRAME_MS // 1000 * 2)
        self._detectors = [webrtcvad.Vad(MODE) for _ in range(channels)]
        self._left_over = b""
        self._voiced: list[list[bool]] = [[] for _ in range(channels)]
        self._tones = SignalTones(rate=rate) if channels == every == 1 else None

    def feed(self, audio: bytes) -> None:
        """Take the next audio: any length in whole samples of all channels."""
        audio = self._left_over + audio
        samples = array("h", audio)
        step = self._frame * self._every
        whole = len(samples) // step * step
        for channel, detector in enumerate(self._detectors):
            is_speech, voiced = detector.is_speech, self._voiced[channel]
            for start in range(channel, whole, step):
                frame = samples[start : start + self._frame : self._channels].tobytes()
                voiced.append(frame != self._silence and is_speech(frame, self._rate))
                if self._tones is not None:
                    self._tones.feed(frame)
        self._left_over = audio[whole * samples.itemsize :]

    def seconds(self) -> list[float]:
        """Return the seconds of speech heard so far, for each channel."""
        tones = self._tones.frames() if self._tones is not None else []
        near = _spread(tones, NEAR)
        counts = [
            sum(one and not (near and near[at]) for at, one in enumerate(voiced))
            for voiced in self._voiced
        ]
        return [count * self._every * FRAME_MS / 1000 for count in counts]

    def tones_s(self) -> float:
        """Return the seconds of tones of the network heard so far; 0.0 where nobody looks."""
        return sum(self._tones.frames()) * FRAME_MS / 1000 if self._tones is not None else 0.0


def _spread(marks: Sequence[bool], by: int) -> bytearray:
    """Return the marks with so many more on each side of each."""
    found = bytearray(len(marks))
    for at, mark in enumerate(marks):
        if mark:
            begin, end = max(0, at - by), min(len(marks), at + by + 1)
            found[begin:end] = b"\1" * (end - begin)
    return found
