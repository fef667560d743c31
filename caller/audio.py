"""Audio files as callers use them: 8 kHz, 16 bit, one or two channels; and made-up lines.

Quiet, noisy and silent callers are made from the same speech, so that only the line differs.
"""

import wave
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from caller.listen import FULL_SCALE, RATE, Samples, loudness


def read(path: Path) -> Samples:
    """Return a mono WAV of 8 or 16 kHz, 16 bit, as samples of 8 kHz. Raises ValueError."""
    with wave.open(str(path), "rb") as file:
        shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    if shape == (1, 2, RATE):
        return samples.astype(np.int16)
    if shape == (1, 2, 2 * RATE):
        # Mean of neighbours: a crude low-pass, good enough for a voice that goes over A-law.
        pairs = samples[: len(samples) // 2 * 2].astype(np.int32).reshape(-1, 2)
        return np.asarray(pairs.mean(axis=1), dtype=np.int16)
    raise ValueError(f"{path} has {shape} channels, bytes, Hz; a mono WAV of 8 kHz is needed")


def read_stereo(path: Path) -> tuple[Samples, Samples]:
    """Return left and right of a stereo WAV of 8 kHz, 16 bit. Raises ValueError."""
    with wave.open(str(path), "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (2, 2, RATE):
            raise ValueError(f"{path} is no stereo WAV of 8 kHz, 16 bit")
        both = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    return both[:, 0].astype(np.int16), both[:, 1].astype(np.int16)


def write(path: Path, samples: Samples) -> None:
    """Write samples as a mono WAV of 8 kHz, 16 bit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())


def at_level(samples: Samples, dbfs: float) -> Samples:
    """Return the samples at another level (RMS over the louder parts), clipped at full scale."""
    loud = samples[np.abs(samples) > 300]
    gain = 10 ** ((dbfs - loudness(loud if len(loud) else samples)) / 20)
    louder = np.clip(samples * gain, -FULL_SCALE, FULL_SCALE - 1)
    return np.asarray(louder, dtype=np.int16)


def silence(seconds: float) -> Samples:
    """Return digital silence."""
    return np.zeros(int(seconds * RATE), dtype=np.int16)


def noise(seconds: float, dbfs: float, *, seed: int = 1) -> Samples:
    """Return the murmur of a bad line: noise that falls with frequency, at a level in dBFS."""
    white = np.random.default_rng(seed).standard_normal(int(seconds * RATE))
    murmur = np.convolve(white, np.exp(-np.arange(24) / 6.0), mode="same")
    murmur *= 10 ** (dbfs / 20) / np.sqrt(np.mean(np.square(murmur)))
    return np.clip(murmur * FULL_SCALE, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


def joined(parts: Iterable[Samples]) -> Samples:
    """Return one after the other."""
    return np.concatenate(list(parts))


def mixed(one: Samples, other: Samples) -> Samples:
    """Return both at once; the shorter one is repeated to the longer one's length."""
    length = max(len(one), len(other))
    total = np.resize(one, length).astype(np.int32) + np.resize(other, length)
    return np.clip(total, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
