"""Sends one delivery, within its time: to an address that was looked at, and to no other.

The name is resolved here, its addresses are judged, and the connection goes to one of those; so
nobody can give another address between the look and the connection. Redirects are not followed, no
proxy is asked, and of an answer only its status is read.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpx

from features.webhooks.lifecycle import Fault
from features.webhooks.rules import Network, may_go_to

MOST_ADDRESSES: Final = 3
"""Of one host that are tried."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a delivery."""

    status: int | None
    fault: Fault
    took_ms: int

    @property
    def taken(self) -> bool:
        return not self.fault


async def send(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    within_s: float,
    allowed: Sequence[Network],
) -> Outcome:
    """Send a delivery; everything that can go wrong is an outcome."""
    began = time.monotonic()
    status, fault = None, Fault.NONE
    try:
        async with asyncio.timeout(within_s):
            status = await _sent(httpx.URL(url), headers, body, allowed)
    except _NotThereError as error:
        fault = error.fault
    except (TimeoutError, httpx.TimeoutException):
        fault = Fault.TIMEOUT
    except (httpx.ConnectError, ssl.SSLError):
        fault = Fault.CONNECT
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        fault = Fault.BROKEN
    if status is not None:
        fault = _fault_of(status)
    return Outcome(status, fault, round((time.monotonic() - began) * 1000))


class _NotThereError(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


async def _sent(
    url: httpx.URL, headers: Mapping[str, str], body: bytes, allowed: Sequence[Network]
) -> int:
    addresses = await _addresses(url, allowed)
    named = {**headers, "host": url.netloc.decode(), "user-agent": "ThirdRing"}
    timeout = httpx.Timeout(None)  # the whole has its limit already
    async with httpx.AsyncClient(
        verify=_trusted(), trust_env=False, follow_redirects=False, timeout=timeout
    ) as client:
        for tried, address in enumerate(addresses, 1):
            there = url.copy_with(host=address)
            request = client.build_request(
                "POST", there, headers=named, content=body, extensions={"sni_hostname": url.host}
            )
            try:
                response = await client.send(request, stream=True)
            except httpx.ConnectError:
                if tried == len(addresses):
                    raise
                continue
            await response.aclose()
            return response.status_code
    raise _NotThereError(Fault.ADDRESS)


async def _addresses(url: httpx.URL, allowed: Sequence[Network]) -> Sequence[str]:
    """Return addresses of a host that we may go to."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            url.host, port, type=socket.SOCK_STREAM
        )
    except (socket.gaierror, UnicodeError):
        raise _NotThereError(Fault.NAME) from None
    every = list(dict.fromkeys(str(each[4][0]) for each in found))
    good = [each for each in every if may_go_to(each, allowed)][:MOST_ADDRESSES]
    if not good:
        raise _NotThereError(Fault.ADDRESS)
    return good


def _fault_of(status: int) -> Fault:
    if 200 <= status < 300:
        return Fault.NONE
    return Fault.REDIRECT if 300 <= status < 400 else Fault.STATUS


@cache
def _trusted() -> ssl.SSLContext:
    """Return whose certificates are believed: the usual ones, and those of this system."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
