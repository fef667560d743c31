"""Whether scores and decisions are as they were made: their digests stand in the audit log's chain.

Where a person who is erased is taken out of a score's words, its digest is made anew, and that is
an entry too: the check tells such a change from any other.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit import log as audit
from features.audit.log import AuditEntry
from features.quality_scores import rules, scores
from features.quality_scores.tables import QualityAppealRow, QualityScoreRow

READ: Final = 500
"""Rows that a check reads at once."""
MADE: Final = ("quality_score.submitted", "quality_score.corrected")
RESEALED: Final = "quality_score.resealed"
DECIDED: Final = "quality_appeal.decided"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found."""

    scores: int
    broken: Sequence[tuple[str, str]]
    """What does not hold, and why."""


async def reseal(connection: AsyncConnection, keys: Collection[Any]) -> None:
    """Make the digests of scores anew out of which a person was taken, and put that on record."""
    for one in (await scores.by_ids(connection, list(keys))).values():
        digest = rules.digest(one.said())
        row = QualityScoreRow
        await connection.execute(update(row).where(row.id == one.id).values(digest=digest))
        entry = AuditEntry(
            at=datetime.now(UTC),
            action=RESEALED,
            subject=f"{one.id}",
            address="ledger",
            detail=digest,
        )
        await audit.note(connection, entry)


async def check(connection: AsyncConnection) -> Checked:
    """Read every score, and every appeal that is decided."""
    broken: list[tuple[str, str]] = []
    seen: set[str] = set()
    last = 0
    while some := await scores.after(connection, last, limit=READ):
        on_record = await _said(connection, [one.id for one in some], (*MADE, RESEALED))
        for one in some:
            seen.add(f"{one.id}")
            if not rules.digest(one.said()) == one.digest == on_record.get(f"{one.id}"):
                broken.append((f"Score {one.id}", "it is not as it was submitted"))
        last = some[-1].id
    made = await audit.subjects(connection, MADE)
    broken += [(f"Score {gone}", "it is missing") for gone in sorted(made - seen, key=int)]
    return Checked(len(seen), [*broken, *await _decisions(connection)])


async def _decisions(connection: AsyncConnection) -> Sequence[tuple[str, str]]:
    row, last = QualityAppealRow, 0
    broken: list[tuple[str, str]] = []
    while True:
        query = select(row.id, row.outcome).where(row.id > last).order_by(row.id).limit(READ)
        found = {each.id: each.outcome for each in await connection.execute(query)}
        if not found:
            return broken
        on_record = await _said(connection, list(found), (DECIDED,))
        broken += [
            (f"Appeal {key}", "it was decided otherwise")
            for key, outcome in found.items()
            if on_record.get(f"{key}") != outcome
        ]
        last = max(found)


async def _said(
    connection: AsyncConnection, ids: Sequence[int], actions: Sequence[str]
) -> Mapping[str, str]:
    """Return by id what the last entry of the audit log says of it."""
    return await audit.last_details(connection, [f"{each}" for each in ids], actions)
