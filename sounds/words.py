"""Speaks words that are no prompts of the project: what one campaign says.

`{"own_…": {"zh": "…", "en": "…"}}` becomes `{out}/{zh,en}/own_….wav`; an empty text becomes none.
"""

import json
import re
from pathlib import Path

from sounds.shaping import NothingHeard, shaped
from sounds.sound import wav_bytes, write_whole
from sounds.texts import LANGUAGES
from sounds.voice import CannotSay, Voice
from sounds.voices import best_voices

_NAME = re.compile(r"own_[0-9a-f]{16}")


def speak_all(asked: str, out: Path, cache: Path, *, voice: Voice | None = None) -> None:
    """Speak what is not there yet. Raises `SystemExit` with one sentence."""
    voice = voice or best_voices(cache, progress=print)
    for name, texts in json.loads(asked).items():
        if not _NAME.fullmatch(name):
            raise SystemExit(f"{name!r} is no name of words")
        for language in LANGUAGES:
            path = out / language / f"{name}.wav"
            words = str(texts.get(language, "")).strip()
            if not words or path.exists():
                continue
            try:
                write_whole(path, wav_bytes(shaped(voice.say(words, language))))
            except (CannotSay, NothingHeard) as error:
                raise SystemExit(f"{words!r} cannot be spoken: {error}") from error
