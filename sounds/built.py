"""Knows which prompts are wanted and which of them stand built, without touching any audio.

Every prompt in every language has a key: a hash of its words (or of the recording that replaces
it) and of how it is made. `built.json` in the folder of sounds keeps the key of each file; the
same key and a file of the same size mean that there is nothing to do.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from sounds.texts import LANGUAGES, Language, Prompt

MAKING = "1"
"""How prompts are made; a change here builds all of them again."""
BEEP = "beep"
RECORDING_SUFFIXES = (".wav", ".mp3", ".m4a", ".ogg", ".opus", ".flac", ".aac", ".wma", ".amr")

_LIST = "built.json"


@dataclass(frozen=True)
class Wanted:
    """One file to have: what it shall say, or whose recording it is."""

    language: Language
    name: str
    words: str
    """Empty for the tone."""
    instead: str = ""
    """What is said when no voice can say `words`: a prompt's words without settings."""
    recording: Path | None = None

    @property
    def label(self) -> str:
        return f"{self.language}/{self.name}"

    @property
    def key(self) -> str:
        """Return what decides how the file sounds."""
        if self.recording is None:
            return words_key(self.language, self.words)
        kept = self.recording.stat()
        return _hashed("recording", self.recording.name, str(kept.st_mtime_ns), str(kept.st_size))


@dataclass(frozen=True)
class Built:
    """One file that was made: from which key, by which voice, and its size in bytes."""

    key: str
    voice: str
    size: int


def words_key(language: Language, words: str) -> str:
    """Return the key of words that a voice shall speak."""
    return _hashed("words", language, words)


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\0".join((MAKING, *parts)).encode()).hexdigest()[:24]


def wanted(
    texts: Mapping[str, Prompt], values: Mapping[str, str], recordings: Path | None
) -> Iterator[Wanted]:
    """Yield every file to have. Raises `BadPrompt` when a setting has no value."""
    for language in LANGUAGES:
        found = _recordings(recordings, language)
        for name, prompt in texts.items():
            words = prompt.spoken(language, values)
            other = texts[prompt.otherwise].spoken(language, values) if prompt.otherwise else ""
            yield Wanted(language, name, words, other, found.get(name))
        yield Wanted(language, BEEP, "", recording=found.get(BEEP))


def _recordings(folder: Path | None, language: Language) -> dict[str, Path]:
    """Return people's recordings by prompt; wav wins where one prompt has several."""
    if folder is None or not (folder / language).is_dir():
        return {}
    order = {suffix: place for place, suffix in enumerate(RECORDING_SUFFIXES)}
    files = [path for path in (folder / language).iterdir() if path.suffix.lower() in order]
    files.sort(key=lambda path: (order[path.suffix.lower()], path.name), reverse=True)
    return {path.stem: path for path in files}


class BuiltPrompts:
    """The files in the folder of sounds, as `built.json` tells and the folder bears out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._built = _read(folder / _LIST)

    @property
    def list(self) -> Path:
        return self.folder / _LIST

    def path(self, one: Wanted) -> Path:
        """Return the file of a prompt."""
        return self.folder / one.language / f"{one.name}.wav"

    def holds(self, one: Wanted) -> bool:
        """Tell whether the file for this prompt stands and says what it shall."""
        built = self._built.get(one.label)
        if built is None or built.key != one.key:
            return False
        try:
            return self.path(one).stat().st_size == built.size
        except OSError:
            return False

    def note(self, one: Wanted, *, voice: str, size: int) -> None:
        """Remember that this prompt's file was made."""
        self._built[one.label] = Built(one.key, voice, size)

    def clear(self, every: Iterable[Wanted]) -> None:
        """Take away the files of prompts that are wanted no more."""
        labels = {one.label for one in every}
        for label in sorted(self._built.keys() - labels):
            del self._built[label]
            (self.folder / f"{label}.wav").unlink(missing_ok=True)

    def listed(self) -> bytes:
        """Return the content of `built.json`."""
        built = {label: asdict(one) for label, one in sorted(self._built.items())}
        return (json.dumps(built, indent=1) + "\n").encode()

    def voices(self) -> dict[str, int]:
        """Return how many prompts each voice speaks."""
        counted: dict[str, int] = {}
        for built in self._built.values():
            counted[built.voice] = counted.get(built.voice, 0) + 1
        return counted


def _read(path: Path) -> dict[str, Built]:
    """Return the list of what was built; an unreadable one counts as nothing built."""
    try:
        return {label: Built(**one) for label, one in json.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
