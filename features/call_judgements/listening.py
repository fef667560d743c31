"""Listens to recordings in a process of its own, one after another, behind all who telephone.

An analysis counts samples for seconds; the ledger's loop and its threads go on meanwhile.
"""

import asyncio
import ctypes
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from recordings.analysis.analyse import analysed
from recordings.analysis.result import Analysis

NICENESS: Final = 10
_PR_SET_PDEATHSIG: Final = 1
"""Of prctl(2)."""
LIMIT_S: Final = 300.0
"""Three hours of a call take less; one that takes longer hangs."""


class Listener:
    """One process that analyses recordings; one that dies is replaced."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def heard(self, path: Path) -> Analysis:
        """Return what is heard in a recording.

        Raises OSError and NotAWavError; BrokenProcessPool where the process died of it, and
        TimeoutError where it hangs: the next recording gets another process.
        """
        if self._pool is None:
            # Not a fork: this process has threads and connections that a child must not share.
            self._pool = ProcessPoolExecutor(
                1, mp_context=get_context("spawn"), initializer=_give_way
            )
        running = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(LIMIT_S):
                return await running.run_in_executor(self._pool, analysed, path)
        except (BrokenProcessPool, TimeoutError):
            self.close()
            raise

    def close(self) -> None:
        """End the process, in the middle of a recording too."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in (pool._processes or {}).values():  # noqa: SLF001 (3.14 has kill_workers)
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)


def _give_way() -> None:
    """Go behind all others, and die with the ledger: it may be killed, and tells nobody then."""
    os.nice(NICENESS)
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)  # it went before we had asked
