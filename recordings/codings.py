"""What a recording may be kept as. Does no I/O."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Coding(StrEnum):
    """What a recording is kept as."""

    WAV = "wav"
    FLAC = "flac"
    OPUS = "opus"
    """In Ogg (RFC 7845)."""
    MP3 = "mp3"


LOSSLESS: Final = frozenset({Coding.WAV, Coding.FLAC})
SUFFIX: Final = {Coding.WAV: ".wav", Coding.FLAC: ".flac", Coding.OPUS: ".ogg", Coding.MP3: ".mp3"}
MEDIA_TYPE: Final = {
    Coding.WAV: "audio/wav",
    Coding.FLAC: "audio/flac",
    Coding.OPUS: "audio/ogg",
    Coding.MP3: "audio/mpeg",
}


@dataclass(frozen=True, slots=True)
class How:
    """How a recording is encoded; `kbit` a second of what loses something."""

    coding: Coding
    kbit: int = 0
