"""What a telephone network does to sound: level, band, codecs, packet loss, echo.

GSM and G.729 are the real codecs, from Debian's libraries libgsm1 and libbcg729-0.
"""

import ctypes
from functools import cache

import numpy as np

from bench.voice_activity.packages import unpacked
from bench.voice_activity.types import Audio, Random

RATE = 8000
FRAME = 160
G729_FRAME = 80
_ACTIVE_MARGIN_DB = 15.9  # ITU-T P.56: activity ends this far below the active level


def power_db(samples: Audio) -> float:
    """The mean power in dBFS (0: full-scale square wave)."""
    return 10.0 * float(np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-12))


def blocks_db(samples: Audio, size: int = FRAME) -> Audio:
    """The power of each whole block, dBFS."""
    whole = samples[: len(samples) // size * size].reshape(-1, size)
    power = np.mean(np.square(whole, dtype=np.float64), axis=1)
    return np.asarray(10.0 * np.log10(power + 1e-12), np.float32)


def active_db(samples: Audio) -> float:
    """The level while someone speaks, in the manner of ITU-T P.56."""
    blocks = blocks_db(samples).astype(np.float64)
    level = float(blocks.max())
    for _ in range(12):
        active = blocks[blocks >= level - _ACTIVE_MARGIN_DB]
        level = 10.0 * float(np.log10(np.mean(10.0 ** (active / 10.0))))
    return level


def active_spans(samples: Audio) -> tuple[int, float]:
    """The first active sample (to 5 ms) and the seconds of activity."""
    threshold = active_db(samples) - _ACTIVE_MARGIN_DB
    fine = blocks_db(samples, 40).astype(np.float64)
    smooth = np.convolve(10.0 ** (fine / 10.0), np.ones(4) / 4.0)[3:]  # the 20 ms that follow
    active = 10.0 * np.log10(smooth + 1e-12) >= threshold
    return int(np.argmax(active)) * 40, float(active.sum()) * 0.005


def at_level(samples: Audio, dbfs: float) -> Audio:
    """The same with an active level of `dbfs`."""
    return np.asarray(samples * 10.0 ** ((dbfs - active_db(samples)) / 20.0), np.float32)


def at_power(samples: Audio, dbfs: float) -> Audio:
    """The same with a mean power of `dbfs`."""
    return np.asarray(samples * 10.0 ** ((dbfs - power_db(samples)) / 20.0), np.float32)


def band(samples: Audio, low: float, high: float, tilt_db: float = 0.0) -> Audio:
    """Passes `low`..`high` Hz with soft edges, tilted by `tilt_db` over the band."""
    spectrum = np.fft.rfft(samples)
    hz = np.fft.rfftfreq(len(samples), 1.0 / RATE)
    gain = 1.0 / (1.0 + (low / np.maximum(hz, 1.0)) ** 6) / (1.0 + (hz / high) ** 16)
    gain *= 10.0 ** (tilt_db * (hz / RATE * 2.0 - 0.5) / 20.0)
    return np.fft.irfft(spectrum * gain, len(samples)).astype(np.float32)


def g711(samples: Audio, *, a_law: bool = False) -> Audio:
    """Through the quantiser of G.711: µ-law, or A-law."""
    x = np.clip(samples, -1.0, 1.0).astype(np.float64)
    sign = np.sign(x) + (x == 0)
    if a_law:
        a = 87.6
        m = np.abs(x)
        bent = np.where(m < 1 / a, a * m, 1 + np.log(np.maximum(a * m, 1e-9))) / (1 + np.log(a))
        step = (np.floor(bent * 128) + 0.5) / 128
        y = np.where(step < 1 / (1 + np.log(a)), step * (1 + np.log(a)) / a, 0.0)
        out = np.where(y > 0, y, np.exp(step * (1 + np.log(a)) - 1) / a)
        return np.asarray(sign * out, np.float32)
    bent = np.log1p(255 * np.abs(x)) / np.log(256)
    step = np.round(bent * 127) / 127
    return np.asarray(sign * np.expm1(step * np.log(256)) / 255, np.float32)


@cache
def _library(package: str, name: str) -> ctypes.CDLL:
    return ctypes.CDLL(str(next(unpacked(package).rglob(f"{name}.so.*")).resolve()))


def _int16(
    samples: Audio, size: int
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.int16]], int]:
    padded = np.pad(samples, (0, -len(samples) % size))
    return np.clip(padded * 32768, -32768, 32767).astype(np.int16), len(padded) // size


