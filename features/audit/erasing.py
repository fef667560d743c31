"""Takes one person out of the audit log so that its chain still holds (SEC-1, ADR 20).

In the caller's transaction, in which the entry is kept that names what was erased.
"""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.audit import log as audit
from features.audit.chain import UNKNOWN, words_of
from features.audit.log import AuditEntry
from features.audit.tables import AuditRow

AT_ONCE: Final = 1000
NAMED_AT_ONCE: Final = 500
"""Places in one entry."""

_COLUMNS = (
    *(AuditRow.id, AuditRow.place, AuditRow.subject, AuditRow.detail, AuditRow.why),
    *(AuditRow.salt, AuditRow.sealed),
)
_WORDS = ("subject", "detail", "why")


async def last(connection: AsyncConnection) -> int:
    """Return the id of the newest entry."""
    return int((await connection.execute(select(func.max(AuditRow.id)))).scalar_one() or 0)


async def erase(
    connection: AsyncConnection,
    without: Callable[[str], str],
    *,
    after: int,
    entry: Callable[[str], AuditEntry],
) -> tuple[int, int]:
    """Erase from the entries behind an id; return the id of the last that was looked at, 0 at the
    end, and how many were erased.

    `without` gives a text without the person, `entry` the entry that names places.
    """
    query = select(*_COLUMNS).where(AuditRow.id > after).order_by(AuditRow.id).limit(AT_ONCE)
    rows = (await connection.execute(query)).mappings().all()
    changes, places = [], []
    for row in rows:
        words = {name: without(row[name]) for name in _WORDS}
        if all(words[name] == row[name] for name in _WORDS):
            continue
        sealed, salt = "", row["salt"]
        if row["place"] is not None:  # else it is in no chain yet, and goes there as it is now
            places.append(row["place"])
            sealed, salt = words_of(row) or UNKNOWN, ""
        changes.append({"of": row["id"], "salt": salt, "sealed": sealed, **words})
    if changes:
        values: dict[str, Any] = {name: bindparam(name) for name in ("salt", "sealed", *_WORDS)}
        table = AuditRow.__table__
        await connection.execute(
            update(table).where(table.c.id == bindparam("of")).values(values),  # type: ignore[arg-type]
            changes,
        )
    for begin in range(0, len(places), NAMED_AT_ONCE):
        named = ";".join(map(str, places[begin : begin + NAMED_AT_ONCE]))
        await audit.note(connection, entry(named))
    return (rows[-1]["id"] if len(rows) == AT_ONCE else 0), len(changes)
