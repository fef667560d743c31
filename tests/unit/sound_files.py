"""Small audio files for tests: tones that are no speech, and something webrtcvad hears."""

import itertools
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


@cache
def network_tone(
    hertz: tuple[int, ...], cadence: tuple[float, ...], seconds: float, *, dbfs: float = -16.0
) -> bytes:
    """Return what a network says in tones: on and off (s) in turn, over the noise of a line."""
    noise = random.Random(3)
    samples = array("h")
    edges = list(itertools.accumulate(cadence))
    peak = 32767 * 10 ** (dbfs / 20) / len(hertz)
    for n in range(int(seconds * RATE)):
        t = n / RATE
        on = sum(edge <= t % edges[-1] for edge in edges) % 2 == 0
        tone = sum(math.sin(2 * math.pi * one * t) for one in hertz) if on else 0.0
        samples.append(_of_g711(peak * tone + noise.gauss(0.0, 12.0)))
    return samples.tobytes()


def _of_g711(sample: float) -> int:
    """Return a sample as A-law leaves it: 4 bits of it, below the highest one."""
    size = min(abs(int(sample)), 32635)
    step = max(16, 1 << max(0, size.bit_length() - 5))
    return int(math.copysign(size // step * step + step // 2, sample))


def stereo(left: bytes, right: bytes) -> bytes:
    """Return two channels as MixMonitor writes them: left, right, left, right …"""
    both = array("h", bytes(len(left) * 2))
    both[0::2] = array("h", left)
    both[1::2] = array("h", right)
    return both.tobytes()
