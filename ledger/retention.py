"""Destroys what has been kept for as long as the house says, each purpose by a setting of its own.

Of a recording the file goes first, then the row says so: who dies in between does it again. The row
stays, with the SHA-256 of what was removed, and an entry of the audit log says when and why. Rows
about people forget them (`features.personal_data.expiring`); rotated logs go. There is proof.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from features.audit import log as audit
from features.audit.log import AuditEntry
from features.call_recordings import writes as recordings
from features.call_recordings.lifecycle import Recording, RecordingKind
from features.personal_data import erasures, expiring, held
from features.personal_data.held import Kept
from features.personal_data.rows import Erased, digest_of
from features.recording_copies import queries as copies
from features.ticket_mail import expiring as old_letters
from recordings.store import Store
from traces.files import shred
from upkeep_settings import UpkeepSettings

AT_ONCE: Final = 200
LOOK_EVERY_S: Final = 60.0
A_DAY_S: Final = 86_400.0

_log = structlog.get_logger(__name__)


class Retention:
    """Destroys what is too old, of one node: the files of others are elsewhere."""

    def __init__(
        self,
        engine: AsyncEngine,
        store: Path,
        *,
        keep: UpkeepSettings,
        node: str,
        logs: Path,
        region: str = "CN",
    ) -> None:
        """`keep` says for how many days each purpose is kept; 0: for ever.

        `region` is that of the house's numbers: what a legal hold on one of them keeps.
        """
        self._engine = engine
        self._store = Store(store)
        self._keep = keep
        self._node = node
        self._logs = logs
        self._region = region
        self._rows: Mapping[str, int] = {
            name.removeprefix("keep_"): getattr(keep, name)
            for name in UpkeepSettings.model_fields
            if name.startswith("keep_")
        }
        self.removed = 0

    async def turn(self, now: float) -> float:
        """Destroy some of what is too old; return the seconds to rest. Raises the database's."""
        at = datetime.fromtimestamp(now, UTC)
        more = False
        async with self._engine.connect() as connection:
            kept = await held.kept(connection, self._region, at)
        for kind, days, rule in self._of_recordings():
            if days:
                more |= await self._recordings(kind, days, rule, at, kept) == AT_ONCE
        async with self._engine.execution_options(writing=True).begin() as connection:
            gone = await expiring.forget(connection, self._rows, at=at, node=self._node, kept=kept)
        letters = await self._letters(at, kept)
        if gone:
            _log.info("people forgotten whose time is over", rows=gone)
        if self._keep.keep_logs:
            await self._old_logs(at)
        more |= letters == AT_ONCE or gone >= expiring.AT_ONCE
        return 0.0 if more else LOOK_EVERY_S

    def _of_recordings(self) -> Sequence[tuple[RecordingKind, int, str]]:
        calls, messages = self._keep.keep_recordings, self._keep.keep_messages
        named = f"keep_messages={messages}" if messages else f"keep_recordings={calls}"
        return (
            (RecordingKind.CALL, calls, f"keep_recordings={calls}"),
            (RecordingKind.MESSAGE, messages or calls, named),
        )

    async def _recordings(
        self, kind: RecordingKind, days: int, rule: str, at: datetime, kept: Kept
    ) -> int:
        after: tuple[datetime, str] | None = None
        while True:
            async with self._engine.connect() as connection:
                old = await recordings.made_before(
                    connection,
                    at - timedelta(days=days),
                    kind=kind,
                    node=self._node,
                    most=AT_ONCE,
                    but=kept.calls,
                    after=after,
                )
            if not old:
                return 0
            if free := await self._without_copies(old, at):
                break
            after = (old[-1].created_at, old[-1].id)
        for one in free:
            self._store.remove(one.path)
        await self._note(free, days, rule, at)
        self.removed += len(free)
        _log.info("recordings removed", count=len(free), rule=rule)
        return len(free)

    async def _without_copies(self, old: Sequence[Recording], at: datetime) -> Sequence[Recording]:
        """Have the copies of recordings destroyed; return those of which there is none any more.

        Those whose storage is away stay due, and are not to be heard any more.
        """
        async with self._engine.execution_options(writing=True).begin() as connection:
            return [one for one in old if await copies.let_go(connection, one.id, at)]

    async def _note(self, old: Sequence[Recording], days: int, rule: str, at: datetime) -> None:
        why = f"kept for {days} days"
        async with self._engine.execution_options(writing=True).begin() as connection:
            await recordings.mark_removed(connection, [one.id for one in old], why=why)
            for one in old:
                await audit.note(
                    connection,
                    AuditEntry(
                        at=at,
                        action="recording.removed",
                        subject=one.id,
                        address="ledger",
                        detail=f"sha256 {one.sha256}",
                        why=why,
                    ),
                )
            digest = digest_of([one.sha256 for one in old])
            gone = Erased(what="recordings", count=len(old), digest=digest)
            await erasures.prove(connection, [gone], rule=rule, node=self._node, at=at)

    async def _letters(self, at: datetime, kept: Kept) -> int:
        """Forget letters as old as the tickets that go; return how many."""
        days = self._keep.keep_tickets
        if not days:
            return 0
        before = at - timedelta(days=days)
        async with self._engine.connect() as connection:
            old = await old_letters.older(
                connection,
                before,
                node=self._node,
                most=AT_ONCE,
                kept=kept.rows_of("ticket_mails") if kept.subjects else None,
            )
        if not old:
            return 0
        for path in (path for letter in old for path in letter.paths):
            self._store.remove(path)
        gone = Erased(
            what="ticket_mails", count=len(old), digest=digest_of([str(one.id) for one in old])
        )
        async with self._engine.execution_options(writing=True).begin() as connection:
            await old_letters.forget(connection, old)
            rule = f"keep_tickets={days}"
            await erasures.prove(connection, [gone], rule=rule, node=self._node, at=at)
        _log.info("letters forgotten", count=len(old), rule=rule)
        return len(old)

    async def _old_logs(self, at: datetime) -> None:
        """Remove rotated logs; who writes a log, and what is of today, is left alone."""
        days = self._keep.keep_logs
        names = await asyncio.to_thread(_shredded, self._logs, at.timestamp() - days * A_DAY_S)
        if not names:
            return
        gone = Erased(what="rotated logs", count=len(names), digest=digest_of(names))
        async with self._engine.execution_options(writing=True).begin() as connection:
            rule = f"keep_logs={days}"
            await erasures.prove(connection, [gone], rule=rule, node=self._node, at=at)


def _shredded(logs: Path, before: float) -> list[str]:
    """Remove rotated logs that were last written before a moment; return their digests."""
    gone = []
    for path in sorted(logs.glob("*")) if logs.is_dir() else []:
        if path.suffix == ".log" or not path.is_file() or path.stat().st_mtime >= before:
            continue
        with path.open("rb") as file:
            gone.append(hashlib.file_digest(file, "sha256").hexdigest())
        shred(path)
    return gone
