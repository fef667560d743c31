"""Real speech whose words are printed: Asterisk's prompts in five languages.

The packages with the sounds come with a list of what is said in each. Its syllables are the vowels
that eSpeak NG would speak: in one process (`python -m bench.analysis.printed VOICE`), a line each.
"""

import ctypes
import gzip
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

from bench.voice_activity.catalogue import Half
from bench.voice_activity.packages import CACHE, PROJECT, fetched, unpacked
from bench.voice_activity.shelf import decoded
from bench.voice_activity.types import Audio
from sounds.voice_packages import bring

LANGUAGES: Final[dict[Half, tuple[tuple[str, str], ...]]] = {
    "tune": (("en", "en-us"), ("es", "es-419"), ("it", "it")),
    "test": (("fr", "fr"), ("ru", "ru")),
}
LEAST_LETTERS: Final = 12
"""Shorter ones are single words, of which many are abbreviations or notes."""
MOST: Final = 150
"""Prompts of a language."""
_LINE = re.compile(r"^([\w/-]+): +(.+)$")
_NOTE = re.compile(r"[\[(<{].*?[\])>}]")
_VOWELS = re.compile(r"[aeiouyøœɐɑɒɔəɘɛɜɞɨɪɯɵʊʉʌʏæɚɝᵻ]")
_GLIDES: Final = ("aɪ", "aʊ", "eɪ", "oʊ", "ɔɪ", "əʊ")
_LONG = re.compile(r"[ː̃ˈˌ]")


def printed(half: Half) -> Iterator[tuple[str, Audio, int]]:
    """Give prompts of a half with their syllables."""
    bring(CACHE, progress=lambda words: print(words, file=sys.stderr))
    for language, voice in LANGUAGES[half]:
        package = f"asterisk-core-sounds-{language}"
        said = _said(package, language)
        sounds = {path.stem: path for path in sorted(unpacked(f"{package}-wav").rglob("*.wav"))}
        chosen = [name for name in said if name in sounds][:: max(1, len(said) // MOST)]
        counts = _counted(voice, [said[name] for name in chosen])
        for name, count in zip(chosen, counts, strict=True):
            audio = decoded(sounds[name])
            if audio is not None and count:
                yield f"prompts-{language}", audio, count


def _said(package: str, language: str) -> dict[str, str]:
    """Return what is said in each sound of a package."""
    name = f"./usr/share/doc/{package}/core-sounds-{language}.txt.gz"
    tar = subprocess.run(
        ["dpkg-deb", "--fsys-tarfile", fetched(package)], check=True, capture_output=True
    )
    content = subprocess.run(
        ["tar", "x", "-O", name], input=tar.stdout, check=True, capture_output=True
    )
    text = gzip.decompress(content.stdout).decode("utf-8", "replace")
    lines = (_LINE.match(line.strip()) for line in text.splitlines() if not line.startswith(";"))
    found = {Path(line[1]).name: line[2] for line in lines if line}
    return {
        name: words
        for name, words in found.items()
        if len(words) >= LEAST_LETTERS and not _NOTE.search(words)
    }


def _counted(voice: str, texts: list[str]) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.analysis.printed", voice],
        input="\n".join(texts),
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join([str(PROJECT), *sys.path]), "LANG": "C.UTF-8"},
    )
    return [syllables(line) for line in done.stdout.splitlines()]


def syllables(phonemes: str) -> int:
    """Return how many syllables there are in letters of the International Phonetic Alphabet."""
    plain = _LONG.sub("", phonemes)
    for glide in _GLIDES:
        plain = plain.replace(glide, "a")
    return len(_VOWELS.findall(plain))


def _phonemes(voice: str) -> None:
    """Print the phonemes of each line that comes in."""
    loader = import_module("espeakng_loader")
    library = ctypes.CDLL(loader.get_library_path())
    library.espeak_Initialize(1, 0, str(Path(loader.get_data_path()).parent).encode(), 0)
    if library.espeak_SetVoiceByName(voice.encode()):
        sys.exit(f"no voice {voice}")
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    for line in sys.stdin.read().split("\n"):
        text = ctypes.c_char_p(line.encode())
        parts = []
        while text.value is not None:
            part = library.espeak_TextToPhonemes(ctypes.byref(text), 1, 2)
            parts.append((part or b"").decode())
        print(" ".join(parts))


if __name__ == "__main__":
    _phonemes(sys.argv[1])
