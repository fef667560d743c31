"""A switch by script for the dispatcher's tests: writes into the journals what Asterisk would.

The real one is in `tests/end_to_end/outbound`.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from callflow.events import DEFAULT_NODE
from dispatch.attempts import Attempt

LONGEST_IN_HOUSE = 5
"""Digits of the house's own phones."""


class LinkGone(Exception):
    """What this switch raises."""


@dataclass
class RingingSwitch:
    """Rings when told to, and writes down what happens."""

    folder: Path
    """Of all journals."""
    node: str = DEFAULT_NODE
    boot: str | None = "trk1"
    connected: bool = True
    rung: list[tuple[float, Attempt]] = field(default_factory=list)
    shown: list[tuple[float, Attempt]] = field(default_factory=list)
    told: list[Mapping[str, str]] = field(default_factory=list)
    deaf: bool = False
    """Takes no order: nobody knows whether it arrived."""
    engaged: set[str] = field(default_factory=set)
    """Numbers that refuse at once."""
    alive: set[str] = field(default_factory=set)
    clock: Callable[[], float] = time.time
    on_ring: Callable[[Attempt], None] = lambda _: None

    async def show(self, attempt: Attempt, *, told: Mapping[str, str], seconds: float) -> bool:
        assert told
        assert seconds > 0
        self.shown.append((self.clock(), attempt))
        return True

    async def ring(
        self, attempt: Attempt, *, context: str, told: Mapping[str, str], ring_for: float
    ) -> bool | None:
        assert context
        assert ring_for > 0
        if self.deaf:
            return None
        if attempt.number in self.engaged:
            return False
        self.rung.append((self.clock(), attempt))
        self.told.append(told)
        self.alive.add(attempt.channel)
        self.on_ring(attempt)
        return True

    def in_house(self, number: str) -> bool:
        return len(number) <= LONGEST_IN_HOUSE

    async def hang_up(self, attempt: Attempt) -> None:
        self.ends(attempt, 16)

    async def living(self) -> frozenset[str]:
        return frozenset(self.alive)

    def answers(self, attempt: Attempt) -> None:
        self._cel("ANSWER", attempt)

    def ends(self, attempt: Attempt, cause: int = 16) -> None:
        self.alive.discard(attempt.channel)
        self._cel("HANGUP", attempt, extra=json.dumps({"hangupcause": cause}))

    def marks(self, attempt: Attempt, *what: str) -> None:
        """Write down what the dialplan says with CELGenUserEvent."""
        for each in what:
            self._cel("USER_DEFINED", attempt, user=f"TR_{each.upper()}")

    def says(self, attempt: Attempt, what: str, **facts: str) -> None:
        line = {"call": attempt.id, "at": self.clock(), "what": what, **facts}
        self._write("dialogue-1-1.jsonl", json.dumps(line))

    def dies(self, boot: str) -> None:
        self.alive.clear()
        for what, name in (("switch_died", self.boot), ("switch_started", boot)):
            self._write("site.jsonl", json.dumps({"at": self.clock(), "what": what, "boot": name}))
        self.boot = boot

    def _cel(self, name: str, attempt: Attempt, *, extra: str = "", user: str = "") -> None:
        channel = attempt.channel
        fields = [name, f"{self.clock():.6f}", channel, channel, "PJSIP/out-01", "out", "s", ""]
        fields += [extra.replace('"', '""'), "", user, ""]
        self._write("cel.csv", ",".join(f'"{value}"' for value in fields))

    def _write(self, name: str, line: str) -> None:
        own = self.folder / self.node
        own.mkdir(exist_ok=True)
        with (own / name).open("a") as journal:
            journal.write(line + "\n")
