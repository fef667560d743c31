"""Sound in memory and in files: WAV and G.711 µ-law, whole or not at all.

Samples are float32 in -1…1, one channel.
"""

import io
import os
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TELEPHONE_RATE = 8000
"""Hz; what Asterisk plays and callers hear."""

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Sound:
    """A piece of sound: samples (float32, -1…1) and how many of them make a second."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def to_pcm(samples: Samples) -> NDArray[np.int16]:
    """Return 16-bit samples, cut at full scale."""
    return np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2")


def wav_bytes(sound: Sound) -> bytes:
    """Return the sound as a mono 16-bit wav file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sound.rate)
        out.writeframes(to_pcm(sound.samples).tobytes())
    return buffer.getvalue()


def read_wav(path: Path) -> Sound:
    """Read a PCM wav of our own, of 8, 16, 24 or 32 bits; several channels become one.

    What people bring is read by `sounds/uploads.py`. Raises `wave.Error`, `EOFError` or `OSError`
    when it is none.
    """
    with wave.open(str(path), "rb") as file:
        width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
        data = file.readframes(file.getnframes())
    if rate < 1 or channels < 1:
        raise wave.Error("the header names no rate or no channel")
    data = data[: len(data) // (width * channels) * (width * channels)]
    frames = from_pcm(data, width).reshape(-1, channels)
    return Sound(frames.mean(axis=1, dtype=np.float32), rate)


def from_pcm(data: bytes, width: int) -> Samples:
    """Return samples of 1 to 4 bytes as a wav holds them. Raises `wave.Error` for others."""
    match width:
        case 1:
            return (np.frombuffer(data, np.uint8).astype(np.float32) - 128) / np.float32(128)
        case 2:
            return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32768)
        case 3:
            triples = np.frombuffer(data, np.uint8).reshape(-1, 3).astype(np.int32)
            whole = (triples[:, 0] << 8) | (triples[:, 1] << 16) | (triples[:, 2] << 24)
            return whole.astype(np.float32) / np.float32(2**31)
        case 4:
            return np.frombuffer(data, "<i4").astype(np.float32) / np.float32(2**31)
        case _:
            raise wave.Error(f"samples of {width} bytes are not known")


def _mulaw_levels() -> NDArray[np.int32]:
    """Return the 16-bit value of each of the 256 codes (ITU-T G.711, table 2a, scaled by 4)."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84 << ((code & 0x70) >> 4)) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude)


def from_mulaw(data: bytes) -> Sound:
    """Return the sound of G.711 µ-law bytes at 8 kHz."""
    levels = _mulaw_levels().astype(np.float32) / np.float32(32768)
    return Sound(levels[np.frombuffer(data, np.uint8)], TELEPHONE_RATE)


def to_mulaw(sound: Sound) -> bytes:
    """Return the nearest G.711 µ-law code of every sample."""
    levels = _mulaw_levels()
    order = np.argsort(levels, kind="stable")
    ascending = levels[order]
    pcm = to_pcm(sound.samples).astype(np.int32)
    right = np.clip(np.searchsorted(ascending, pcm), 1, 255)
    nearer_left = pcm - ascending[right - 1] < ascending[right] - pcm
    return order[np.where(nearer_left, right - 1, right)].astype(np.uint8).tobytes()


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path` so that a reader sees the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
