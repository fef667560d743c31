"""Whose page is open: an agent whose browser is gone gets no callers (QUE-4). Does no I/O.

A page that reloads closes its stream and opens another at once, under another page name. So a
stream that is closed means different things as time passes: for `BLINK` perhaps only a stumbling
connection, then a page that is gone and with it the phone in it (`PhoneGone`), and after `GRACE`
somebody to whom no caller is offered (`Left`). `Back` follows when a page is open again.
Of several pages of a person one has the phone (`claim`): only its coming and going counts, as soon
as it is known. The pages of one browser settle among themselves which one that is.
Times are seconds of one monotonic clock.
"""

from dataclasses import dataclass, field
from typing import Final

BLINK: Final = 0.7
"""A stream that is back within this with the same page name was never gone."""
GRACE: Final = 3.0
START_GRACE: Final = 8.0
"""After our own start every page needs a moment to come back."""
FORGOTTEN: Final = 1800.0
"""Who goes home and leaves the seat taken is signed out after this."""
WORK: Final = "work"
"""Names of the agent's own page begin so; those of other pages do not count as being there."""


@dataclass(frozen=True, slots=True)
class PhoneGone:
    """The page with the phone in it is closed or loaded anew: a caller on it hears nothing."""

    account_id: int


@dataclass(frozen=True, slots=True)
class Left:
    """Nobody looks: offer no callers."""

    account_id: int


@dataclass(frozen=True, slots=True)
class Back:
    """A page is open again."""

    account_id: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Gone for so long that nobody will come back to this seat."""

    account_id: int


Sign = PhoneGone | Left | Back | Forgotten


@dataclass(slots=True)
class _Sight:
    pages: dict[int, str] = field(default_factory=dict)
    """Open streams, each with the name of its page."""
    phone: str = ""
    """Name of the page that has the phone; empty: nobody said, any page will do."""
    taken: bool = False
    """Another page has taken the phone, and it is not told yet that the one before has lost it."""
    last_page: str = ""
    gone_since: float | None = None
    phone_gone: bool = False
    left: bool = False
    forgotten: bool = False

    @property
    def there(self) -> bool:
        """Tell whether a page is open in which somebody can work."""
        return self.phone in self.pages.values() if self.phone else bool(self.pages)


class Presence:
    """Who of those at work has a page open."""

    def __init__(self) -> None:
        self._sights: dict[int, _Sight] = {}

    def at_work(self, accounts: set[int], now: float, *, grace: float = GRACE) -> None:
        """Watch these accounts and no others; who has no page yet has `grace` seconds."""
        for account_id in set(self._sights) - accounts:
            if not self._sights[account_id].pages:
                del self._sights[account_id]
        for account_id in accounts:
            sight = self._sights.setdefault(account_id, _Sight())
            if not sight.there and sight.gone_since is None:
                sight.gone_since = now + grace - GRACE
                sight.phone_gone = True  # there was none yet that could be gone

    def claim(self, account_id: int, page: str) -> bool:
        """Let a page have the phone; False: one in another browser has it, and is open."""
        sight = self._sights.setdefault(account_id, _Sight())
        elsewhere = bool(sight.phone) and browser_of(sight.phone) != browser_of(page)
        if elsewhere and sight.there:
            return False
        # A page that is loaded anew may ask before its stream is open, or its old one is closed.
        sight.taken |= bool(sight.phone) and sight.phone != page and not sight.phone_gone
        sight.phone = page
        return True

    def release(self, account_id: int) -> None:
        """Let the page that asks next have the phone, whatever page has it now."""
        if sight := self._sights.get(account_id):
            sight.phone, sight.taken = "", False

    def opened(self, account_id: int, stream: int, page: str) -> list[Sign]:
        """Note a stream that was opened; `page` names the page it belongs to."""
        sight = self._sights.setdefault(account_id, _Sight())
        told: list[Sign] = []
        known = sight.phone or sight.last_page
        alone = not sight.there and sight.gone_since is not None
        if (alone and page != known and not sight.phone_gone) or sight.taken:
            told.append(PhoneGone(account_id))
        if alone and page != sight.phone:
            sight.phone = ""  # lost with its page: this one asks for it in a moment
        if sight.left:
            told.append(Back(account_id))
        sight.pages[stream] = page
        sight.last_page, sight.gone_since = page, None
        sight.phone_gone = sight.left = sight.forgotten = sight.taken = False
        return told

    def closed(self, account_id: int, stream: int, now: float) -> None:
        """Note a stream that was closed, for whatever reason."""
        sight = self._sights.get(account_id)
        if sight is None or sight.pages.pop(stream, None) is None:
            return
        if not sight.there and sight.gone_since is None:
            sight.gone_since = now

    def seen(self, account_id: int, now: float) -> list[Sign]:
        """Note a sign of life of a page without a stream; it counts as long as `GRACE`."""
        sight = self._sights.setdefault(account_id, _Sight())
        if sight.there:
            return []
        sight.gone_since = now
        told: list[Sign] = [Back(account_id)] if sight.left else []
        sight.left = False
        return told

    def is_open(self, account_id: int) -> bool:
        """Tell whether a page is open now."""
        sight = self._sights.get(account_id)
        return bool(sight and sight.there)

    def tick(self, now: float) -> list[Sign]:
        """Tell what time alone has decided."""
        told: list[Sign] = []
        for account_id, sight in self._sights.items():
            if sight.taken:
                sight.taken = False
                told.append(PhoneGone(account_id))
            if sight.gone_since is None or sight.there:
                continue
            if not sight.phone_gone and now - sight.gone_since >= BLINK:
                sight.phone_gone = True
                told.append(PhoneGone(account_id))
            if not sight.left and now - sight.gone_since >= GRACE:
                sight.left = True
                told.append(Left(account_id))
            if not sight.forgotten and now - sight.gone_since >= FORGOTTEN:
                sight.forgotten = True
                told.append(Forgotten(account_id))
        return told


def browser_of(page: str) -> str:
    """Return the part of a page's name that all pages of one browser share."""
    return page.rpartition("-")[0] or page


def is_work(page: str) -> bool:
    """Tell whether somebody can work on a page of this name: a wallboard beside it is no phone."""
    return not page or page.startswith(WORK)
