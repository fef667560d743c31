"""Makes the message of one emergency notification: its text spoken, or a recording brought to the
line.

    echo 因抢修… | python -m sounds.notification --language zh --out 7_1.wav
    python -m sounds.notification --recording 7_2.upload --out 7_2.wav
A program of its own, nice to others: it may take a minute of a processor, and calls go on
meanwhile. It ends with 0, or with `CANNOT_SAY` or `CANNOT_USE` and a sentence.
"""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from sounds.shaping import NothingHeard, shaped
from sounds.sound import TELEPHONE_RATE, Samples, Sound, wav_bytes, write_whole
from sounds.texts import LANGUAGES, Language
from sounds.uploads import CannotUse, brought
from sounds.voice import CannotSay, Voice
from sounds.voices import best_voices

CANNOT_SAY: Final = 3
CANNOT_USE: Final = 4
NICE: Final = 10
PAUSE: Final = 0.35
"""Seconds between two sentences."""
_LONGEST_PIECE: Final = 60
"""Characters that the voice is given at once; the model takes some 500 sounds."""
_SENTENCES = re.compile(r"(?<=[。！？；!?;\n])|(?<=[.])(?=\s)")
_CLAUSES = re.compile(r"(?<=[，、：,:])")


def spoken(text: str, language: Language, voice: Voice) -> Sound:
    """Return a text as speech, sentence by sentence. Raises CannotSay."""
    pause = np.zeros(int(PAUSE * TELEPHONE_RATE), np.float32)
    parts: list[Samples] = []
    for piece in pieces(text):
        try:
            parts += [shaped(voice.say(piece, language)).samples, pause]
        except NothingHeard as error:
            raise CannotSay(f"{piece!r}: {error}") from error
    if not parts:
        raise CannotSay("there is nothing to speak in it")
    return Sound(np.concatenate(parts[:-1]), TELEPHONE_RATE)


def pieces(text: str) -> list[str]:
    """Cut a text where a speaker breathes, into pieces that the voice can take."""
    cut = [
        piece[begin : begin + 4 * _LONGEST_PIECE]
        for sentence in _SENTENCES.split(text)
        for piece in (_CLAUSES.split(sentence) if len(sentence) > _LONGEST_PIECE else [sentence])
        for begin in range(0, len(piece), 4 * _LONGEST_PIECE)
    ]
    return [piece.strip() for piece in cut if any(letter.isalnum() for letter in piece)]


def recorded(path: Path) -> Sound:
    """Return an uploaded recording as callers shall hear it. Raises CannotUse."""
    return brought(path, "wav")


def main(words: Sequence[str] | None = None) -> int:
    """Make one message as the options say; return how it ended."""
    options = argparse.ArgumentParser(prog="python -m sounds.notification", description=__doc__)
    options.add_argument("--out", type=Path, required=True)
    options.add_argument("--cache", type=Path, default=Path(".cache"), help="for the voice")
    options.add_argument("--language", choices=LANGUAGES, default="zh")
    options.add_argument("--recording", type=Path)
    asked = options.parse_args(words)
    try:
        sound = recorded(asked.recording) if asked.recording else _said(asked)
    except CannotSay as error:
        print(f"The text cannot be spoken: {error}", file=sys.stderr)
        return CANNOT_SAY
    except CannotUse as error:
        print(f"The recording cannot be used: {error}", file=sys.stderr)
        return CANNOT_USE
    write_whole(asked.out, wav_bytes(sound))
    return 0


def _said(asked: argparse.Namespace) -> Sound:
    voice = best_voices(asked.cache, progress=lambda line: print(line, file=sys.stderr))
    return spoken(sys.stdin.buffer.read().decode(), asked.language, voice)


if __name__ == "__main__":
    os.nice(NICE)
    sys.exit(main())
