"""Builds whole SIL-1 sequences: three prompts of ours, the listening after them, and the truth.

Deterministic as `windows.py` is. A caller speaks once at a random moment, over our prompts too; a
line on which nobody speaks has its sound all the time. In half of them our prompts come back.
"""

import hashlib
from dataclasses import dataclass
from functools import cache

import numpy as np

from bench.voice_activity import made, telephone
from bench.voice_activity.packages import PROJECT
from bench.voice_activity.types import Audio, Random
from bench.voice_activity.windows import NOISY_KINDS, Room, utterance, whisper
from callflow.dialogues.silent_line import STEPS
from sounds.sound import from_mulaw

RATE = 8000
CORE = ("normal", "short", "quiet", "whispered", "noisy", "codec", "loss")
LEVELS = {"normal": (-36, -14), "short": (-34, -14), "quiet": (-50, -41), "whispered": (-38, -22)}
FLOORS = {"quiet": (-86, -68), "whispered": (-78, -62)}
ECHO_LOSS = (20.0, 45.0)


@dataclass(frozen=True)
class Sequence:
    """What is heard from the first prompt of SIL-1 to the hang-up, and what we play."""

    kind: str
    heard: Audio
    prompt: Audio
    spoken: bool


def sequence(room: Room, kind: str, index: int) -> Sequence:
    """The `index`th sequence of a kind."""
    seed = hashlib.sha256(f"sil1/{room.half}/{kind}/{index}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(seed[:8], "little"))
    ours, playing = _prompts()
    back = np.zeros(len(ours), np.float32)
    if kind == "echo" or rng.random() < 0.5:
        back = telephone.echo(rng, ours, rng.uniform(*ECHO_LOSS))
    line = _spoken(rng, room, kind, back) if kind in CORE else _dead(rng, room, kind, back)
    heard = telephone.g711(line, a_law=bool(rng.random() < 0.5))
    return Sequence(kind, heard, np.where(playing, ours, np.float32(0.0)), kind in CORE)


def kinds(room: Room) -> dict[str, list[str]]:
    """The kinds behind each bar."""
    real = list(room.noises())
    met = room.half == "tune"
    return {
        "core": list(CORE),
        "plain": ["digital zero", *made.PLAIN],
        "disturbed": list(made.TUNED),
        "never met": real if met else [*made.NEVER_TUNED, *real],
        "tones": list(made.TONES),
        "echo": ["echo"],
    }


@cache
def _prompts() -> tuple[Audio, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """Our side of a whole SIL-1, and when it plays."""
    said: list[Audio] = []
    playing: list[np.ndarray[tuple[int, ...], np.dtype[np.bool_]]] = []
    for name, seconds in STEPS:
        words = from_mulaw((PROJECT / "sounds/shipped/zh" / f"{name}.ulaw").read_bytes()).samples
        rest = round(seconds * RATE)
        said += [words, np.zeros(rest, np.float32)]
        playing += [np.ones(len(words), np.bool_), np.zeros(rest, np.bool_)]
    whole = np.concatenate(said).astype(np.float32)
    frames = len(whole) // telephone.FRAME * telephone.FRAME
    return whole[:frames], np.concatenate(playing)[:frames]


def _spoken(rng: Random, room: Room, kind: str, back: Audio) -> Audio:
    level = rng.uniform(*LEVELS.get(kind, (-34, -14)))
    short = kind == "short"
    speech = utterance(rng, room, 0.2 if short else rng.uniform(1.2, 4.0), 0.9 if short else 9.0)
    speech = telephone.band(
        speech, rng.uniform(80, 300), rng.uniform(3000, 3800), rng.uniform(-6, 6)
    )
    speech = telephone.at_level(speech, level)
    if kind == "whispered":
        speech = whisper(rng, speech)
    line = np.zeros(len(back), np.float32)
    start = int(rng.uniform(0.1, len(line) / RATE - 1.5) * RATE)
    speech = speech[: len(line) - start]
    line[start : start + len(speech)] = speech
    if kind == "noisy":
        loudness = telephone.active_db(line) - rng.uniform(5, 20)
        return line + back + telephone.at_power(_any_noise(rng, room, len(line)), loudness)
    line = line + back + _floor(rng, len(line), *FLOORS.get(kind, (-80, -58)))
    if kind == "codec":
        return telephone.gsm(line) if rng.random() < 0.5 else telephone.g729(line)
    return telephone.with_loss(rng, line) if kind == "loss" else line


def _dead(rng: Random, room: Room, kind: str, back: Audio) -> Audio:
    length = len(back)
    if kind == "digital zero":
        return np.zeros(length, np.float32) + np.float32(rng.integers(0, 3) / 32768.0)
    if kind == "echo":
        return back + _floor(rng, length, -80, -58)
    if kind in made.PLAIN:
        return back + telephone.at_power(made.PLAIN[kind](rng, length), rng.uniform(-78, -48))
    makers = {**made.TUNED, **made.TONES, **made.NEVER_TUNED, **made.TONES_NEVER_TUNED}
    sound = makers[kind](rng, length) if kind in makers else _real(rng, room, kind, length)
    sound = telephone.band(sound, rng.uniform(50, 300), rng.uniform(3000, 3800), rng.uniform(-6, 6))
    sound = telephone.at_level(sound, rng.uniform(-52, -16))
    return sound + back + _floor(rng, length, -80, -60)


def _any_noise(rng: Random, room: Room, length: int) -> Audio:
    real = [kind for kind in room.noises() if kind.startswith("real")]
    if rng.random() < 0.4 and real:
        return _real(rng, room, str(rng.choice(real)), length)
    kind = str(rng.choice(NOISY_KINDS))
    return {**made.TUNED, **made.PLAIN}[kind](rng, length)


def _real(rng: Random, room: Room, kind: str, length: int) -> Audio:
    """Real sounds of a kind, one after the other with pauses."""
    clips = room.noises()[kind]
    line = np.zeros(length, np.float32)
    at = int(rng.uniform(0, 3.0) * RATE)
    clip = clips[int(rng.integers(len(clips)))]
    while at < length:
        line[at : at + len(clip)] += clip[: length - at]
        at += len(clip) + int(rng.uniform(0.02, 6.0) * RATE)
        if rng.random() < 0.4:
            clip = clips[int(rng.integers(len(clips)))]
    return line if np.abs(line).max() > 0.001 else clip[np.arange(length) % len(clip)]


def _floor(rng: Random, length: int, low: float, high: float) -> Audio:
    if rng.random() < 0.15:
        return np.zeros(length, np.float32)
    noise = made.PLAIN[str(rng.choice(list(made.PLAIN)))](rng, length)
    return telephone.at_power(noise, rng.uniform(low, high))
