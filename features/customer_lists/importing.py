"""Takes a list of customers in, row by row, while its page shows how far it is.

The rows are read in a process of its own (`imports/worker.py`) and kept in batches, each a
transaction with its count: whatever dies, every row that was counted is kept, and none twice. A
list that is brought again changes nothing that it has already said.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import Database, DatabaseTimeoutError
from features.audit import log as audit
from features.audit.log import AuditEntry
from features.customer_lists import queries as lists
from features.customer_lists.judging import Came, Judged, Known, WrongRowError, judged, wanted
from features.customer_lists.queries import WrongRow
from features.customers import keeping
from features.customers import queries as customers
from features.customers.keeping import TakenError
from imports import worker as import_worker
from imports.customer_list import CustomerFault
from imports.faults import UnreadableError
from phone_numbers.plan import NumberPlan

BATCH: Final = 500
"""Rows that are kept at once."""
WITHIN_S: Final = 30.0
"""Seconds that one batch may take."""
TRIES: Final = 3
_log = structlog.get_logger()


@dataclass(slots=True)
class Importing:
    """One list on its way in."""

    database: Database
    plan: NumberPlan
    own: frozenset[str]
    import_id: int
    known: Known
    by: str
    done: AuditEntry
    """What is put on record at its end; its detail says how many."""
    counts: Counter[str] = field(default_factory=Counter)
    _first: dict[str, int] = field(default_factory=dict)
    """By number the line in which it stands first."""

    async def run(self, content: list[bytes]) -> None:
        """Take everything in that is right; `content` is emptied, it may be long."""
        try:
            await self._take_in(content)
        except UnreadableError as error:
            gaps = {name: str(gap) for name, gap in error.gaps.items()}
            await self._end(fault={"sentence": error.sentence, "gaps": gaps})
        except DatabaseTimeoutError:
            _log.warning("a list of customers stopped", list=self.import_id, rows=self.counts)

    async def _take_in(self, content: list[bytes]) -> None:
        batch: list[dict[str, Any]] = []
        said: Sequence[Mapping[str, Any]] = ()
        async for told in import_worker.customers(content.pop(), plan=self.plan, own=self.own):
            if "columns" in told:
                await self._moved(columns=told["columns"])
            elif "end" in told:
                said = told["said"]
            else:
                batch.append(told)
            if len(batch) >= BATCH:
                await self._keep(batch)
                batch = []
        await self._keep(batch)
        await self._end(remarks=said)

    async def _keep(self, batch: Sequence[Mapping[str, Any]]) -> None:
        """Keep a batch. What somebody else saves in the same moment makes it look again."""
        rows = self._once_each(batch)
        for last in (*(False,) * (TRIES - 1), True):
            try:
                counts = await self._write(rows)
            except _AgainError:
                if last:
                    raise DatabaseTimeoutError from None
                await asyncio.sleep(0.1)
            else:
                self.counts += counts
                return

    def _once_each(self, batch: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Mark the rows whose number stands in the list before."""
        found = []
        for row in batch:
            told = row
            for shown, identity, _ in row.get("customer", {}).get("numbers", ()):
                before = self._first.setdefault(identity, row["line"])
                if before != row["line"]:
                    twice = {"why": CustomerFault.TWICE.value, "cell": "", "given": shown}
                    told = {"line": row["line"], "cells": row["cells"], **twice, "first": before}
            found.append(told)
        return found

    async def _write(self, rows: Sequence[Mapping[str, Any]]) -> Counter[str]:
        async def kept(connection: AsyncConnection) -> Counter[str]:
            try:
                return await self._kept(connection, rows)
            except (IntegrityError, TakenError) as error:
                raise _AgainError from error

        return await self.database.write(kept, within=WITHIN_S)

    async def _kept(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]
    ) -> Counter[str]:
        now = datetime.now(UTC)
        right, wrong = await self._judged(connection, rows, now)
        fresh = [each.customer for each in right if each.came is Came.FRESH]
        changed = [
            (each.before, each.customer)
            for each in right
            if each.came is Came.CHANGED and each.before is not None
        ]
        if not await keeping.keep_list(connection, fresh, changed, list_id=self.import_id, now=now):
            raise _AgainError
        await lists.wrong(connection, self.import_id, wrong)
        counts: Counter[str] = Counter(each.came.value for each in right)
        counts.update(rows=len(rows), wrong=len(wrong))
        await lists.moved(connection, self.import_id, moved_at=now, **(self.counts + counts))
        return counts

    async def _judged(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], now: datetime
    ) -> tuple[Sequence[Judged], Sequence[WrongRow]]:
        asked = {
            row["line"]: wanted(row["customer"], by=self.by, now=now)
            for row in rows
            if "customer" in row
        }
        every = {identity for each in asked.values() for identity in each.identities}
        ids = await customers.owners_of(connection, every)
        known = await customers.some(connection, set(ids.values()))
        owners = {identity: known[key] for identity, key in ids.items()}
        right, wrong = [], []
        for row in rows:
            line = row["line"]
            if line not in asked:
                wrong.append(_wrong(row, row["why"], row["given"], row["cell"]))
                continue
            try:
                found = judged(row["customer"], asked[line], owners, self.known)
            except WrongRowError as error:
                wrong.append(_wrong(row, error.why.value, error.given, ""))
                continue
            right.append(found)
            # a contact's number may stand in another row of the same batch
            owners |= dict.fromkeys(found.customer.identities, found.customer)
        return right, wrong

    async def _moved(self, **values: Any) -> None:
        now = datetime.now(UTC)
        await self.database.write(
            lambda one: lists.moved(one, self.import_id, moved_at=now, **values), within=WITHIN_S
        )

    async def _end(self, **values: Any) -> None:
        now = datetime.now(UTC)

        async def ended(connection: AsyncConnection) -> None:
            await lists.moved(connection, self.import_id, moved_at=now, ended_at=now, **values)
            await audit.note(connection, self.done)

        await self.database.write(ended, within=WITHIN_S)


class _AgainError(Exception):
    """Somebody saved one of these customers meanwhile."""


def _wrong(row: Mapping[str, Any], why: str, given: str, cell: str) -> WrongRow:
    first = row.get("first")
    return WrongRow(row["line"], why, cell, f"{given} ← {first}" if first else given, row["cells"])
