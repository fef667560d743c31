"""Small audio files for tests: tones that are no speech, and something webrtcvad hears."""

import math
import random
from array import array
from functools import cache

from recordings.wav import RATE


def silence(seconds: float, channels: int = 1) -> bytes:
    return bytes(int(seconds * RATE) * 2 * channels)


@cache
def voice(seconds: float, *, level: float = 8000.0) -> bytes:
    """Return something like a voice: a pitch of 140 Hz with its overtones, in syllables."""
    random_noise = random.Random(7)
    samples = array("h")
    for n in range(int(seconds * RATE)):
        t = n / RATE
        syllable = 0.5 - 0.5 * math.cos(2 * math.pi * 4 * t)
        tone = sum(math.sin(2 * math.pi * 140 * k * t) / k for k in range(1, 16))
        samples.append(int(level * syllable * (tone / 2 + random_noise.uniform(-0.1, 0.1))))
    return samples.tobytes()


def stereo(left: bytes, right: bytes) -> bytes:
    """Return two channels as MixMonitor writes them: left, right, left, right …"""
    both = array("h", bytes(len(left) * 2))
    both[0::2] = array("h", left)
    both[1::2] = array("h", right)
    return both.tobytes()
