"""Owns what a batch of calls (回访, 调查, 通知) is: its states, its questions. Does no I/O. CBK-3.

| state | what goes on | what comes next |
|---|---|---|
| draft | nothing; rows may be added | running; stopped |
| running | people are called | paused, stopped; finished when nobody is left |
| paused | nobody new is called; who talks talks on | running, stopped |
| stopped | for good: calls that nobody answered yet are ended | – (a copy begins anew) |
| finished | everybody was called as often as it takes | – |
"""

from collections.abc import Mapping
from enum import StrEnum


class Mode(StrEnum):
    AUTOMATIC = "automatic"
    AGENT = "agent"


class BatchState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"


FROM: Mapping[BatchState, frozenset[BatchState]] = {
    BatchState.DRAFT: frozenset(),
    BatchState.RUNNING: frozenset({BatchState.DRAFT, BatchState.PAUSED}),
    BatchState.PAUSED: frozenset({BatchState.RUNNING}),
    BatchState.STOPPED: frozenset({BatchState.DRAFT, BatchState.RUNNING, BatchState.PAUSED}),
    BatchState.FINISHED: frozenset({BatchState.RUNNING}),
}
"""From which states a batch gets into each."""
