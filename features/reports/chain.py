"""The chain of reports: each has a hash of itself and of that before it, as the audit log (ADR 14).

So nobody changes a report, takes one out or puts one between without being found. A report's hash
is in the audit log too: who rewrites all reports would have to rewrite that as well.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.reports.tables import ReportHeadRow, ReportRow

BEGINNING: Final = "0" * 64
READ: Final = 200
"""Reports that a check reads at once."""
# The reason of a correction is no part of it: a person who is erased is taken out of it. It stands
# in the audit log too, whose own chain holds it.
_SAID: Final = (
    *("id", "sort", "period", "from_day", "to_day", "number", "corrects"),
    *("made_at", "made_by", "sha256"),
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of all reports found."""

    reports: int
    head: str
    """The hash of the last one."""
    broken: tuple[tuple[int, str], ...] = ()
    """Reports that do not hold, and why."""


def sha256_of(text: str) -> str:
    """Return the digest of a report's figures."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(before: str, row: Mapping[str, Any] | RowMapping) -> str:
    """Return the hash of a report after the one with the hash `before`."""
    said = [before, *(_written(row[name]) for name in _SAID)]
    return sha256_of(json.dumps(said, ensure_ascii=False, separators=(",", ":")))


def _written(value: Any) -> Any:
    match value:
        case datetime():  # a date too, so it comes first
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
    return value


async def check(connection: AsyncConnection) -> Checked:
    """Walk all reports in the order in which they were made."""
    end = select(ReportHeadRow.place, ReportHeadRow.hash).where(ReportHeadRow.id == 1)
    place, head = (await connection.execute(end)).one()
    found: list[tuple[int, str]] = []
    last, before = 0, BEGINNING
    while rows := await _after(connection, last):
        for row in rows:
            if row["id"] != last + 1:
                found.append((last + 1, f"reports {last + 1} to {row['id'] - 1} are missing"))
            if sha256_of(row["figures"]) != row["sha256"]:
                found.append((row["id"], "its figures are not as they were made"))
            elif hash_of(before, row) != row["hash"]:
                found.append((row["id"], "it, or the one before it, is not as it was made"))
            last, before = row["id"], row["hash"]
    if (last, before) != (place, head):
        found.append((last + 1, "the last reports are missing"))
    return Checked(last, before, tuple(found))


async def _after(connection: AsyncConnection, last: int) -> list[RowMapping]:
    query = select(ReportRow.__table__).where(ReportRow.id > last).order_by(ReportRow.id)
    return list((await connection.execute(query.limit(READ))).mappings())
