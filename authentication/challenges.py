"""Challenges for passkeys: drawn here, good for some minutes, for one purpose, and once.

A challenge goes to the browser with a ticket, by which this process knows it again: nothing is kept
for strangers who ask for many. Only what was answered well is remembered, until it is too old.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from authentication.passkeys import bytes_of, text_of

GOOD_FOR: Final = timedelta(minutes=5)
BYTES: Final = 32
LONGEST_TICKET: Final = 200
MOST_USED: Final = 100_000
"""Answers within GOOD_FOR that are remembered; more are refused."""


class ChallengeError(Exception):
    """The ticket is none of ours, too old, for something else, or was used."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a passkey is to sign, and the ticket that comes back with its answer."""

    challenge: bytes = field(repr=False)
    ticket: str = field(repr=False)


@dataclass(slots=True)
class Challenges:
    """Draws challenges and takes them back, each once."""

    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _used: dict[bytes, datetime] = field(default_factory=dict, repr=False)

    def draw(self, purpose: str, *, now: datetime) -> Challenge:
        """Return a challenge for one purpose, as `enter` or `add 17`."""
        drawn, until = secrets.token_bytes(BYTES), int((now + GOOD_FOR).timestamp())
        signed = text_of(self._mac(purpose, drawn, until))
        return Challenge(drawn, f"{text_of(drawn)}.{until}.{signed}")

    def take(self, ticket: str, purpose: str, *, now: datetime) -> bytes:
        """Return the challenge of a ticket, which is then used up. Raises ChallengeError."""
        try:
            drawn_text, until_text, signed = ticket[: LONGEST_TICKET + 1].split(".")
            drawn, until, mac = bytes_of(drawn_text), int(until_text), bytes_of(signed)
        except ValueError:
            raise ChallengeError from None
        if not hmac.compare_digest(mac, self._mac(purpose, drawn, until)):
            raise ChallengeError
        self._forget(now)
        if until < now.timestamp() or drawn in self._used or len(self._used) >= MOST_USED:
            raise ChallengeError
        self._used[drawn] = now + GOOD_FOR
        return drawn

    def _forget(self, now: datetime) -> None:
        for drawn in [each for each, until in self._used.items() if until < now]:
            del self._used[drawn]

    def _mac(self, purpose: str, drawn: bytes, until: int) -> bytes:
        return hmac.digest(self._key, f"{purpose}\0{until}\0".encode() + drawn, "sha256")
