"""Carries erasures out, step by step (`lifecycle.py`); the ledger gives it its turns.

Whom it is about is kept in the erasure's row until the last look is over, so a program that dies
goes on. The files of a node are gone through by that node's own ledger.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy import false, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.holdings import Rules
from features.audit import erasing as audit_erasing
from features.audit.chain import ERASED
from features.audit.log import AuditEntry
from features.calls.references import CALL
from features.personal_data import cleaning, erasures, held, people, rows
from features.personal_data.erasures import Erasure
from features.personal_data.held import Kept
from features.personal_data.lifecycle import BUSY_AGAIN, KEPT_AGAIN, ErasureState, after_cleaning
from features.personal_data.people import Found, Who
from features.personal_data.registry import holdings, spoken
from features.personal_data.rows import Erased
from features.personal_data.written_down import List, erase_files, put_aside, still_written
from features.recording_copies import queries as copies
from paths import Paths
from traces.spellings import Spellings

LOOK_EVERY_S: Final = 2.0

_log = structlog.get_logger(__name__)


class Erasing:
    """The erasures that are to be gone on with, of one node."""

    def __init__(
        self,
        engine: AsyncEngine,
        database: str,
        paths: Paths,
        *,
        region: str,
        complaints_days: int = 0,
    ) -> None:
        """`database` is SQLAlchemy's address; `complaints_days` are those of `Rules`."""
        self._engine = engine
        self._database = database
        self._paths = paths
        self._node = paths.node
        self._region = region
        self._complaints_days = complaints_days
        self._to_clean: dict[int, Found] = {}
        self.done = 0

    async def turn(self, now: float, read_up_to: Mapping[Path, int] | None = None) -> float:
        """Go on with what is due; return the seconds to rest. Raises the database's.

        `read_up_to` says how far the journals were read: what lies behind is left alone.
        """
        at = datetime.fromtimestamp(now, UTC)
        async with self._engine.connect() as connection:
            due = await erasures.due(connection, at)
        for erasure in due:
            await self._go_on(erasure, at, read_up_to or {})
        return LOOK_EVERY_S if not due else 0.2

    async def _go_on(self, erasure: Erasure, at: datetime, read: Mapping[Path, int]) -> None:
        match erasure.state:
            case ErasureState.ASKED | ErasureState.WAITING:
                await self._begin(erasure, at)
            case ErasureState.ROWS:
                await self._erase_rows(erasure, at)
            case ErasureState.FILES if self._node in erasure.nodes:
                await self._erase_files(erasure, at, read)
            case ErasureState.CLEANING:
                await self._clean(erasure, at)

    async def _begin(self, erasure: Erasure, at: datetime) -> None:
        """Write down by what files know the person, before rows forget it."""
        who = erasure.who(self._region)
        async with self._engine.connect() as connection:
            found = await people.found(connection, who)
            there = await rows.held(connection, found, who, self._rules(at))
            nodes = await _nodes(connection)
            holds = await held.on_person(connection, found.subject, who, self._region, at)
        if holds or any(each.busy for each in there):
            await self._change(erasure, next_at=at + (KEPT_AGAIN if holds else BUSY_AGAIN))
            return
        await self._change(
            erasure,
            state=ErasureState.ROWS.value,
            next_at=None,
            names=[*who.names, *(name for name in found.names if who.by_number)],
            found=_merged(erasure.found, found),
            nodes=sorted(nodes | {self._node}),
        )

    async def _erase_rows(self, erasure: Erasure, at: datetime) -> None:
        """Erase rows in one transaction; then what texts of other rows say, some at a time."""
        who = erasure.who(self._region)
        rules = self._rules(at)
        async with self._writing() as connection:
            found = self._found(erasure, await people.found(connection, who), who)
            kept = await rows.held(connection, found, who, rules)
            gone = [
                each
                for holding in holdings()
                if (each := await rows.erase(connection, holding, found, who, rules))
            ]
            counts = _sum(erasure.counts, gone)
            told = {each.why: each.kept for each in kept if each.kept}
            await erasures.change(connection, erasure, counts=counts, kept=told)
            await self._prove(connection, erasure, gone, at)
            legal = await held.kept(connection, self._region, at)
        mentioned = await self._take_out(found, self._kept_rows(found, who, rules, legal))
        if count := await self._erase_audit(found, at, erasure.id):
            mentioned.append(_mentioned("audit_log", count))
        async with self._writing() as connection:
            state = ErasureState.FILES.value
            counts = _sum(counts, mentioned)
            if await erasures.change(connection, erasure, state=state, counts=counts):
                await self._prove(connection, erasure, mentioned, at)

    async def _take_out(self, found: Found, but: Mapping[str, Any]) -> list[Erased]:
        """Put a mark wherever a text mentions the person; nobody waits for more than some rows."""
        gone = []
        for table, columns in spoken():
            count = 0
            after: Sequence[Any] | None = None
            while True:
                how: dict[str, Any] = {"after": after, "but": but.get(table.name)}
                async with self._engine.connect() as connection:
                    seen = await rows.leaf(connection, table, columns, found.spellings, **how)
                if seen.mentions:
                    async with self._writing() as connection:
                        done = await rows.leaf(
                            connection, table, columns, found.spellings, change=True, **how
                        )
                    count += done.mentions
                if seen.after is None:
                    break
                after = seen.after
            if count:
                gone.append(_mentioned(table.name, count))
        return gone

    async def _erase_audit(self, found: Found, at: datetime, key: int) -> int:
        def entry(places: str) -> AuditEntry:
            subject = f"erasure {key}"
            return AuditEntry(
                at=at, action=ERASED, subject=subject, address="ledger", detail="", why=places
            )

        count, after = 0, 0
        while True:
            async with self._writing() as connection:
                after, some = await audit_erasing.erase(
                    connection, found.spellings.without, after=after, entry=entry
                )
            count += some
            if not after:
                return count

    async def _erase_files(self, erasure: Erasure, at: datetime, read: Mapping[Path, int]) -> None:
        who = erasure.who(self._region)
        found = self._found(erasure, None, who)
        gone = list(await asyncio.to_thread(erase_files, self._paths, found, read, time.time()))
        async with self._writing() as connection:
            fresh = await erasures.one(connection, erasure.id)  # another node may be done meanwhile
            if fresh is None or fresh.state is not ErasureState.FILES:
                return
            nodes = [node for node in fresh.nodes if node != self._node]
            state = ErasureState.FILES if nodes else ErasureState.CLEANING
            counts = _sum(fresh.counts, gone)
            await erasures.change(connection, fresh, state=state.value, nodes=nodes, counts=counts)
            await self._prove(connection, erasure, gone, at)

    async def _clean(self, erasure: Erasure, at: datetime) -> None:
        """Look everywhere once more, forget whom it was about, and clean the database itself."""
        if erasure.identity or erasure.names:
            erasure = await self._last_look(erasure, at)
        if erasure.state is not ErasureState.CLEANING:
            return
        await cleaning.overwrite_what_is_free(self._engine, self._database)
        left = list(erasure.left)
        found = self._to_clean.pop(erasure.id, None)
        if found is not None and await asyncio.to_thread(
            cleaning.still_in_the_file, self._database, _alone(found)
        ):
            left.append("the database's file")
        async with self._writing() as connection:
            await erasures.change(
                connection, erasure, state=ErasureState.DONE.value, done_at=at, left=left
            )
        await asyncio.to_thread(List(self._paths.erased).add, await self._digests())
        self.done += 1
        _log.info("somebody was erased", erasure=erasure.id, left=left)

    async def _last_look(self, erasure: Erasure, at: datetime) -> Erasure:
        who = erasure.who(self._region)
        rules = self._rules(at)
        async with self._engine.connect() as connection:
            found = self._found(erasure, await people.found(connection, who), who)
            there = await rows.held(connection, found, who, rules)
            legal = await held.kept(connection, self._region, at)
            voices = [Path(path).stem for path in found.sounds]
            left = [
                *(["recording_copies"] if await copies.not_gone(connection, voices) else []),
                *await rows.left(connection, found, who, rules),
                *await rows.mentions(
                    connection, found, who, but=self._kept_rows(found, who, rules, legal)
                ),
            ]
        left += await asyncio.to_thread(still_written, self._paths, found)
        kept = {each.why: each.kept for each in there if each.kept}
        if aside := await asyncio.to_thread(put_aside, self._paths, found):
            kept["personal.kept_aside"] = aside
        state, next_at = after_cleaning(at, kept=bool(kept), left=bool(left))
        if state is not ErasureState.DONE:
            await self._change(erasure, state=state.value, next_at=next_at, kept=kept, left=left)
            return replace(erasure, state=state)
        self._to_clean[erasure.id] = found
        nobody: dict[str, Any] = {"identity": "", "names": [], "found": {}, "kept": {}, "left": []}
        why = found.spellings.without(erasure.why)
        await self._change(erasure, why=why, next_at=None, **nobody)
        return replace(erasure, identity="", names=[], left=[])

    async def _change(self, erasure: Erasure, **values: Any) -> None:
        async with self._writing() as connection:
            await erasures.change(connection, erasure, **values)

    async def _prove(
        self, connection: AsyncConnection, erasure: Erasure, gone: list[Erased], at: datetime
    ) -> None:
        rule = f"erasure {erasure.id}"
        await erasures.prove(connection, gone, rule=rule, node=self._node, at=at)

    def _found(self, erasure: Erasure, fresh: Found | None, who: Who) -> Found:
        """Return by what the person was known when it began, and by what since."""
        noted = erasure.found
        calls, channels = set(noted.get("calls", ())), set(noted.get("channels", ()))
        sounds = set(noted.get("sounds", ()))
        names = list(erasure.names)
        subject = fresh.subject if fresh else people.known(who)
        if fresh:
            calls, channels = calls | subject.calls, channels | subject.channels
            sounds |= set(fresh.sounds)
        return Found(
            subject=replace(subject, calls=frozenset(calls), channels=frozenset(channels)),
            spellings=people.spellings_of(who, names, keys=[*calls, *channels]),
            names=tuple(names),
            shared=fresh.shared if fresh else (),
            sounds=tuple(sorted(sounds)),
        )

    def _kept_rows(self, found: Found, who: Who, rules: Rules, kept: Kept) -> Mapping[str, Any]:
        """Return by table the rows that are left as they are: what mentions the person, too."""
        return {
            holding.name: or_(
                kept.rows(holding),
                people.theirs(holding, found.subject, who) & holding.kept(rules)
                if holding.kept is not None
                else false(),
            )
            for holding in holdings()
            if holding.kept is not None or kept.subjects
        }

    async def _digests(self) -> dict[tuple[str, str], datetime]:
        async with self._engine.connect() as connection:
            key = (await people.key(connection)).hex()
            erased = await erasures.every_person(connection)
        return {(key, person): at for person, at in erased.items()}

    def _rules(self, at: datetime) -> Rules:
        return Rules(now=at, complaints_days=self._complaints_days)

    def _writing(self) -> Any:
        return self._engine.execution_options(writing=True).begin()


def _alone(found: Found) -> Spellings:
    """Return what nobody else's rows can say."""
    names = [name for name in found.spellings.names if name not in found.shared]
    return replace(found.spellings, names=names)


def _mentioned(table: str, count: int) -> Erased:
    name = f"mentions in {table}"
    return Erased(what=name, count=count, digest=rows.digest_of([name]))


def _merged(before: Mapping[str, Any], found: Found) -> Mapping[str, Any]:
    """Return what is written down of a person: what was before, and what is found now."""
    now = {
        "calls": found.subject.calls,
        "channels": found.subject.channels,
        "sounds": found.sounds,
    }
    return {name: sorted({*before.get(name, ()), *some}) for name, some in now.items()}


async def _nodes(connection: AsyncConnection) -> set[str]:
    """Return every node that has had calls."""
    return set((await connection.execute(select(CALL.c.node).distinct())).scalars())


def _sum(before: Mapping[str, int], gone: list[Erased]) -> Mapping[str, int]:
    counts = dict(before)
    for each in gone:
        counts[each.what] = counts.get(each.what, 0) + each.count
    return counts
