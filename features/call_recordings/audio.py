"""Sends a recording's audio: whole, or the byte range that a player asks for.

Follows RFC 9110, section 14: a single range in bytes is honoured, anything else gets the whole
file, a range outside the file is refused with its length. What lies sealed, or in the S3-compatible
storage, is opened on its way, window by window. What was encoded for whoever asked (mp3, ogg) is
sent whole and kept nowhere.
"""

import wave
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path

import anyio.to_thread
from fastapi.responses import Response, StreamingResponse

from features.call_recordings.hearing import refusal
from recordings.convert import CannotEncode, Encoder, Format, TooBusy
from recordings.sealed import SealBroken
from recordings.sources import Bytes, windows
from web.problems import Refused


class AudioFormat(StrEnum):
    """What a recording can be had as."""

    WAV = "wav"
    """As it was taken in, as far as the house's format has kept it."""
    MP3 = "mp3"
    OGG = "ogg"


MEDIA_TYPES = {
    AudioFormat.WAV: "audio/wav",
    AudioFormat.MP3: "audio/mpeg",
    AudioFormat.OGG: "audio/ogg",
}


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes `first` to `last`, both included, of a file of `size` bytes."""

    first: int
    last: int
    size: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"bytes {self.first}-{self.last}/{self.size}"


class OutsideError(ValueError):
    """The range asked for lies outside the file."""


def span(asked: str | None, size: int) -> Span | None:
    """Return the part of a file that a Range header asks for; None: send the whole.

    Raises OutsideError when the range is well formed and no byte of it exists.
    """
    unit, _, ranges = (asked or "").partition("=")
    first, dash, last = ranges.strip().partition("-")
    if unit.strip().lower() != "bytes" or not dash or len(ranges) > 50:
        return None
    if not all(part == "" or (part.isascii() and part.isdigit()) for part in (first, last)):
        return None
    if first == "":
        return _tail(last, size)
    begin, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < begin:
        return None  # malformed by the RFC: the header is ignored
    if begin >= size:
        raise OutsideError
    return Span(begin, end, size)


def _tail(last: str, size: int) -> Span | None:
    if last == "":
        return None
    if int(last) == 0 or size == 0:
        raise OutsideError
    return Span(max(0, size - int(last)), size - 1, size)


async def sent(
    of: Bytes, media_type: str, asked: str | None, disposition: str
) -> StreamingResponse:
    """Return the response with a recording as it lies, or the asked part of it.

    Raises Refused: 416 for a part that is not there, and what `hearing.refusal` says when the
    first bytes cannot be read.
    """
    try:
        part = span(asked, of.size)
    except OutsideError:
        headers = {"Content-Range": f"bytes */{of.size}"}
        raise Refused(416, f"The audio has {of.size} bytes.", headers=headers) from None
    whole = Span(0, of.size - 1, of.size)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str((part or whole).length),
        "Content-Disposition": disposition,
    }
    if part:
        headers["Content-Range"] = str(part)
    pieces = windows(of, (part or whole).first, (part or whole).length, grows=of.is_far)
    try:
        first = await anyio.to_thread.run_sync(next, pieces, b"")
    except (OSError, EOFError, SealBroken) as error:
        raise refusal(error) from None
    return StreamingResponse(
        chain((first,), pieces),
        status_code=206 if part else 200,
        media_type=media_type,
        headers=headers,
    )


async def encoded(encoder: Encoder, path: Path, form: AudioFormat, disposition: str) -> Response:
    """Return the response with a recording in another format than the store's.

    Raises Refused: 503 when too many wait, 422 when it can only be had as WAV, 410 when it cannot
    be read.
    """
    try:
        audio = await encoder.encoded(path, Format(form.value))
    except TooBusy as busy:
        raise Refused(503, str(busy), headers={"Retry-After": "10"}) from None
    except CannotEncode as cannot:
        raise Refused(422, str(cannot)) from None
    except (OSError, EOFError, wave.Error):
        raise Refused(410, "This recording's audio cannot be read.") from None
    headers = {
        "Accept-Ranges": "none",
        "Content-Disposition": disposition,
    }
    return Response(audio, media_type=MEDIA_TYPES[form], headers=headers)
