"""Follows open attempts: what the journals say of each becomes rows, once.

In memory are only open attempts of our own node; everything else is in the database. Facts are
taken in within one transaction together with how far the journals were read, so that each happens
once.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from callflow.events import DEFAULT_NODE
from dispatch import attempts
from dispatch.attempts import Attempt
from dispatch.call_facts import (
    Answered,
    Ended,
    Fact,
    Signalled,
    SwitchGone,
    TrunkAnswered,
    facts,
    result_of,
)
from dispatch.failover import Failover
from dispatch.purpose import AttemptFact, Follow, Lifted, Over, Purpose, Statement
from ledger.journal import Batch, Journals, Position

EVER_BEGAN: Final = ""
"""Name of no journal, with a position from the first start on."""

AHEAD_S: Final = 2.0
"""No attempt is planned so far ahead, in seconds, unless the clock was put back since."""
NEVER_RUNG: Final = attempts.NEVER_RUNG
SWITCH_DIED: Final = attempts.SWITCH_DIED
ANSWERED: Final = "answered"

_log = structlog.get_logger(__name__)


@dataclass
class OpenAttempts:
    """Open attempts, and the journals that tell of them."""

    engine: AsyncEngine
    journals: Journals
    purposes: Mapping[str, Purpose]
    follow: Callable[[str, Follow], None]
    """Told, of a purpose, what is to be done now."""
    node: str = DEFAULT_NODE
    """Whose Asterisk rings. What other nodes ring is followed by their own dispatcher."""
    open: dict[str, Attempt] = field(default_factory=dict)
    rung: dict[str, datetime] = field(default_factory=dict)
    """When Asterisk was told to ring, of open attempts."""
    stale: set[str] = field(default_factory=set)
    """Attempts of which nobody knows whether they were ever sent."""
    failover: Failover = field(default_factory=Failover)
    """What trunks answered, and which attempts go on to the next one."""
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def begin(self) -> None:
        """Learn what a dispatcher before us left behind, or our own last turn, which failed."""
        async with self._one_at_a_time:
            await self._begin()

    async def _begin(self) -> None:
        async with self.writing().begin() as connection:
            known = await attempts.positions(connection)
            if EVER_BEGAN not in known:  # what was before the first start is not about us
                ends = {file: (size, False) for file, size in self.journals.ends().items()}
                known = {EVER_BEGAN: (0, True), **ends}
                await attempts.move(connection, known)
            found = await attempts.open_ones(connection, self.node)
        self.journals.resume({file: Position(*place) for file, place in known.items()})
        self.open = {one.id: one for one in found if one.purpose in self.purposes}
        self.stale = set(self.open)
        if found:
            _log.info("goes on with open attempts", attempts=len(found))

    async def read_on(self) -> bool:
        """Take in the next lines of the journals; True when there are more."""
        async with self._one_at_a_time:
            return await self._read_on()

    async def _read_on(self) -> bool:
        batch = self.journals.read(time.time())
        if not batch:
            return False
        heard = list(facts(batch.events))
        changed, told = self._heard(heard)
        async with self.writing().begin() as connection:
            follows = await self._keep(connection, changed, told)
            await self._moved(connection, batch)
        self.journals.moved(batch)
        self._forget(changed)
        self.failover.kept(self.open)
        self.stale -= {one.attempt for one in heard if not isinstance(one, SwitchGone)}
        for name, follow in follows.items():
            self.follow(name, follow)
        return batch.more

    async def end(self, ended: Sequence[Attempt], at: datetime, result: str) -> None:
        """End attempts of which the journals will say nothing, where they have not ended yet."""
        async with self._one_at_a_time:
            known = [self.open[one.id] for one in ended if one.id in self.open]
            changed = {one.id: _ended(one, at, result) for one in known}
            told = [_over(one, at) for one in changed.values()]
            async with self.writing().begin() as connection:
                follows = await self._keep(connection, changed, told)
            self._forget(changed)
        for name, follow in follows.items():
            self.follow(name, follow)

    async def on_the_next_trunk(self, attempt: Attempt, at: datetime) -> bool:
        """Let an attempt that no channel was made for go on; False: there is no other trunk."""
        async with self._one_at_a_time:
            known = self.open.get(attempt.id)
            after = self.failover.next_of(known, at) if known else None
            if after is None:
                return False
            async with self.writing().begin() as connection:
                await attempts.keep(connection, [after])
            self.open[after.id] = after
            self.failover.kept(self.open)
        return True

    def taken(self, purpose: str) -> int:
        """Return how many lines a purpose has."""
        return sum(one.purpose == purpose for one in self.open.values())

    def of(self, purpose: str, subjects: Iterable[int]) -> list[Attempt]:
        """Return the open attempts for subjects of a purpose."""
        wanted = set(subjects)
        return [
            one for one in self.open.values() if one.purpose == purpose and one.subject_id in wanted
        ]

    def writing(self) -> AsyncEngine:
        """Return the engine for transactions that write."""
        return self.engine.execution_options(writing=True)

    def _heard(self, heard: Iterable[Fact]) -> tuple[dict[str, Attempt], list[AttemptFact]]:
        """Return what becomes of open attempts, and what their purposes must know."""
        changed: dict[str, Attempt] = {}
        told: list[AttemptFact] = []
        for fact in heard:
            if isinstance(fact, SwitchGone):
                for one in self._of_other_runs(fact, changed):
                    changed[one.id] = _ended(one, fact.at, SWITCH_DIED)
                    told.append(_over(changed[one.id], fact.at))
                continue
            attempt = changed.get(fact.attempt) or self.open.get(fact.attempt)
            if attempt is None or attempt.ended_at is not None:
                continue
            match fact:
                case Answered(at=at):
                    changed[attempt.id] = after = replace(attempt, answered_at=at)
                    told.append(AttemptFact(after, at, Lifted()))
                case Signalled(at=at, what=what, data=data):
                    changed[attempt.id] = after = replace(attempt, said=what.value)
                    told.append(AttemptFact(after, at, Statement(what, data)))
                case TrunkAnswered():
                    rung = self.rung.get(attempt.id)
                    changed[attempt.id] = self.failover.heard(attempt, fact, rung)
                case Ended() if after_next := self.failover.ended(attempt):
                    changed[attempt.id] = after_next
                case Ended(at=at, cause=cause):
                    result = ANSWERED if attempt.answered_at else self._result(attempt, cause)
                    changed[attempt.id] = after = _ended(attempt, at, result)
                    told.append(_over(after, at))
        return changed, told

    def _result(self, attempt: Attempt, cause: int) -> str:
        return self.failover.result(attempt) or result_of(cause)

    async def _keep(
        self,
        connection: AsyncConnection,
        changed: Mapping[str, Attempt],
        told: Sequence[AttemptFact],
    ) -> dict[str, Follow]:
        by_purpose: dict[str, list[AttemptFact]] = defaultdict(list)
        for one in told:
            by_purpose[one.attempt.purpose].append(one)
        rows = [replace(one, rung_at=self.rung.get(one.id)) for one in changed.values()]
        await attempts.keep(connection, rows)
        return {
            name: await self.purposes[name].take(connection, each)
            for name, each in by_purpose.items()
        }

    async def _moved(self, connection: AsyncConnection, batch: Batch) -> None:
        after = {file: (place.offset, place.closed) for file, place in batch.after.items()}
        await attempts.move(connection, after)

    def _forget(self, changed: Mapping[str, Attempt]) -> None:
        """Know what was committed; what is over frees its line."""
        for key, one in changed.items():
            if one.ended_at is None:
                self.open[key] = one
            else:
                self.open.pop(key, None)
                self.rung.pop(key, None)
        self.stale &= set(self.open)

    def _of_other_runs(self, gone: SwitchGone, changed: Mapping[str, Attempt]) -> list[Attempt]:
        """Return the attempts that were planned before a switch ended, on no run that lives."""
        known = [changed.get(key, one) for key, one in self.open.items()]
        return [one for one in known if one.ended_at is None and ended_with(one, gone)]


def ended_with(attempt: Attempt, gone: SwitchGone) -> bool:
    """Tell whether an attempt's call cannot live any more since the switch of a node is gone."""
    if attempt.node != gone.node:
        return False
    run = attempt.channel.rpartition("-")[0]
    put_back = attempt.planned_at > gone.at + timedelta(seconds=AHEAD_S) and run == gone.died
    return run != gone.lives and (attempt.planned_at < gone.at or put_back)


def _ended(attempt: Attempt, at: datetime, result: str) -> Attempt:
    return replace(attempt, ended_at=at, result=result)


def _over(attempt: Attempt, at: datetime) -> AttemptFact:
    return AttemptFact(attempt, at, Over(attempt.result, rang=attempt.result != NEVER_RUNG))
