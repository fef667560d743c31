"""Looks at what is customers', put on record in one place as they are admitted (SEC-1).

Which routes show such things each feature declares (`Permissions.looks`).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from callflow.text import clean
from features.audit.log import AuditEntry

UNSAID: Final = frozenset({"cursor", "limit"})
"""What of a question says nothing about whom somebody looks at."""


def look(
    action: str,
    *,
    path: Mapping[str, object],
    query: Mapping[str, str],
    address: str,
    token_id: int | None,
    account_id: int | None,
) -> AuditEntry:
    """Return the entry of a look: the thing's id, or what was asked for, as far as there is room.

    `path` and `query` are the parameters of the request.
    """
    asked = {name: f"{text}" for name, text in {**path, **query}.items() if name not in UNSAID}
    of_one = len(asked) == 1 and bool(path)
    words = asked.values() if of_one else (f"{name}={text}" for name, text in asked.items())
    return AuditEntry(
        at=datetime.now(UTC),
        token_id=token_id,
        account_id=account_id,
        action=action,
        subject=clean(" ".join(words)),
        address=address,
        detail="",
    )
