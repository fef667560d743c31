"""Rules of signed links to departments: what one looks like, and while it is good. Does no I/O.

A link is a row, drawn by lot, and the house's signature upon it: who reads the database alone can
make none, and what nobody signed is refused before the database is asked. It is good for one order
of one ticket, at one department, at the address that it was sent to, until it ends or a newer one
is sent. What ends it is looked at each time: nothing has to happen for a link to be void.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from features.ticket_life import ordering
from features.ticket_life.orders import Order, OrderState
from features.ticket_life.table import OUT
from features.ticket_life.verbs import Place, place
from features.tickets.lifecycle import Ticket

ID_BYTES: Final = 16
_MAC_BYTES: Final = 16
"""Of a signature: 128 bits, as of a link's own number."""
TOKEN_CHARACTERS: Final = 43
_IN_LETTER: Final = re.compile(r"\[link:([0-9a-f]{32})\]")
_THEIRS: Final = OUT | {Place.WAITING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link that was sent to a department."""

    id: str
    """32 hexadecimal digits, drawn by lot."""
    ticket_id: int
    order_number: str
    department: str
    address: str
    turn: int
    """From 1: how often a link was sent for this order."""
    made_at: datetime
    ends_at: datetime
    revoked_at: datetime | None = None
    """When a newer one was sent."""

    def lasts(self, now: datetime) -> bool:
        """Tell whether neither time nor a newer link has ended it."""
        return self.revoked_at is None and now < self.ends_at


def is_good(
    link: Link, ticket: Ticket, orders: Sequence[Order], *, address: str, now: datetime
) -> bool:
    """Tell whether a link opens its ticket now; `address` is the department's of today."""
    main = ordering.main_order(orders)
    return (
        link.lasts(now)
        and link.address == address
        and is_with(ticket, link.department)
        and main is not None
        and main.number == link.order_number
        and main.state is OrderState.SENT
    )


def is_with(ticket: Ticket, department: str) -> bool:
    """Tell whether a ticket is with a department, which is to do something or waits."""
    has_left = ticket.left_at is not None and ticket.department == department
    return has_left and place(ticket) in _THEIRS


def token(key: bytes, link_id: str) -> str:
    """Return a link's number with its signature, as it stands in an address."""
    raw = bytes.fromhex(link_id)
    return base64.urlsafe_b64encode(raw + _mac(key, raw)).decode().rstrip("=")


def signed_id(key: bytes, given: str) -> str:
    """Return the number of the link whose token is given; empty for one that we did not sign."""
    if len(given) != TOKEN_CHARACTERS or not given.isascii():
        return ""
    try:
        raw = base64.b64decode(f"{given}=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return ""
    number = raw[:ID_BYTES].hex()
    return number if hmac.compare_digest(given, token(key, number)) else ""


def placeholder(link_id: str) -> str:
    """Return what stands in a kept letter for its link: the link itself is in no database."""
    return f"[link:{link_id}]"


def links_in(body: str) -> list[str]:
    """Return the numbers of the links that a kept letter stands for."""
    return _IN_LETTER.findall(body)


def with_links(key: bytes, site: str, body: str) -> str:
    """Return a letter as it is sent, its links in it."""
    return _IN_LETTER.sub(lambda hit: f"{site}/department-links/{token(key, hit[1])}", body)


def _mac(key: bytes, raw: bytes) -> bytes:
    return hmac.new(key, b"department link " + raw, hashlib.sha256).digest()[:_MAC_BYTES]
