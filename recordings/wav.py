"""WAV headers: writes one, and reads what a writer left behind.

Asterisk writes the two sizes of the header when it closes a file. After a crash they are 0 and the
audio is all there: the file's own size is the truth, the header never is.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

HEADER_BYTES = 44
SAMPLE_BYTES = 2
RATE = 8000
"""Hz: what a telephone line carries."""

_CHUNK = struct.Struct("<4sI")
_FORMAT = struct.Struct("<HHIIHH")
_PCM = 1
_LARGEST = 0xFFFF_FFFF - HEADER_BYTES


class NotAWavError(ValueError):
    """The file does not begin like a WAV file of 16-bit samples."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a file's audio is, and what it is: signed 16-bit little-endian, interleaved."""

    begins: int
    """Bytes before the first sample."""
    channels: int
    rate: int
    declared: int | None
    """Bytes of audio by the header; None where there is no header."""

    @property
    def frame_bytes(self) -> int:
        return self.channels * SAMPLE_BYTES

    def audio_bytes(self, size: int) -> int:
        """Return how many bytes of whole frames a file of `size` bytes holds."""
        return max(0, size - self.begins) // self.frame_bytes * self.frame_bytes

    def seconds(self, audio_bytes: int) -> float:
        return audio_bytes / (self.frame_bytes * self.rate)


RAW_STEREO = Layout(begins=0, channels=2, rate=RATE, declared=None)
"""What MixMonitor writes with `D` and a `.raw` name: left the caller, right what it hears."""


def header(layout: Layout, audio_bytes: int) -> bytes:
    """Return the 44 bytes in front of `audio_bytes` of audio."""
    size = min(audio_bytes, _LARGEST)  # longer than 4 GiB: players take the file's own length
    frame = layout.frame_bytes
    shape = (_PCM, layout.channels, layout.rate, layout.rate * frame, frame, SAMPLE_BYTES * 8)
    return (
        _CHUNK.pack(b"RIFF", size + HEADER_BYTES - _CHUNK.size)
        + b"WAVE"
        + _CHUNK.pack(b"fmt ", _FORMAT.size)
        + _FORMAT.pack(*shape)
        + _CHUNK.pack(b"data", size)
    )


def layout_of(file: BinaryIO) -> Layout:
    """Read the header of an open WAV file. Raises NotAWavError."""
    start = file.read(12)
    if len(start) < 12 or start[:4] != b"RIFF" or start[8:] != b"WAVE":
        raise NotAWavError("no RIFF header")
    shape: tuple[int, ...] | None = None
    while len(chunk := file.read(_CHUNK.size)) == _CHUNK.size:
        name, size = _CHUNK.unpack(chunk)
        if name == b"data":
            return _layout(shape, begins=file.tell(), declared=size)
        if name == b"fmt ":
            content = file.read(_FORMAT.size)
            if len(content) < _FORMAT.size or size < _FORMAT.size:
                break
            shape = _FORMAT.unpack(content)
            size -= _FORMAT.size
        file.seek(size + size % 2, 1)
    raise NotAWavError("no audio behind the header")


def _layout(shape: tuple[int, ...] | None, *, begins: int, declared: int) -> Layout:
    if shape is None:
        raise NotAWavError("no format before the audio")
    coding, channels, rate, _, _, bits = shape
    if coding != _PCM or bits != SAMPLE_BYTES * 8 or channels not in (1, 2) or rate <= 0:
        raise NotAWavError(f"coding {coding}, {bits} bits, {channels} channels")
    return Layout(begins=begins, channels=channels, rate=rate, declared=declared)
