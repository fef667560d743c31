"""Tells systemd how we are: ready, alive, stopping (sd_notify). Without systemd it tells nobody.

Ready is said when calls are answered, and not before. Our children are not asked by systemd: they
are the supervisor's to watch, and get none of these variables.
"""

import asyncio
import os
import socket
from contextlib import suppress
from typing import Final

OURS: Final = frozenset({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
"""Variables of systemd that are for the supervisor alone."""


def say(what: str) -> None:
    """Tell `READY=1`, `STOPPING=1` …; never raises, and never waits for long."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    if address.startswith("@"):
        address = f"\0{address[1:]}"
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as towards:
        towards.settimeout(1)
        towards.sendto(what.encode(), address)


def watched_every() -> float | None:
    """Return after how many seconds systemd wants to hear of us; None: it does not watch."""
    wanted, whose = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not wanted.isdecimal() or not int(wanted) or whose not in {"", str(os.getpid())}:
        return None
    return int(wanted) / 1_000_000


async def stay_alive() -> None:
    """Tell systemd again and again that our loop turns, until cancelled."""
    every = watched_every()
    while every is not None:
        say("WATCHDOG=1")
        await asyncio.sleep(every / 3)
