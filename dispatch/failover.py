"""Failover: an attempt that a trunk refused, or was silent to, goes on on the next one. No I/O.

It stays one attempt: its purpose hears of one ringing, its row keeps what each trunk said. Only who
still knows what the dialplan must be told (`may_go_on`) can ring again: after a restart of the
dispatcher an attempt that was under way ends with what its trunk said.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from dispatch.attempts import Attempt
from dispatch.call_facts import TrunkAnswered, next_channel
from dispatch.trunk_states import TrunkStates
from dispatch.ways import read, written
from trunks.answers import NOTHING, refused_by_trunk, result

LONGEST_SAID: Final = 400
"""Characters of the column."""
SILENT: Final = "no answer"
NOT_MADE: Final = "no channel"


@dataclass
class Failover:
    """What trunks answered to attempts that are under way."""

    trunks: TrunkStates = field(default_factory=TrunkStates)
    may_go_on: Callable[[str], bool] = lambda _: False
    """Tells whether an attempt can be rung again."""
    go_on: Callable[[Attempt], None] = lambda _: None
    """Told, when it is kept, of an attempt that is to be rung on its next trunk."""
    told: Callable[[str, int], None] = lambda _name, _status: None
    """Told of each refusal of a trunk: its name and the SIP status, 0: none."""
    silent_after_s: float = 4.0
    """A call to which nothing was said counts against its trunk when it lasted so long."""
    _status: dict[str, int] = field(default_factory=dict)
    """The last SIP status of open attempts."""
    _going: dict[str, Attempt] = field(default_factory=dict)
    """Those that go on once they are kept."""

    def heard(self, attempt: Attempt, fact: TrunkAnswered, rung: datetime | None) -> Attempt:
        """Take in what a trunk said to an attempt, or to the customer's call of one."""
        name = fact.trunk or attempt.trunk
        if not name:
            return attempt  # a phone of the house
        if not fact.trunk:
            if fact.status == NOTHING and not self._waited(fact.at, rung):
                return attempt  # we have ended it before anybody could say anything
            self._status[attempt.id] = fact.status
        said = f"{fact.status} {fact.words}".strip() if fact.status else SILENT
        self._learn(name, said, fact.status, fact.at)
        return _with(attempt, name, said)

    def ended(self, attempt: Attempt) -> Attempt | None:
        """Return an attempt as it goes on on its next trunk; None: it is over."""
        status = self._status.get(attempt.id)
        if attempt.answered_at or status is None or not refused_by_trunk(status):
            return None
        return self._going_on(attempt)

    def next_of(self, attempt: Attempt, at: datetime) -> Attempt | None:
        """Return an attempt for which no channel was made as it goes on; None: it cannot."""
        if not attempt.trunk:
            return None
        self._learn(attempt.trunk, NOT_MADE, NOTHING, at)
        return self._going_on(_with(attempt, attempt.trunk, NOT_MADE))

    def result(self, attempt: Attempt) -> str | None:
        """Return how an attempt ended by what its trunk said; None: it said nothing of use."""
        status = self._status.get(attempt.id)
        return None if status is None else result(status)

    def kept(self, is_open: Container[str]) -> None:
        """Have those rung again whose next trunk is kept; forget those that are over."""
        going, self._going = self._going, {}
        self._status = {key: one for key, one in self._status.items() if key in is_open}
        for one in going.values():
            self.go_on(one)

    def _going_on(self, attempt: Attempt) -> Attempt | None:
        first, *rest = read(attempt.ways) or (None,)
        if first is None or not self.may_go_on(attempt.id):
            return None
        after = replace(
            attempt,
            channel=next_channel(attempt.channel),
            trunk=first.trunk,
            dialled=first.dialled,
            ways=written(rest),
        )
        self._status.pop(attempt.id, None)
        self._going[attempt.id] = after
        return after

    def _waited(self, at: datetime, rung: datetime | None) -> bool:
        return rung is not None and (at - rung).total_seconds() >= self.silent_after_s

    def _learn(self, name: str, said: str, status: int, at: datetime) -> None:
        refused = refused_by_trunk(status)
        self.trunks.answered(name, said, refused=refused, now=at)
        if refused:
            self.told(name, status)


def _with(attempt: Attempt, trunk: str, said: str) -> Attempt:
    both = "; ".join(filter(None, (attempt.trunk_said, f"{trunk} {said}")))
    return replace(attempt, trunk_said=both[:LONGEST_SAID])
