"""Passwords: checked and kept with Argon2, off the event loop, and what a good one is.

A number that nobody has costs as much as a wrong password: Argon2 runs for both, so that nobody
can find out by the clock which numbers exist.
"""

import functools
import secrets
import unicodedata
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from authentication.admission import TooManyAtOnceError

SHORTEST, LONGEST = 10, 200
"""Characters of a password; the longest keeps Argon2 from being fed a book."""

AT_ONCE = 1
"""Passwords that are looked at in the same moment, of strangers, and as many of others: each takes
64 MiB and 50 ms of a core."""

WAITING = 40
"""Passwords that may wait for that; more are turned away, or the desk would stand still."""

Answer = TypeVar("Answer")

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What one-time passwords are made of: nothing that is read as something else."""


class BadPasswordError(ValueError):
    """A password that must not be used; the text is one sentence for a person."""

    def __init__(self, fault: str, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = fault
        """`short`, `simple` or `own`: the same in the words of the pages."""


class Passwords:
    """Argon2 as the desk uses it."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._strange = anyio.CapacityLimiter(AT_ONCE)
        self._known = anyio.CapacityLimiter(AT_ONCE)
        self.checked = 0
        """How often Argon2 looked at a password, those for unknown numbers too."""

    async def fits(self, password: str, kept: str | None, *, known: bool = False) -> bool:
        """Return whether a password is the one that was kept; None is nobody's, and never fits.

        `known`: the account knows whence it comes, and does not wait behind strangers. Raises
        TooManyAtOnceError.
        """
        self.checked += 1
        limit = self._known if known else self._strange
        right = await self._off_the_loop(
            lambda: self._fits(password, kept or self._of_nobody), limit
        )
        return right and kept is not None

    async def kept(self, password: str) -> str:
        """Return what is kept of a password. Raises TooManyAtOnceError."""
        return await self._off_the_loop(lambda: self.kept_now(password), self._known)

    def kept_now(self, password: str) -> str:
        """Return what is kept of a password; takes 50 ms of the caller's own thread."""
        return self._hasher.hash(_normal(password))

    def is_dated(self, kept: str) -> bool:
        """Return whether a password was kept with less care than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _fits(self, password: str, kept: str) -> bool:
        try:
            return self._hasher.verify(kept, _normal(password))
        except (VerificationError, InvalidHashError):
            return False

    @functools.cached_property
    def _of_nobody(self) -> str:
        return self._hasher.hash(secrets.token_hex(16))

    async def _off_the_loop(
        self, look: Callable[[], Answer], limit: anyio.CapacityLimiter
    ) -> Answer:
        if limit.statistics().tasks_waiting >= WAITING:
            raise TooManyAtOnceError
        return await anyio.to_thread.run_sync(look, limiter=limit)


def one_time() -> str:
    """Return a password for the first sign-in, as `k7wd-m3xp-9fqa`: 59 bits, easy to read out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))


def require_good(password: str, *, number: str, name: str) -> None:
    """Raise BadPasswordError for a password that would be guessed: short, a run, or known of them.

    Length counts, not a mixture of signs: whoever must mix writes it on a note.
    """
    plain = _normal(password).casefold()
    if not SHORTEST <= len(plain) <= LONGEST:
        raise BadPasswordError("short", f"A password has {SHORTEST} to {LONGEST} characters.")
    if len(set(plain)) < 5 or plain in _RUNS or plain in _RUNS[::-1] or _is_common(plain, name):
        raise BadPasswordError("simple", "This password is too simple: anybody would try it soon.")
    own = [
        called for called in (name.casefold(), "".join(name.casefold().split())) if len(called) > 1
    ]
    if number in plain or any(called in plain for called in own):
        raise BadPasswordError("own", "A password must not hold your own number or name.")


def _is_common(plain: str, name: str) -> bool:
    """Tell whether a password stands on the lists that guessers try first, or is made of such.

    zxcvbn knows them: what leaked most often, words, keyboards, years, and how they are put
    together. Its beginning is enough, and a book would take it long.
    """
    from zxcvbn import zxcvbn  # noqa: PLC0415 (its lists take long to load; few type a password)

    known = [*_HABITS, *name.casefold().split()]
    return bool(zxcvbn(plain[:LONGEST_JUDGED], user_inputs=known)["score"] < GOOD_ENOUGH)


GOOD_ENOUGH = 3
"""zxcvbn's score from 10⁸ guesses on: with our pauses nobody comes near it."""
LONGEST_JUDGED = 64
_HABITS = (
    *("thirdring", "hotline", "rexian", "kefu", "woaini", "5201314", "1314520", "zhimakaimen"),
    *("888888", "666666", "a123456", "aa123456", "mima", "wodemima", "huanying", "password"),
)
"""Beside zxcvbn's lists: what is tried first in a house like ours."""

_RUNS = "01234567890123456789 abcdefghijklmnopqrstuvwxyz qwertyuiopasdfghjklzxcvbnm"


def _normal(password: str) -> str:
    """Return the same text for the same keys, however the keyboard's software composed it."""
    return unicodedata.normalize("NFKC", password)
