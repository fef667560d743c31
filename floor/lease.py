"""Which desk has the floor of a node, of all that are linked to its Asterisk: one at a time.

The holder adds one to a number in the database every 2 s (`RENEW_EVERY_S`) and reconciles only for
5 s after the last time it did (`HELD_FOR_S`). Another desk takes over when it has seen the same
number for 10 s (`TAKEN_AFTER_S`), by one transaction in which the number is still the same. Each
measures by its own monotonic clock, so that clocks need not agree. A holder that ends lets go at
once; one that starts again in its place goes on at once.

A database that does not answer leaves the floor with whoever has it: nobody can take it then, and
callers must not feel that. What needs the database fails by itself meanwhile.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from floor.database_access import WITHIN_S, DatabaseAccess
from floor.tables import FloorLeaseRow

RENEW_EVERY_S: Final = 2.0
HELD_FOR_S: Final = 5.0
TAKEN_AFTER_S: Final = 10.0
"""Longer than HELD_FOR_S: whoever had the floor has stopped by then."""

LET_GO: Final = ""

_log = structlog.get_logger(__name__)


class Lease:
    """One desk's claim to the floor of a node."""

    def __init__(
        self,
        records: DatabaseAccess,
        *,
        node: str,
        holder: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Claim for a desk of this name, which no other desk of the node has at the same time."""
        self._records, self._node, self._holder, self._clock = records, node, holder[:120], clock
        self._until = 0.0
        self._is_ours = self._is_anothers = False
        self._failing = False
        self._ended = False
        self._seen: tuple[str, int] | None = None
        self._seen_since = 0.0

    @property
    def is_proved(self) -> bool:
        """Tell whether the floor is ours and nobody else can have taken it."""
        return self._is_ours and self._clock() < self._until

    @property
    def is_ours(self) -> bool:
        """Tell the same, and also while the database does not answer whose it is."""
        return self.is_proved or (self._is_ours and self._failing)

    @property
    def is_anothers(self) -> bool:
        """Tell whether another desk is known to have the floor."""
        return self._is_anothers

    async def run(self, changed: Callable[[], None]) -> None:
        """Claim and renew until cancelled; `changed` is called when the floor comes, or goes."""
        had = False
        try:
            while True:
                await self.turn()
                if self.is_ours is not had:
                    had = self.is_ours
                    _log.info("floor", node=self._node, desk=self._holder, ours=had)
                    changed()
                await asyncio.sleep(RENEW_EVERY_S)
        finally:
            await self._let_go()

    async def turn(self) -> None:
        """Renew the claim, or take the floor when its holder is gone."""
        asked = self._clock()
        try:
            self._is_ours = await self._records.write(
                lambda database: self._claimed(database, asked), within=WITHIN_S
            )
        except Exception as error:  # noqa: BLE001 (one turn of a loop: said, and tried again)
            if not self._failing:
                _log.warning("nobody can say who has the floor", error=repr(error)[:200])
            self._failing = True
            return
        self._failing = False
        self._is_anothers = not self._is_ours
        if self._is_ours:
            self._until = asked + HELD_FOR_S

    async def _claimed(self, database: AsyncConnection, asked: float) -> bool:
        row = FloorLeaseRow
        here = row.node == self._node
        found = await database.execute(select(row.holder, row.beat).where(here).with_for_update())
        known = found.one_or_none()
        if known is None:
            await database.execute(insert(row).values(node=self._node, holder=self._holder, beat=1))
            return True
        holder, beat = known
        if self._ended:  # left behind when we were ended: the row has been let go, or will be
            return False
        if holder not in {self._holder, LET_GO} and not self._is_silent(holder, beat, asked):
            return False
        await database.execute(update(row).where(here).values(holder=self._holder, beat=beat + 1))
        return True

    def _is_silent(self, holder: str, beat: int, asked: float) -> bool:
        """Tell whether another desk has not renewed its claim for long enough."""
        if self._seen != (holder, beat):
            self._seen, self._seen_since = (holder, beat), asked
        return asked - self._seen_since >= TAKEN_AFTER_S

    async def _let_go(self) -> None:
        """Leave the floor to whoever asks next."""
        self._ended = True
        if not self._is_ours:
            return
        self._is_ours = False
        row = FloorLeaseRow
        mine = update(row).where(row.node == self._node, row.holder == self._holder)
        free = mine.values(holder=LET_GO)
        try:
            await self._records.write(lambda database: database.execute(free), within=WITHIN_S)
        except Exception as error:  # noqa: BLE001 (the next desk takes over later then)
            _log.warning("floor not let go", error=repr(error)[:200])
