"""Builds the labelled windows: five seconds of one line, what our side plays, and the truth.

Deterministic: window `i` of a kind depends on the half, the kind and `i` only.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from bench.voice_activity import made, telephone
from bench.voice_activity.catalogue import Half
from bench.voice_activity.packages import PROJECT
from bench.voice_activity.shelf import noises, voices
from bench.voice_activity.types import Audio, Random
from sounds.sound import from_mulaw

RATE = 8000
LENGTH = 5 * RATE
OURS = "shipped prompts"  # the product's own, as it plays them; never tuned on
CORE = (
    *("normal", "short", "quiet", "whispered", "noisy", "codec", "loss", "over prompt"),
    f"over {OURS}",
)
PLAIN = ("digital zero", *made.PLAIN)
ECHO = ("echo", "loud echo", f"echo of {OURS}")
NOISY_KINDS = ("hum", "street", "breath", "line noise")


@dataclass(frozen=True)
class Window:
    """One labelled window. `onset_s` and `level_dbfs` are None where nobody speaks."""

    kind: str
    heard: Audio
    prompt: Audio | None = None
    onset_s: float | None = None
    end_s: float | None = None
    level_dbfs: float | None = None
    clean: Audio | None = None


@dataclass(frozen=True)
class Room:
    """Where the sounds of a half come from."""

    half: Half
    packages: frozenset[str] | None = None
    without: frozenset[str] = frozenset()  # speakers and kinds left out

    def voices(self) -> dict[str, list[Audio]]:
        return self._rest(voices(self.half, self.packages))

    def noises(self) -> dict[str, list[Audio]]:
        return self._rest(noises(self.half, self.packages))

    def _rest(self, shelf: dict[str, list[Audio]]) -> dict[str, list[Audio]]:
        return {name: clips for name, clips in shelf.items() if name not in self.without}


def window(room: Room, kind: str, index: int) -> Window:
    """The `index`th window of a kind."""
    seed = hashlib.sha256(f"{room.half}/{kind}/{index}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(seed[:8], "little"))
    if kind in SPEECH:
        return SPEECH[kind](rng, room)
    if kind in ECHO:
        return _echo(rng, room, kind)
    return _dead(rng, room, kind)


def kinds(room: Room) -> list[str]:
    """All kinds of a half."""
    dead = [*PLAIN, *made.TUNED, *made.TONES, *room.noises()]
    more = (
        [*made.NEVER_TUNED, *made.TONES_NEVER_TUNED] if room.half == "test" else [*made.TUNING_ONLY]
    )
    return [*SPEECH, *dead, *more, *ECHO]


def utterance(rng: Random, room: Room, seconds: float, at_most: float) -> Audio:
    """One speaker: one clip, or several with pauses, until `seconds` of activity are there."""
    shelf = room.voices()
    clips = shelf[sorted(shelf)[int(rng.integers(len(shelf)))]]
    said: list[Audio] = []
    active = 0.0
    for _ in range(40):
        clip = clips[int(rng.integers(len(clips)))]
        start, spoken = telephone.active_spans(clip)
        if spoken < 0.2 or (not said and spoken > at_most):
            continue
        said += [clip[max(0, start - 400) :], np.zeros(int(rng.uniform(0.05, 0.4) * RATE), "f4")]
        active += spoken
        if active >= seconds:
            return np.concatenate(said)
    return np.concatenate(said) if said else utterance(rng, room, seconds, at_most * 1.5)


def _said(rng: Random, room: Room, level: float, *, short: bool = False) -> tuple[Audio, int]:
    """A silent line with an utterance on it, and the sample at which the voice sets in."""
    speech = utterance(rng, room, 0.2 if short else rng.uniform(1.2, 4.0), 0.9 if short else 9.0)
    speech = telephone.band(
        speech, rng.uniform(80, 300), rng.uniform(3000, 3800), rng.uniform(-6, 6)
    )
    start = int(rng.uniform(0.1, 3.4 if short else 2.4) * RATE)
    line = np.zeros(LENGTH, np.float32)
    speech = telephone.at_level(speech, level)[: LENGTH - start]
    line[start : start + len(speech)] = speech
    line = telephone.at_level(line, level)
    return line, telephone.active_spans(line)[0]


def _floor(rng: Random, low: float, high: float) -> Audio:
    """The noise floor of a line, `low` to `high` dBFS; now and then digitally silent."""
    if rng.random() < 0.15:
        return np.zeros(LENGTH, np.float32)
    noise = made.PLAIN[str(rng.choice(list(made.PLAIN)))](rng, LENGTH)
    return telephone.at_power(noise, rng.uniform(low, high))


def _on_wire(rng: Random, samples: Audio) -> Audio:
    return telephone.g711(samples, a_law=bool(rng.random() < 0.5))


def _spoken(
    kind: str, low: float, high: float, floor: tuple[float, float], *, short: bool = False
) -> Callable[[Random, Room], Window]:
    def build(rng: Random, room: Room) -> Window:
        level = rng.uniform(low, high)
        line, onset = _said(rng, room, level, short=short)
        return _voiced(kind, line, onset, _on_wire(rng, line + _floor(rng, *floor)))

    return build


def _voiced(
    kind: str, clean: Audio, onset: int, heard: Audio, prompt: Audio | None = None
) -> Window:
    blocks = telephone.blocks_db(clean)
    level = telephone.active_db(clean)
    last = int(np.flatnonzero(blocks >= level - 15.9)[-1]) + 1
    return Window(kind, heard, prompt, onset / RATE, last * 0.02, level, clean)


def _whispered(rng: Random, room: Room) -> Window:
    line, onset = _said(rng, room, rng.uniform(-38, -22))
    return _voiced(
        "whispered", line, onset, _on_wire(rng, whisper(rng, line) + _floor(rng, -78, -62))
    )


def whisper(rng: Random, samples: Audio, order: int = 12) -> Audio:
    """The same words without the voice: each 20 ms its own spectral envelope filled with noise."""
    size, hop = 320, 160
    padded = np.pad(samples, (0, size)).astype(np.float64)
    out = np.zeros_like(padded)
    taper = np.hanning(size)
    for start in range(0, len(samples), hop):
        frame = padded[start : start + size] * taper
        power = float(np.sum(frame**2))
        if power < 1e-9:
            continue
        spectrum = np.abs(np.fft.rfft(frame, 512)) ** 2
        quefrency = np.fft.irfft(np.log(spectrum + 1e-10))
        quefrency[order : 512 - order + 1] = 0.0
        envelope = np.exp(np.fft.rfft(quefrency).real / 2.0)
        noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(size), 512) * envelope)[:size] * taper
        out[start : start + size] += noise * np.sqrt(power / (np.sum(noise**2) + 1e-12))
    voice_gone = telephone.band(out[: len(samples)].astype(np.float32), 350, 3600, 6.0)
    return telephone.at_level(voice_gone, telephone.active_db(samples))


def _noisy(rng: Random, room: Room) -> Window:
    line, onset = _said(rng, room, rng.uniform(-30, -14))
    noise = _any_noise(rng, room)
    louder = telephone.active_db(line) - rng.uniform(5, 20)
    return _voiced("noisy", line, onset, _on_wire(rng, line + telephone.at_power(noise, louder)))


def _any_noise(rng: Random, room: Room) -> Audio:
    real = [kind for kind in room.noises() if kind.startswith("real")]
    if rng.random() < 0.4 and real:
        return _real(rng, room, str(rng.choice(real)))
    kind = str(rng.choice(NOISY_KINDS))
    return {**made.TUNED, **made.PLAIN}[kind](rng, LENGTH)


def _codec(rng: Random, room: Room) -> Window:
    line, onset = _said(rng, room, rng.uniform(-34, -14))
    noisy = line + _floor(rng, -80, -58)
    way = int(rng.integers(3))
    if way == 0:
        heard = telephone.gsm(noisy)
    elif way == 1:
        heard = telephone.g729(noisy)
    else:
        heard = telephone.gsm(telephone.g711(noisy))
    return _voiced("codec", line, onset, _on_wire(rng, heard))


def _lossy(rng: Random, room: Room) -> Window:
    line, onset = _said(rng, room, rng.uniform(-34, -14))
    heard = telephone.with_loss(rng, _on_wire(rng, line + _floor(rng, -80, -58)))
    return _voiced("loss", line, onset, heard)


def prompt(rng: Random, clips: list[Audio]) -> Audio:
    """Our side speaks all the window long, -24 to -14 dBFS."""
    said: list[Audio] = []
    while sum(map(len, said)) < LENGTH:
        said.append(clips[int(rng.integers(len(clips)))])
        said.append(np.zeros(int(rng.uniform(0, 0.5) * RATE), np.float32))
    return telephone.at_level(np.concatenate(said)[:LENGTH], rng.uniform(-24, -14))


def _prompts_of(rng: Random, room: Room) -> list[Audio]:
    """One speaker of the half who sounds like our side."""
    shelf = room.voices()
    ours = [s for s in sorted(shelf) if s.startswith("prompts")] or sorted(shelf)
    return shelf[ours[int(rng.integers(len(ours)))]]


@cache
def _shipped_prompts() -> list[Audio]:
    files = sorted((PROJECT / "sounds" / "shipped" / "zh").glob("*.ulaw"))
    return [from_mulaw(path.read_bytes()).samples for path in files]


def _over_prompt(rng: Random, room: Room) -> Window:
    return _over("over prompt", rng, room, prompt(rng, _prompts_of(rng, room)))


def _over_shipped(rng: Random, room: Room) -> Window:
    return _over(f"over {OURS}", rng, room, prompt(rng, _shipped_prompts()))


def _over(kind: str, rng: Random, room: Room, ours: Audio) -> Window:
    line, onset = _said(rng, room, rng.uniform(-34, -14))
    back = telephone.echo(rng, ours, rng.uniform(20, 45))
    heard = _on_wire(rng, line + back + _floor(rng, -80, -58))
    return _voiced(kind, line, onset, heard, ours)


def _echo(rng: Random, room: Room, kind: str) -> Window:
    ours = prompt(rng, _shipped_prompts() if OURS in kind else _prompts_of(rng, room))
    loss = rng.uniform(10, 20) if kind == "loud echo" else rng.uniform(20, 45)
    back = telephone.echo(rng, ours, loss)
    return Window(kind, _on_wire(rng, back + _floor(rng, -80, -58)), ours)


def _real(rng: Random, room: Room, kind: str) -> Audio:
    """A real sound: once somewhere, or again and again."""
    clips = room.noises()[kind]
    clip = clips[int(rng.integers(len(clips)))]
    if len(clip) >= LENGTH:
        start = int(rng.integers(0, len(clip) - LENGTH + 1))
        return clip[start : start + LENGTH]
    line = np.zeros(LENGTH, np.float32)
    at = int(rng.uniform(0, 1.0) * RATE)
    again = rng.random() < 0.6
    while at < LENGTH:
        line[at : at + len(clip)] += clip[: LENGTH - at]
        at += len(clip) + int(rng.uniform(0.02, 1.5) * RATE)
        if not again:
            break
    return line


def _dead(rng: Random, room: Room, kind: str) -> Window:
    if kind == "digital zero":
        return Window(kind, np.zeros(LENGTH, np.float32) + np.float32(rng.integers(0, 3) / 32768.0))
    makers = {**made.PLAIN, **made.TUNED, **made.TONES, **made.NEVER_TUNED}
    makers |= {**made.TONES_NEVER_TUNED, **made.TUNING_ONLY}
    if kind in made.PLAIN:
        noise = telephone.at_power(makers[kind](rng, LENGTH), rng.uniform(-78, -48))
        return Window(kind, _on_wire(rng, noise))
    sound = makers[kind](rng, LENGTH) if kind in makers else _real(rng, room, kind)
    sound = telephone.band(sound, rng.uniform(50, 300), rng.uniform(3000, 3800), rng.uniform(-6, 6))
    sound = telephone.at_level(sound, rng.uniform(-52, -16))
    return Window(kind, _on_wire(rng, sound + _floor(rng, -80, -60)))


SPEECH: dict[str, Callable[[Random, Room], Window]] = {
    "normal": _spoken("normal", -36, -14, (-80, -58)),
    "short": _spoken("short", -34, -14, (-80, -58), short=True),
    "quiet": _spoken("quiet", -50, -41, (-86, -68)),
    "whispered": _whispered,
    "noisy": _noisy,
    "codec": _codec,
    "loss": _lossy,
    "over prompt": _over_prompt,
    f"over {OURS}": _over_shipped,
}
