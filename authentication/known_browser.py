"""Known browsers: the mark of one that somebody signed in with before (device cookie, OWASP).

It opens nothing. It only says that this browser is not the stranger who guesses at the same number
at the same moment, so that strangers cannot lock out whose number it is. A browser keeps marks of
the last people who signed in with it: one seat serves several shifts.

`thirdring-device` is `nonce~number.day.mac~number.day.mac`, the newest first.
"""

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.requests import HTTPConnection
from starlette.responses import Response

from authentication import cookie

NAME = "thirdring-device"
LASTS = timedelta(days=180)
PEOPLE = 8
"""People whose marks one browser keeps."""
LONGEST = 1000

_KEY_BYTES = 32


def key(path: Path) -> bytes:
    """Return the key of the marks, made the first time. Raises OSError."""
    try:
        kept = path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
            new.write(secrets.token_bytes(_KEY_BYTES))
        beside.replace(path)
        kept = path.read_bytes()
    return kept


@dataclass(frozen=True, slots=True)
class Marks:
    """Makes marks and knows its own."""

    key: bytes = field(repr=False)

    def known(self, connection: HTTPConnection, number: str, *, now: datetime) -> str:
        """Return the mark of this browser for a number; empty when it has none that is good."""
        nonce, given = _given(connection)
        for whose, day, mac in given:
            fits = hmac.compare_digest(mac.encode(), self._mac(nonce, whose, day).encode())
            if whose == number and fits and _fresh(day, now):
                return f"{nonce}.{number}"
        return ""

    def put(
        self, response: Response, connection: HTTPConnection, number: str, *, now: datetime
    ) -> None:
        """Have a browser remember that a number was signed in with it."""
        nonce, given = _given(connection)
        if not any(self.known(connection, whose, now=now) for whose, _, _ in given):
            nonce, given = secrets.token_urlsafe(16), []  # what somebody planted is not built upon
        day = f"{now.astimezone(UTC):%Y%m%d}"
        others = [each for each in given if each[0] != number][: PEOPLE - 1]
        marks = [(number, day, self._mac(nonce, number, day)), *others]
        response.set_cookie(
            NAME,
            "~".join([nonce, *(".".join(mark) for mark in marks)]),
            path="/",
            max_age=int(LASTS.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=cookie.over_tls(connection),
        )

    def _mac(self, nonce: str, number: str, day: str) -> str:
        said = f"{nonce}\0{number}\0{day}".encode()
        made = hmac.new(self.key, said, hashlib.sha256).digest()[:16]
        return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _given(connection: HTTPConnection) -> tuple[str, list[tuple[str, str, str]]]:
    value = connection.cookies.get(NAME, "")
    if len(value) > LONGEST or not value.isascii():
        return "", []
    nonce, *marks = value.split("~")
    return nonce, list(_parted(marks[:PEOPLE]))


def _parted(marks: list[str]) -> Iterator[tuple[str, str, str]]:
    for mark in marks:
        match mark.split("."):
            case [number, day, mac]:
                yield number, day, mac


def _fresh(day: str, now: datetime) -> bool:
    try:
        began = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return False
    return now - began < LASTS
