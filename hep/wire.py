"""Cuts a HEPv3 packet into what it copies: one SIP message, and between whom. Does no I/O.

A packet is `HEP3`, its length, and chunks of vendor, type, length and value (a draft of
sipcapture.org). Only what Asterisk's `res_hep_pjsip` sends is read; whatever else comes is no
packet of ours.
"""

import hmac
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 64 * 1024
_HEAD: Final = struct.Struct("!4sH")
_CHUNK: Final = struct.Struct("!HHH")
_SOURCE: Final = {3: socket.AF_INET, 5: socket.AF_INET6}
_TARGET: Final = {4: socket.AF_INET, 6: socket.AF_INET6}
_KEY, _PAYLOAD, _CORRELATION = 14, 15, 17


class NotHepError(ValueError):
    """Bytes that are no whole packet of ours."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy of one SIP message."""

    source: str
    """The address that it came from, without the port."""
    target: str
    about: str
    """The channel's name once there is one, else the Call-ID."""
    message: bytes


def copied(packet: bytes, *, password: str) -> Copied:
    """Return what a packet copies. Raises NotHepError, also for another password."""
    chunks = _chunks(packet)
    if not hmac.compare_digest(chunks.get(_KEY, b""), password.encode()):
        raise NotHepError("another password")
    return Copied(
        _address(chunks, _SOURCE),
        _address(chunks, _TARGET),
        chunks.get(_CORRELATION, b"").decode("utf-8", "replace"),
        chunks.get(_PAYLOAD, b""),
    )


def _chunks(packet: bytes) -> Mapping[int, bytes]:
    if len(packet) < _HEAD.size or len(packet) > LONGEST:
        raise NotHepError("too short, or too long")
    name, length = _HEAD.unpack_from(packet)
    if name != b"HEP3" or length != len(packet):
        raise NotHepError("no HEP of version 3")
    found: dict[int, bytes] = {}
    at = _HEAD.size
    while at + _CHUNK.size <= len(packet):
        _, kind, size = _CHUNK.unpack_from(packet, at)
        if size < _CHUNK.size or at + size > len(packet):
            raise NotHepError("a chunk without its end")
        found[kind] = packet[at + _CHUNK.size : at + size]
        at += size
    return found


def _address(chunks: Mapping[int, bytes], kinds: Mapping[int, socket.AddressFamily]) -> str:
    for kind, family in kinds.items():
        if kind in chunks:
            try:
                return socket.inet_ntop(family, chunks[kind])
            except ValueError:
                break
    return ""
