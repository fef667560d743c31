"""How each trunk is, and on which a call goes: in order, those that work first. No I/O.

A trunk is told to be ill when it answers no question (OPTIONS), when its registration is refused,
or when it refused a call. Some answer no question ever: such a one is well once it took a call.
One that is ill is still tried, after all others: what is known of it may be old. After a refused
call it comes last for HOLD_S, then a call shows whether it works again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from trunks.trunk import Trunk

HOLD_S: Final = 60.0
"""Seconds in which a trunk that refused a call comes after the others."""
WELL: Final = "ok"


class Why(StrEnum):
    """Why a trunk is ill."""

    SILENT = "silent"
    """It does not answer when it is asked whether it lives."""
    NOT_REGISTERED = "not_registered"
    REFUSES = "refuses"
    """The last call there was refused by the trunk itself."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a trunk said to a call that it did not take."""

    said: str
    at: datetime


@dataclass
class State:
    """What is known of one trunk."""

    trunk: Trunk
    answers: bool = True
    registered: bool = True
    refuses: bool = False
    is_known_to_answer: bool = False
    """It has answered a question: if it falls silent, it is gone."""
    takes_calls: bool = False
    """It has said something else than no to the last call there."""
    last_refusal: Refusal | None = None
    since: datetime | None = None
    """Since when it is as it is; None: since nobody knows when."""

    @property
    def why(self) -> Why | None:
        """Return why it is ill; None: it is well."""
        if not self.answers and (self.is_known_to_answer or not self.takes_calls):
            return Why.SILENT
        if not self.registered:
            return Why.NOT_REGISTERED
        return Why.REFUSES if self.refuses else None

    def comes_last(self, now: datetime) -> bool:
        """Tell whether other trunks are tried before it."""
        if self.why in {Why.SILENT, Why.NOT_REGISTERED}:
            return True
        held = self.last_refusal is not None and now - self.last_refusal.at < timedelta(
            seconds=HOLD_S
        )
        return self.refuses and held


@dataclass
class TrunkStates:
    """All trunks on which we call, in the order of their file."""

    states: dict[str, State] = field(default_factory=dict)
    taken: Callable[[], Counter[str]] = Counter
    """Says how many calls of ours there are on each."""

    @classmethod
    def of(cls, trunks: Iterable[Trunk]) -> "TrunkStates":
        return cls({one.name: State(one) for one in trunks})

    @property
    def lines(self) -> int:
        """Return how many lines all have together."""
        return sum(one.trunk.lines for one in self.states.values())

    def order(self, now: datetime, more: Counter[str]) -> Sequence[Trunk]:
        """Return the trunks in the order in which a call tries them; `more`: calls about to be.

        One without a free line is left out, unless none has any.
        """
        taken = self.taken() + more
        known = list(self.states.values())
        free = [one for one in known if taken[one.trunk.name] < one.trunk.lines]
        return [one.trunk for one in sorted(free or known, key=lambda each: each.comes_last(now))]

    def looked(self, name: str, *, answers: bool, now: datetime) -> bool:
        """Take in whether a trunk answers; tell whether that changed how it is."""
        state = self.states[name]
        before, state.answers = state.why, answers
        state.is_known_to_answer |= answers
        return self._after(state, before, now)

    def registration(self, server: str, user: str, *, stands: bool, now: datetime) -> bool:
        """Take in what became of a registration, known by its two addresses; tell if it changed."""
        for state in self.states.values():
            if state.trunk.registers and (state.trunk.uri, state.trunk.account) == (server, user):
                before, state.registered = state.why, stands
                return self._after(state, before, now)
        return False

    def answered(self, name: str, said: str, *, refused: bool, now: datetime) -> bool:
        """Take in what a trunk said to a call; tell whether that changed how it is."""
        if (state := self.states.get(name)) is None:
            return False
        before, state.refuses, state.takes_calls = state.why, refused, not refused
        if refused:
            state.last_refusal = Refusal(said, now)
        return self._after(state, before, now)

    def report(self) -> list[dict[str, Any]]:
        """Return what pages, checks and metrics are told of each."""
        return [
            {
                "name": name,
                "state": state.why or WELL,
                "since": state.since.isoformat() if state.since else "",
                "calls": self.taken()[name],
                "lines": state.trunk.lines,
                "refusal": state.last_refusal.said if state.last_refusal else "",
                "refused_at": state.last_refusal.at.isoformat() if state.last_refusal else "",
            }
            for name, state in self.states.items()
        ]

    def _after(self, state: State, before: Why | None, now: datetime) -> bool:
        changed = state.why is not before
        if changed or state.since is None:
            state.since = now
        return changed
