"""Synthetic speakers of Mandarin: the neural voice's eight, and eSpeak NG's variants.

The neural voice's speakers are its style tables in the npm package kokoro-js (Apache-2.0). A half
has four of them, two women and two men, and six variants of eSpeak NG.
"""

import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.analysis.sentences import characters, sentences
from bench.voice_activity.catalogue import Half
from bench.voice_activity.packages import CACHE, PROJECT
from bench.voice_activity.types import Audio
from sounds.kokoro import Kokoro
from sounds.resampling import at_telephone_rate
from sounds.sound import Sound, read_wav
from sounds.texts import Language
from sounds.voice_packages import bring

STYLES: Final = "kokoro-js@1.2.1"
KOKORO: Final[dict[Half, tuple[str, ...]]] = {
    "tune": ("zf_xiaobei", "zf_xiaoni", "zm_yunjian", "zm_yunxi"),
    "test": ("zf_xiaoxiao", "zf_xiaoyi", "zm_yunxia", "zm_yunyang"),
}
ESPEAK: Final[dict[Half, tuple[str, ...]]] = {
    "tune": ("m1", "m3", "m5", "f1", "f3", "klatt"),
    "test": ("m2", "m4", "m7", "f2", "f4", "m8"),
}
EACH: Final[dict[Half, int]] = {"tune": 2, "test": 3}
"""Of so many sentences a speaker of the neural voice says one: a second takes a second."""
SPEEDS: Final = (0.7, 0.78, 0.85, 0.92, 1.0, 1.1)
"""Of a speaker's own pace, in turn."""
PACES: Final = (110, 130, 145, 160, 180, 200)
"""Words a minute that eSpeak NG is asked for, in turn."""


class Speaker(Kokoro):
    """The neural voice with another speaker's style, at a speed of its own."""

    styles: NDArray[np.float32]
    speed: float = 1.0

    def _speak(self, numbers: list[int], language: Language) -> NDArray[np.float32]:  # noqa: ARG002
        style = self.styles[min(len(numbers), len(self.styles)) - 1][None, :]
        tokens = np.array([[0, *numbers, 0]], np.int64)
        told = {"tokens": tokens, "style": style, "speed": np.array([self.speed], np.float32)}
        (speech, *_) = self._session.run(None, told)
        return np.asarray(speech, np.float32).ravel()


def kokoro(half: Half) -> Iterator[tuple[str, Audio, int]]:
    """Give what the neural voice's speakers of a half say, with its syllables."""
    bring(CACHE, progress=lambda words: print(words, file=sys.stderr))
    voice = Speaker()
    for place, name in enumerate(KOKORO[half]):
        voice.styles = _style(name)
        for turn, sentence in enumerate(sentences(half)[place % EACH[half] :: EACH[half]]):
            voice.speed = SPEEDS[turn % len(SPEEDS)]
            spoken = at_telephone_rate(voice.say(sentence, "zh"))
            yield name, spoken.samples, characters(sentence)


def espeak(half: Half) -> Iterator[tuple[str, Audio, int]]:
    """Give what variants of eSpeak NG say, with its syllables."""
    bring(CACHE, progress=lambda words: print(words, file=sys.stderr))
    for place, name in enumerate(ESPEAK[half]):
        for turn, sentence in enumerate(sentences(half)):
            pace = PACES[(turn + place) % len(PACES)]
            said = at_telephone_rate(_espoken(f"cmn+{name}", pace, sentence))
            yield f"espeak-{name}", said.samples, characters(sentence)


def _style(name: str) -> NDArray[np.float32]:
    """Return a speaker's style: a row of 256 for sentences of 1, 2, 3 … letters."""
    folder = CACHE / "analysis" / "styles"
    if not (folder / f"{name}.bin").exists():
        _fetch_styles(folder)
    return np.fromfile(folder / f"{name}.bin", "<f4").reshape(-1, 256)


def _fetch_styles(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["npm", "pack", "--silent", STYLES], cwd=folder, check=True, capture_output=True)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        for member in archive.getmembers():
            if member.name.endswith(".bin") and (content := archive.extractfile(member)):
                (folder / Path(member.name).name).write_bytes(content.read())


def _espoken(voice: str, pace: int, words: str) -> Sound:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        command = [sys.executable, "-m", "sounds.espeak_library", "-v", voice, "-s", str(pace)]
        subprocess.run(
            [*command, "-w", str(path), "--", words],
            cwd=PROJECT,
            check=True,
            env={"PYTHONPATH": ":".join([str(PROJECT), *sys.path])},
        )
        return read_wav(path)
