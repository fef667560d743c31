"""How a delivery is signed, and where it may go. Does no I/O.

Signed as the Standard Webhooks specification says, so that receivers have libraries for it:
HMAC-SHA256 over `id.timestamp.body` with the bytes that the secret stands for in base64.
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network

SECRET_BYTES: Final = 32
_PREFIX: Final = "whsec_"
_EMBEDDING: Final = tuple(
    IPv6Network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""Addresses of IPv6 that stand for one of IPv4, which may be a private one."""


def secret_of(drawn: bytes) -> str:
    """Return the secret that random bytes are, as people copy it."""
    return _PREFIX + base64.b64encode(drawn).decode()


def signed(secret: str, *, event_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """Return the headers of a delivery; `timestamp` is of its sending, in seconds since 1970.

    Raises ValueError for a secret that is none.
    """
    key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    said = f"{event_id}.{timestamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(key, said, "sha256")).decode()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }


def networks(text: str) -> Sequence[Network]:
    """Return the networks of a setting."""
    return [ip_network(each) for each in text.split(",") if each]


def may_go_to(address: str, allowed: Sequence[Network]) -> bool:
    """Tell whether a delivery may go to an address: to the world, or to a network of the settings.

    Not to this machine, a private or link-local address, or what stands for one.
    """
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if any(found in each for each in allowed):
        return True
    if any(found in each for each in _EMBEDDING):
        return False
    return found.is_global and not found.is_multicast


def fault_of(url: str, allowed: Sequence[Network]) -> str:
    """Return what is wrong with an address of a receiver, a key of words; empty: nothing."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "webhook.fault_url"
    visible = url.isascii() and url.isprintable() and " " not in url
    if not visible or parts.scheme not in {"http", "https"} or not host or port == 0:
        return "webhook.fault_url"
    if parts.username is not None or parts.fragment or "\\" in url:
        return "webhook.fault_url"
    try:
        return "" if may_go_to(host, allowed) else "webhook.fault_address"
    except ValueError:  # a name: its addresses are looked at whenever something is sent
        return "webhook.fault_address" if host == "localhost" and not allowed else ""
