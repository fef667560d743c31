"""Analyses a recording: who talks when, how loud, how fast. The package's only door to a file.

The audio is read once, in pieces of 30 s. Kept are a few bytes of each frame (`heard.py`), from
which talks are made at the end.
"""

import math
from pathlib import Path
from typing import Final

import numpy as np

from recordings.analysis.heard import Heard
from recordings.analysis.network import hear
from recordings.analysis.pieces import FRAME, LEAD, Piece, opened
from recordings.analysis.result import SILENCE_DB, VERSION, Analysis, Side
from recordings.analysis.spectra import spectra
from recordings.analysis.talks import clipped, noise_db, talks
from recordings.analysis.tones import find_tones, mute_tones, tones

FULL: Final = 32_100
"""Samples from here on are at full scale: G.711 has none above 32,124 (µ-law) or 32,256 (A-law)."""


def analysed(path: Path) -> Analysis:
    """Return what a recording of 8 kHz holds, mono or stereo. Raises OSError and NotAWavError."""
    with path.open("rb") as file:
        recording = opened(file, path)
        sides = [Heard.of(recording.frames) for _ in range(recording.layout.channels)]
        for piece in recording.pieces():
            _listen(piece, sides)
    return Analysis(
        version=VERSION,
        seconds=round(recording.seconds, 3),
        sides=tuple(_side(heard) for heard in sides),
    )


def _listen(piece: Piece, sides: list[Heard]) -> None:
    seen = [spectra(samples) for samples in piece.samples]
    kept = slice(piece.first, piece.first + piece.frames)
    for place, heard in enumerate(sides):
        other = seen[1 - place] if len(seen) == 2 else None
        likely, syllables = hear(seen[place], other)
        tone = find_tones(piece.samples[place], seen[place], likely)
        heard.level[kept] = seen[place].level[piece.own]
        heard.speech[kept] = np.round(likely[piece.own] * 255.0)
        heard.syllables[kept] = syllables[piece.own]
        heard.tone[kept] = tone[piece.own]
        _note_peaks(piece, place, heard)


def _note_peaks(piece: Piece, place: int, heard: Heard) -> None:
    begin = LEAD + piece.before * FRAME
    own = piece.samples[place][begin : begin + piece.frames * FRAME]
    peak = max(int(own.max()), -int(own.min()))
    heard.peak = max(heard.peak, peak)
    if peak >= FULL:
        full = (own >= FULL) | (own <= -FULL)
        counts = full.reshape(-1, FRAME).sum(axis=1)
        heard.full[piece.first : piece.first + piece.frames] = counts


def _side(heard: Heard) -> Side:
    network = tones(heard)
    mute_tones(heard)
    found = talks(heard)
    peak = 20.0 * math.log10(heard.peak / 32768.0) if heard.peak else SILENCE_DB
    return Side(
        talks=found,
        noise_db=noise_db(heard, found, network),
        peak_db=round(max(SILENCE_DB, peak), 1),
        clipped=round(clipped(heard, found), 6),
        tones=network,
    )
