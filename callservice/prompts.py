"""Prompts in memory: each sentence in each language, cut into 20 ms packets."""

import re
import wave
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import structlog

from callflow.call import Language
from callflow.dialogues.notify import MESSAGE
from callflow.rules.questions import OWN
from line.wire import packets

_log = structlog.get_logger(__name__)
Packets = Sequence[bytes]


class Prompts:
    """Prompts by language and name, read once at the start."""

    def __init__(
        self, prompts: Mapping[tuple[Language, str], Packets], *, spoken: Path | None = None
    ) -> None:
        """`spoken` is the folder of the words of single campaigns, read when first said."""
        self._prompts = dict(prompts)
        self._spoken = spoken

    def __len__(self) -> int:
        return len(self._prompts)

    def also(self, name: str, packets: Packets) -> "Prompts":
        """Return these prompts and one more, the same in every language."""
        return Prompts({**self._prompts, **{(each, name): packets for each in Language}})

    def take(self, name: str, language: Language) -> Packets:
        """Return a prompt; one that is missing is silence and a line in the log.

        The caller first: a dialogue with a sentence missing is better than none.
        """
        if name.startswith(OWN) and (language, name) not in self._prompts:
            self._read(name)
        found = self._prompts.get((language, name)) or self._prompts.get((Language.CHINESE, name))
        if found is None:
            _log.error("prompt missing", prompt=name, language=language.value)
            return ()
        return found

    def _read(self, name: str) -> None:
        """Take in the words of a campaign that are spoken by now."""
        if self._spoken is not None:
            self._prompts |= _read(self._spoken, name)


def filled(folder: Path, *, spoken: Path | None = None) -> Prompts:
    """Read every `folder/{zh,en}/*.wav` (8 kHz, mono, 16 bit); skip what is not that."""
    return Prompts(_read(folder, "*"), spoken=spoken)


def _read(folder: Path, names: str) -> dict[tuple[Language, str], Packets]:
    prompts: dict[tuple[Language, str], Packets] = {}
    for language in Language:
        for path in sorted((folder / language.value).glob(f"{names}.wav")):
            try:
                prompts[language, path.stem] = packets(_pcm(path))
            except (OSError, EOFError, wave.Error, ValueError) as error:
                _log.error("prompt unreadable", path=str(path), error=str(error))
    return prompts


def with_message(prompts: Prompts, folder: Path, name: str) -> Prompts:
    """Return the prompts and the message of an emergency notification, `7_1`.

    Raises OSError, EOFError, wave.Error or ValueError when there is no such message: without it
    there is nothing to tell.
    """
    if not _MESSAGE.fullmatch(name):
        raise ValueError(f"{name!r} names no message")
    return prompts.also(MESSAGE, _message(folder / f"{name}.wav"))


_MESSAGE = re.compile(r"[0-9]{1,18}_[0-9]{1,9}")


@lru_cache(maxsize=8)
def _message(path: Path) -> Packets:
    """Read one message; a file of this name is never another one later."""
    return packets(_pcm(path))


def _pcm(path: Path) -> bytes:
    with wave.open(str(path), "rb") as sound:
        shape = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth())
        if shape != (8000, 1, 2):
            raise ValueError(f"{shape[0]} Hz, {shape[1]} channels, {shape[2]} bytes")
        return sound.readframes(sound.getnframes())
