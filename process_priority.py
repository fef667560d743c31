"""Who goes first where the processors are not enough for all.

Audio is due every 20 ms: what comes later than 40 ms is a hole in the recording (MixMonitor lays
silence in its place) or a click in somebody's ear. A page, a row or a report may come later. So
Asterisk and the service that talks to callers go before the rest, and the ledger after it.

Linux may give each session a share of its own (sched(7), autogroup): then a process is nice to its
own session only, and the session has a niceness too. A new session begins at 0, whoever made it.
"""

import contextlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

NICENESS: Final[Mapping[str, int]] = {"asterisk": -10, "calls": -10}
"""By the program's name, beside who starts it; whoever is not named goes like the starter."""
NICENESS_OF_LEDGER: Final = 5
"""Beside its own at its start: it gives way by itself, also where nobody of ours starts it."""
NICEST: Final = 19
FIRST: Final = -20


def priority_of(pid: int) -> tuple[int, int]:
    """Return the niceness of a process and of its session (0 where sessions have none)."""
    session = 0
    with contextlib.suppress(OSError):
        if said := re.search(r"nice (-?\d+)", _autogroup(pid).read_text(encoding="ascii")):
            session = int(said[1])
    return os.getpriority(os.PRIO_PROCESS, pid), session


def give_priority(pid: int, *, beside: tuple[int, int], by: int) -> None:
    """Have a process go after another (`by` > 0) or before it (< 0), as a session if it leads one.

    To go before others wants root, CAP_SYS_NICE or a limit (`LimitNICE=` of systemd); without it
    everybody stays as started.
    """
    own, session = (max(FIRST, min(NICEST, each + by)) for each in beside)
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, own)
    with contextlib.suppress(OSError):  # there are none, or it was changed just now
        if os.getsid(pid) == pid:
            _autogroup(pid).write_text(str(session), encoding="ascii")


def _autogroup(pid: int) -> Path:
    return Path(f"/proc/{pid}/autogroup")
