"""Keeps the catalogue's files decoded: mono, 8 kHz, float, one array a clip, cached on disk."""

import hashlib
import sys
import wave
from functools import cache
from pathlib import Path

import numpy as np

from bench.voice_activity.catalogue import Clip, Half, sounds, speech
from bench.voice_activity.packages import CACHE
from bench.voice_activity.telephone import gsm_decoded
from bench.voice_activity.types import Audio

RATE = 8000
MOST_CLIPS = 120  # of one speaker or kind: the set is wide, not deep
MOST_SECONDS = 40.0  # of one clip


def voices(half: Half, packages: frozenset[str] | None = None) -> dict[str, list[Audio]]:
    """Real speech by speaker."""
    return _shelf("voices", half, packages)


def noises(half: Half, packages: frozenset[str] | None = None) -> dict[str, list[Audio]]:
    """Real sounds by kind."""
    return _shelf("noises", half, packages)


@cache
def _shelf(what: str, half: Half, packages: frozenset[str] | None) -> dict[str, list[Audio]]:
    wanted = set(packages) if packages is not None else None
    tag = hashlib.sha256(repr(sorted(wanted or {"all"})).encode()).hexdigest()[:8]
    kept = CACHE / f"{what}-{half}-{tag}.npz"
    if not kept.exists():
        clips = speech(wanted) if what == "voices" else sounds(wanted)
        _keep(kept, [c for c in clips if c.half == half])
    return _read(kept)


def _keep(kept: Path, clips: list[Clip]) -> None:
    print(f"decoding {kept.stem} …", file=sys.stderr, flush=True)
    by_name: dict[str, list[Audio]] = {}
    for name in sorted({c.name for c in clips}):
        chosen = _spread([c for c in clips if c.name == name])
        by_name[name] = [a for c in chosen if (a := decoded(c.path)) is not None]
    flat = [(n, a) for n, arrays in by_name.items() for a in arrays]
    whole = np.concatenate([np.zeros(0, np.float32), *(a for _, a in flat)])
    kept.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        kept.with_suffix(".part.npz"),
        names=np.array([n for n, _ in flat], np.str_),
        lengths=np.array([len(a) for _, a in flat], np.int64),
        audio=np.clip(whole * 32768, -32768, 32767).astype(np.int16),
    )
    kept.with_suffix(".part.npz").rename(kept)


def _read(kept: Path) -> dict[str, list[Audio]]:
    with np.load(kept) as archive:
        names, lengths, audio = archive["names"], archive["lengths"], archive["audio"]
    shelf: dict[str, list[Audio]] = {}
    start = 0
    for name, length in zip(names, lengths, strict=True):
        samples = audio[start : start + length].astype(np.float32) / 32768.0
        shelf.setdefault(str(name), []).append(samples)
        start += length
    return shelf


def _spread(clips: list[Clip]) -> list[Clip]:
    """At most `MOST_CLIPS`, evenly out of the sorted list."""
    step = max(1.0, len(clips) / MOST_CLIPS)
    return [clips[int(i * step)] for i in range(min(len(clips), MOST_CLIPS))]


def decoded(path: Path) -> Audio | None:
    """A file at 8 kHz; None for what is too short, silent, or not audio at all."""
    try:
        samples, rate = _opened(path)
    except (RuntimeError, EOFError, wave.Error, OSError):
        return None
    audio = resampled(samples[: int(MOST_SECONDS * rate)], rate)
    loud_enough = len(audio) > RATE // 10 and float(np.abs(audio).max()) > 0.003
    return audio if loud_enough else None


def _opened(path: Path) -> tuple[Audio, int]:
    if path.suffix == ".gsm":
        return gsm_decoded(path.read_bytes()), RATE
    if path.suffix == ".raw":
        rate = 16000 if "pocketsphinx" in str(path) else RATE
        return np.fromfile(path, dtype="<i2").astype(np.float32) / 32768.0, rate
    if path.suffix == ".wav" and (plain := _plain_wav(path)) is not None:
        return plain
    import soundfile  # type: ignore[import-not-found,import-untyped,unused-ignore] # noqa: PLC0415

    data, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return data.mean(axis=1).astype(np.float32), int(rate)


def _plain_wav(path: Path) -> tuple[Audio, int] | None:
    """16 bit PCM without any library: the quick set needs no more."""
    try:
        with wave.open(str(path)) as opened:
            if opened.getsampwidth() != 2:
                return None
            rate, channels = opened.getframerate(), opened.getnchannels()
            pcm = np.frombuffer(opened.readframes(opened.getnframes()), "<i2")
    except (wave.Error, EOFError):
        return None
    return pcm.reshape(-1, channels).mean(axis=1).astype(np.float32) / np.float32(32768), rate


def resampled(samples: Audio, rate: int) -> Audio:
    """At 8 kHz, by cutting (or padding) the spectrum."""
    if rate == RATE:
        return samples
    length = round(len(samples) * RATE / rate)
    if length < 2:
        return np.zeros(0, np.float32)
    spectrum = np.fft.rfft(samples)
    bins = length // 2 + 1
    fitted = np.zeros(bins, np.complex128)
    fitted[: min(bins, len(spectrum))] = spectrum[:bins]
    return (np.fft.irfft(fitted, length) * (length / len(samples))).astype(np.float32)
