"""Dialogue journal: what our call service did and heard, one JSON object a line.

Written at once, by one system call a line, so that what happened survives our own death. The
ledger reads it. A disk that is full costs the line, never the call.
"""

import json
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
from prometheus_client import Counter

_log = structlog.get_logger(__name__)
LOST = Counter("thirdring_dialogue_lines_lost", "Lines of the dialogue journal not written")


class DialogueJournal:
    """One file of one run of the call service."""

    def __init__(self, folder: Path, *, started: float, process: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"dialogue-{int(started)}-{process}.jsonl"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, call: str, what: str, **facts: str | int | float) -> None:
        """Append one line: `call` (uuid), `at` (epoch seconds), `what`, and the facts."""
        line = json.dumps({"call": call, "at": round(time.time(), 6), "what": what, **facts})
        try:
            os.write(self._file, line.encode() + b"\n")
        except OSError as error:
            LOST.inc()
            _log.error("dialogue line lost", call=call, what=what, error=str(error))

    def close(self) -> None:
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