def gsm(samples: Audio) -> Audio:
    """Through GSM full rate, 13 kbit/s."""
    lib = _library("libgsm1", "libgsm")
    lib.gsm_create.restype = ctypes.c_void_p
    coder = ctypes.c_void_p(lib.gsm_create())
    pcm, count = _int16(samples, FRAME)
    packet = ctypes.create_string_buffer(33)
    coded = bytearray()
    for i in range(count):
        frame = np.ascontiguousarray(pcm[i * FRAME : (i + 1) * FRAME])
        lib.gsm_encode(coder, frame.ctypes.data_as(ctypes.c_void_p), packet)
        coded += packet.raw
    lib.gsm_destroy(coder)
    return gsm_decoded(bytes(coded))[: len(samples)]


def gsm_decoded(coded: bytes) -> Audio:
    """The samples of a .gsm file's bytes."""
    lib = _library("libgsm1", "libgsm")
    lib.gsm_create.restype = ctypes.c_void_p
    decoder = ctypes.c_void_p(lib.gsm_create())
    frames = []
    for i in range(0, len(coded) - 32, 33):
        frame = np.zeros(FRAME, np.int16)
        lib.gsm_decode(decoder, coded[i : i + 33], frame.ctypes.data_as(ctypes.c_void_p))
        frames.append(frame)
    lib.gsm_destroy(decoder)
    whole = np.concatenate(frames) if frames else np.zeros(0, np.int16)
    return whole.astype(np.float32) / 32768.0


def g729(
    samples: Audio, lost: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] | None = None
) -> Audio:
    """Through G.729, 8 kbit/s; 20 ms packets marked in `lost` are concealed by its decoder."""
    lib = _library("libbcg729-0", "libbcg729")
    lib.initBcg729EncoderChannel.restype = lib.initBcg729DecoderChannel.restype = ctypes.c_void_p
    coder = ctypes.c_void_p(lib.initBcg729EncoderChannel(ctypes.c_uint8(0)))
    decoder = ctypes.c_void_p(lib.initBcg729DecoderChannel())
    pcm, count = _int16(samples, G729_FRAME)
    out = np.zeros_like(pcm)
    packet, size = ctypes.create_string_buffer(10), ctypes.c_uint8(0)
    for i in range(count):
        span = slice(i * G729_FRAME, (i + 1) * G729_FRAME)
        frame, heard = np.ascontiguousarray(pcm[span]), np.zeros(G729_FRAME, np.int16)
        lib.bcg729Encoder(coder, frame.ctypes.data_as(ctypes.c_void_p), packet, ctypes.byref(size))
        gone = ctypes.c_uint8(int(lost is not None and i // 2 < len(lost) and bool(lost[i // 2])))
        none = ctypes.c_uint8(0)
        target = heard.ctypes.data_as(ctypes.c_void_p)
        lib.bcg729Decoder(decoder, packet, ctypes.c_uint8(10), gone, none, none, target)
        out[span] = heard
    lib.closeBcg729EncoderChannel(coder)
    lib.closeBcg729DecoderChannel(decoder)
    return out[: len(samples)].astype(np.float32) / 32768.0


def losses(rng: Random, frames: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Which 20 ms packets are lost: 3 to 15 %, in bursts of one to three."""
    rate = rng.uniform(0.03, 0.15)
    lost = np.zeros(frames, np.bool_)
    for start in np.flatnonzero(rng.random(frames) < rate / 2.0):
        lost[start : start + int(rng.integers(1, 4))] = True
    return lost


def with_loss(rng: Random, samples: Audio) -> Audio:
    """Packets lost: left out as silence, repeated fading, or concealed by G.729."""
    lost = losses(rng, len(samples) // FRAME)
    way = int(rng.integers(3))
    if way == 2:
        return g729(samples, lost)
    out = samples.copy()
    for i in np.flatnonzero(lost):
        span = slice(int(i) * FRAME, (int(i) + 1) * FRAME)
        before = out[span.start - FRAME : span.start] if way == 1 and i else 0.0
        out[span] = 0.7 * before
    return out


def echo(rng: Random, prompt: Audio, loss_db: float) -> Audio:
    """Our prompt as it comes back: up to 300 ms later, weaker, shaped, with reflections."""
    delay = int(rng.uniform(0.005, 0.28) * RATE)
    heard = np.zeros_like(prompt)
    for extra, gain in ((0, 1.0), (int(rng.integers(8, 90)), rng.uniform(-0.5, 0.5))):
        shift = delay + extra
        heard[shift:] += np.float32(gain) * prompt[: len(prompt) - shift]
    shaped = band(heard, rng.uniform(150, 500), rng.uniform(2200, 3700), rng.uniform(-8, 8))
    return shaped * np.float32(10.0 ** ((power_db(prompt) - loss_db - power_db(shaped)) / 20.0))
