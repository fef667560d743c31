"""Dialogue journal: what our call service did and heard, one JSON object a line.

Written at once, by one system call a line, so that what happened survives our own death. The
ledger reads it. On a full disk a line waits for room, whole, and costs no call anything.
"""

import json
import os
import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import structlog
from prometheus_client import Counter

import full_disk

_log = structlog.get_logger(__name__)
WAITING: Final = 20_000
"""Lines that wait for room; the oldest are lost beyond that."""
LOST = Counter("thirdring_dialogue_lines_lost", "Lines of the dialogue journal not written")


class DialogueJournal:
    """One file of one run of the call service."""

    def __init__(self, folder: Path, *, started: float, process: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"dialogue-{int(started)}-{process}.jsonl"
        self._file = _opened(self._path)
        self._waiting: deque[bytes] = deque()
        self._stuck = False

    def note(self, call: str, what: str, **facts: str | int | float) -> None:
        """Append one line: `call` (uuid), `at` (epoch seconds), `what`, and the facts."""
        line = json.dumps({"call": call, "at": round(time.time(), 6), "what": what, **facts})
        if len(self._waiting) == WAITING:
            self._waiting.popleft()
            LOST.inc()
        self._waiting.append(line.encode() + b"\n")
        self.write_on()

    def write_on(self) -> None:
        """Write what waits, as far as there is room; also to be called now and then."""
        try:
            if self._waiting and os.fstat(self._file).st_nlink == 0:  # swept after a quiet week
                swept, self._file = self._file, _opened(self._path)
                os.close(swept)
            while self._waiting:
                full_disk.append(self._file, self._waiting[0])
                self._waiting.popleft()
        except OSError as error:
            if not self._stuck:
                _log.error("the journal waits for room", error=str(error))
            self._stuck = True
        else:
            if self._stuck:
                _log.info("the journal is written again")
            self._stuck = False

    def close(self) -> None:
        self.write_on()
        LOST.inc(len(self._waiting))
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
