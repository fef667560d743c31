"""The journal of holds: for how long a customer heard music, however the hold ended (SIL-7).

The switch tells of a hold's end only when the agent comes back, and in whole seconds. Each hold is
a line, written when it is over; the ledger reads it with the dialogues. On a full disk it waits, to
be written with the next one.
"""

import json
import os
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

import full_disk
from floor.changes import CallEnded, FloorEvent, HoldChanged

WAITING: Final = 1000
"""Lines that wait for room; the oldest are lost beyond that."""

_log = structlog.get_logger(__name__)


class HoldJournal:
    """Every hold that goes on, and the file for those that are over."""

    def __init__(self, folder: Path | None = None) -> None:
        """Write into `folder`; without one nothing is written."""
        self._folder = folder
        self._since: dict[tuple[str, str], datetime] = {}
        self._waiting: deque[tuple[Path, bytes]] = deque(maxlen=WAITING)

    def take(self, notice: FloorEvent, *, kept: bool = True) -> None:
        """Take note of a hold that begins, or ends by the agent's return or the end of the talk.

        One that is not to be `kept` is written by the desk that has the floor.
        """
        match notice:
            case HoldChanged(seat=seat, call=call, held=True, at=at):
                self._since[seat, call] = at
            case HoldChanged(seat=seat, call=call, at=at) | CallEnded(seat=seat, call=call, at=at):
                since = self._since.pop((seat, call), None)
                if since is not None and call and kept:
                    self._write(call, seat, since, at)

    def _write(self, call: str, seat: str, since: datetime, at: datetime) -> None:
        if self._folder is None:
            return
        seconds = round((at - since).total_seconds(), 3)
        said = {"call": call, "at": round(at.timestamp(), 6), "what": "on_hold"}
        line = json.dumps({**said, "seat": seat, "seconds": seconds})
        # A file a day: journals that are written no more are swept away.
        path = self._folder / f"dialogue-desk-{at:%Y%m%d}.jsonl"
        self._waiting.append((path, line.encode() + b"\n"))
        try:
            self._write_on()
        except OSError as error:
            _log.error("holds wait for room", holds=len(self._waiting), error=str(error))

    def _write_on(self) -> None:
        while self._waiting:
            path, line = self._waiting[0]
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                full_disk.append(file, line)
            finally:
                os.close(file)
            self._waiting.popleft()
