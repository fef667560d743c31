"""Has Asterisk open its files anew where another program, or the ledger, has renamed them.

Asterisk keeps its log and the queue log open: it would write on into a file of another name.
"""

import asyncio
import os
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 5.0


@dataclass(frozen=True)
class Reopening:
    """The files that a child keeps open, and the words that make it open them anew."""

    files: Sequence[Path]
    words: Sequence[str]

    async def look(self, pid: int) -> bool:
        """Have the process open its files anew if one is not what it writes to; True: it was."""
        if all(holds(pid, file) for file in self.files):
            return False
        process = await asyncio.create_subprocess_exec(
            *self.words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(PATIENCE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        return True


def holds(pid: int, file: Path) -> bool:
    """Tell whether a process has a file of this name open; where that is not known, yes."""
    try:
        handles = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return True
    try:
        wanted = file.stat()
    except FileNotFoundError:
        return False
    for handle in handles:
        with suppress(OSError):
            if os.path.samestat(handle.stat(), wanted):
                return True
    return False
