"""The few things of a SIP message that we look at. Does no I/O.

Everything here was sent by strangers: it is cut short and cleaned before anybody sees it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from callflow.text import clean

LONGEST_VALUE: Final = 120
_LINE = re.compile(rb"\r?\n")
_FOLDED = re.compile(rb"\r?\n[ \t]+")
_SHORT: Final = {b"i": "call-id", b"f": "from", b"t": "to", b"c": "content-type"}
_KEPT: Final = frozenset(
    {
        "call-id",
        "cseq",
        "from",
        "to",
        "content-type",
        "require",
        "unsupported",
        "authorization",
        "server",
    }
)
_USER = re.compile(r"(?:sips?:|tel:)([^@;>\s]*)")
_CODEC = re.compile(rb"(?m)^a=rtpmap:\d+ ([A-Za-z0-9-]{1,20})")
_AUDIO = re.compile(rb"(?m)^m=audio \d+ ([A-Z/]{1,20}) ([\d ]{1,60})")
_STATIC: Final = {"0": "PCMU", "3": "GSM", "4": "G723", "8": "PCMA", "9": "G722", "18": "G729"}
_SIGNAL = re.compile(rb"(?im)^\s*Signal\s*=\s*([0-9A-D*#]{1,2})")
_PLAIN = re.compile(rb"\s*([0-9A-D*#]{1,2})\s*")
_CODES: Final = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}


@dataclass(frozen=True, slots=True)
class Message:
    """A SIP message: `status` 0 for a request, whose `method` it is; else the method answered."""

    status: int
    method: str
    target: str
    """A request's whole address, cleaned; empty in an answer."""
    headers: dict[str, str]
    body: bytes

    @property
    def call_id(self) -> str:
        return self.headers.get("call-id", "")

    @property
    def number(self) -> str:
        """The CSeq's number and method."""
        return self.headers.get("cseq", "")

    def user(self, header: str) -> str:
        """Return the user of the address in From, To or (empty) the request."""
        found = _USER.search(self.headers.get(header, "") if header else self.target)
        return found[1] if found else ""


def read(raw: bytes) -> Message | None:
    """Return the message, None for what is none."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = _LINE.split(_FOLDED.sub(b" ", head))
    headers = dict(_headers(lines))
    words = first.split(b" ", 2)
    if len(words) < 3:
        return None
    if words[0] == b"SIP/2.0":
        status = int(words[1]) if words[1].isdigit() and len(words[1]) == 3 else 0
        method = headers.get("cseq", "").rpartition(" ")[2]
        return Message(status, method, "", headers, body) if status and method else None
    return Message(0, _text(words[0]), _text(words[1]), headers, body)


def codecs(body: bytes) -> str:
    """Return what an SDP offers in its first audio, `RTP/SAVP G729 PCMA`; empty: no audio."""
    audio = _AUDIO.search(body)
    if audio is None:
        return ""
    named = [one.decode() for one in _CODEC.findall(body) if one != b"telephone-event"]
    static = [_STATIC[one] for one in audio[2].decode().split() if one in _STATIC]
    return clean(" ".join([audio[1].decode(), *dict.fromkeys([*static, *named])]), LONGEST_VALUE)


def key(message: Message) -> str:
    """Return the key that an INFO tells, in both kinds; empty: it tells none."""
    kind = message.headers.get("content-type", "").lower()
    if kind.startswith("application/dtmf-relay"):
        found = _SIGNAL.search(message.body)
    elif kind.startswith("application/dtmf"):
        found = _PLAIN.match(message.body)
    else:
        return ""
    told = found[1].decode().upper() if found else ""
    return _CODES.get(told, told[:1])


def _headers(lines: list[bytes]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon:
            continue
        small = name.strip().lower()
        known = _SHORT.get(small) or small.decode("ascii", "replace")
        if known in _KEPT:
            yield known, _text(value)


def _text(value: bytes) -> str:
    return clean(value.decode("utf-8", "replace"), LONGEST_VALUE)
