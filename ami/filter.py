"""Filter between us and AMI, in both directions. Does no I/O.

In: messages are cut out of the byte stream whole, so a Chinese character split between two TCP
segments stays whole, and every event must prove that Asterisk itself sent it. What a caller puts
into a SIP header can reach AMI with raw line ends, and then looks like headers or events. But
Asterisk writes `Event, Privilege, Timestamp, SystemName` before anything a caller sent, and
SystemName is random at every start: an event without it in that place is forged. A header that
stands twice is forged too, in the second place or the first. Answers must carry an ActionID of
ours, which nobody can guess.

Out: no control character ever, so that a value cannot become a header or an action.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MESSAGE_LIMIT: Final = 256 * 1024
"""Bytes of one message; Asterisk's longest events have a few kilobytes."""
SYSTEM_NAME_PLACE: Final = 4
"""SystemName is one of the first four headers: nothing from a caller comes before it."""

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_END = b"\r\n\r\n"


class Overlong(Exception):
    """The peer sends a message without an end: nothing that follows can be read."""


class Unsendable(ValueError):
    """A value that must not reach Asterisk: control characters, or not of the expected form."""


class Refusal(StrEnum):
    """Why a message was kept from everybody."""

    MALFORMED = "malformed"
    """A line that is no header: never written by Asterisk."""
    TWICE = "header_twice"
    NOT_OURS = "unknown_action"
    """An answer to an action that we did not send."""
    FORGED = "system_name"
    """An event without the name of this run of Asterisk in its place."""
    INCOMPLETE = "incomplete"
    """An event that lacks what its kind always has: cut off by an injected line end."""


@dataclass(frozen=True)
class Heard:
    """One message that may be believed: its headers, keys as Asterisk writes them."""

    headers: Mapping[str, str]
    answers: bool = False
    """It carries an ActionID of ours."""

    @property
    def event(self) -> str:
        return self.headers.get("Event", "")

    @property
    def action_id(self) -> str:
        return self.headers.get("ActionID", "")


class Frames:
    """Cuts the byte stream into messages, each decoded as a whole."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._greeted = False

    def feed(self, data: bytes) -> list[str]:
        """Return the messages that `data` completes. Raises Overlong."""
        self._buffer += data
        texts: list[str] = []
        if not self._greeted and not self._greeting():
            return texts
        while (end := self._buffer.find(_END, self._searched)) >= 0:
            texts.append(self._buffer[:end].decode("utf-8", "replace"))
            del self._buffer[: end + len(_END)]
            self._searched = 0
        self._searched = max(0, len(self._buffer) - len(_END) + 1)
        self._check()
        return texts

    def _greeting(self) -> bool:
        """Take off Asterisk's first line, which is no message."""
        end = self._buffer.find(b"\r\n")
        if end < 0:
            self._check()
            return False
        del self._buffer[: end + 2]
        self._greeted = True
        return True

    def _check(self) -> None:
        if len(self._buffer) > MESSAGE_LIMIT:
            raise Overlong(f"{len(self._buffer)} bytes without an end")


def admitted(text: str, *, boot: str | None, prefix: str) -> Heard | Refusal:
    """Return a message's headers, or why nobody may see it.

    `boot` is the SystemName of the running Asterisk, None while it is unknown (then no event
    passes but FullyBooted); `prefix` begins all our ActionIDs.
    """
    headers: dict[str, str] = {}
    place = 0
    for number, line in enumerate(text.split("\r\n"), 1):
        key, colon, value = line.partition(":")
        if not colon or not _KEY.fullmatch(key) or _CONTROL.search(value):
            return Refusal.MALFORMED
        if key in headers:
            return Refusal.TWICE
        headers[key] = value.removeprefix(" ")
        if key == "SystemName":
            place = number
    heard = Heard(headers, answers=headers.get("ActionID", "").startswith(prefix))
    if heard.answers:
        return heard
    if not heard.event:
        return Refusal.NOT_OURS
    # Sent to each new session by itself, without SystemName; all it can do is cause a resync.
    if heard.event == "FullyBooted":
        return heard
    genuine = boot is not None and headers.get("SystemName") == boot
    return heard if genuine and 0 < place <= SYSTEM_NAME_PLACE else Refusal.FORGED


def sendable(fields: Mapping[str, str | int]) -> dict[str, str]:
    """Return an action's headers, checked. Raises Unsendable."""
    checked: dict[str, str] = {}
    for key, value in fields.items():
        text = str(value)
        if not _KEY.fullmatch(key) or _CONTROL.search(text) or len(text) > 1000:
            raise Unsendable(f"{key}: {text[:80]!r}")
        checked[key] = text
    return checked
