"""The AudioSocket wire: bytes in, messages out. Does no I/O.

A message is one byte of kind, two bytes of length (big endian), then that many bytes:

    0x00 hang-up    0x01 the leg's uuid (16 bytes)    0x03 a DTMF digit (1 byte)
    0x10 audio: 320 bytes, 20 ms of signed 16-bit little-endian sound at 8 kHz    0xff an error

Nothing else is sent to us by Asterisk; who sends it is a stranger, and is disconnected.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

HANGUP: Final = 0x00
UUID_KIND: Final = 0x01
DTMF: Final = 0x03
AUDIO: Final = 0x10
ERROR: Final = 0xFF

FRAME_SECONDS: Final = 0.02
FRAME_BYTES: Final = 320
_HEADER: Final = 3
_LONGEST: Final = 2048
"""Bytes of the longest message taken; Asterisk's longest is an audio frame of 640."""

AUDIO_HEADER: Final = bytes((AUDIO,)) + FRAME_BYTES.to_bytes(2, "big")
SILENCE: Final = AUDIO_HEADER + bytes(FRAME_BYTES)
"""One 20 ms packet of silence, for us to send."""
GOODBYE: Final = bytes((HANGUP, 0, 0))
"""The packet that ends our leg of the call."""


@dataclass(frozen=True, slots=True)
class Identified:
    """The first message: which leg this is."""

    leg: UUID


@dataclass(frozen=True, slots=True)
class Digit:
    """A key was pressed: one of 0-9 A-D * #."""

    digit: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The other side hangs the leg up, or reports that it failed."""


class NotAudioSocketError(Exception):
    """The peer does not speak AudioSocket; the connection is worth nothing."""


Message = bytes | Identified | Digit | Ended
"""`bytes` is audio as it came; its length is the sender's choice."""


class Wire:
    """The reading half of one connection."""

    def __init__(self) -> None:
        self._rest = b""
        self._identified = False

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that are whole now; raise NotAudioSocketError on anything else."""
        data = self._rest + data if self._rest else data
        messages: list[Message] = []
        at, size = 0, len(data)
        while size - at >= _HEADER:
            kind = data[at]
            length = data[at + 1] << 8 | data[at + 2]
            if length > _LONGEST:
                raise NotAudioSocketError(f"a message of {length} bytes")
            end = at + _HEADER + length
            if end > size:
                if not self._identified and kind != UUID_KIND:
                    raise NotAudioSocketError(f"began with kind {kind:#04x}")
                break
            messages.append(self._read(kind, data[at + _HEADER : end]))
            at = end
        self._rest = data[at:]
        return messages

    def _read(self, kind: int, payload: bytes) -> Message:
        if not self._identified:
            if kind != UUID_KIND or len(payload) != 16:
                raise NotAudioSocketError(f"began with kind {kind:#04x}, {len(payload)} bytes")
            self._identified = True
            return Identified(UUID(bytes=payload))
        match kind:
            case 0x10:
                return payload
            case 0x03 if len(payload) == 1 and payload in b"0123456789*#ABCD":
                return Digit(payload.decode())
            case 0x00 | 0xFF:
                return Ended()
            case _:
                raise NotAudioSocketError(f"kind {kind:#04x}, {len(payload)} bytes")


def packets(pcm: bytes) -> list[bytes]:
    """Cut sound (signed 16-bit, 8 kHz, mono) into packets of 20 ms; the last is filled up."""
    return [
        AUDIO_HEADER + pcm[start : start + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
        for start in range(0, len(pcm), FRAME_BYTES)
    ]
