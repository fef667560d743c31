"""The plain voice: eSpeak NG, from the machine or from the voice packages.

Sounds like a machine and is understood; it speaks where the neural voice cannot.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import wave
from importlib.util import find_spec
from pathlib import Path

from sounds.sound import Sound, read_wav
from sounds.texts import Language
from sounds.voice import CannotSay

_VOICES: dict[Language, str] = {"zh": "cmn", "en": "en-us"}
_WORDS_A_MINUTE: dict[Language, int] = {"zh": 150, "en": 145}
_PROJECT = str(Path(__file__).resolve().parent.parent)
_TIME_LIMIT = 30.0
"""Seconds for one sentence."""


class Espeak:
    """The eSpeak NG of this machine. Raises `CannotSay` when there is none."""

    name = "espeak-ng"

    def __init__(self) -> None:
        self._command = _command()

    def say(self, words: str, language: Language) -> Sound:
        """Return the words as speech at 22,050 Hz."""
        with tempfile.TemporaryDirectory(prefix="thirdring-voice-") as folder:
            path = Path(folder) / "said.wav"
            self._run(words, language, path)
            try:
                return read_wav(path)
            except (wave.Error, EOFError, OSError) as error:
                raise CannotSay(f"espeak-ng wrote no sound: {error}") from error

    def _run(self, words: str, language: Language, path: Path) -> None:
        pace = str(_WORDS_A_MINUTE[language])
        try:
            done = subprocess.run(  # noqa: S603 - our own words, as one argument, no shell
                [*self._command, "-v", _VOICES[language], "-s", pace, "-w", str(path), "--", words],
                capture_output=True,
                timeout=_TIME_LIMIT,
                check=False,
                env={**os.environ, "PYTHONPATH": os.pathsep.join([_PROJECT, *sys.path])},
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotSay(f"espeak-ng does not run: {error}") from error
        if done.returncode:
            why = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            raise CannotSay(f"espeak-ng failed: {' '.join(why)}")


def _command() -> list[str]:
    if program := shutil.which("espeak-ng"):
        return [program]
    if find_spec("espeakng_loader"):
        return [sys.executable, "-m", "sounds.espeak_library"]
    raise CannotSay("there is no espeak-ng on this machine")
