"""Browser sessions, which can be ended. The cookie itself is never kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.accounts.queries import Account, account_in
from features.accounts.tables import AccountRow, SessionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser that is signed in, or was."""

    id: int
    account_id: int
    csrf: str = field(repr=False)
    """What every change must carry beside the cookie."""
    created_at: datetime
    seen_at: datetime
    """Of the last request, to the minute or so."""
    ended_at: datetime | None
    address: str
    agent: str
    """What the browser calls itself."""


_COLUMNS = tuple(getattr(SessionRow, name) for name in Session.__slots__)


def digest(secret: str) -> str:
    """Return what is kept of a cookie; it is random and long, so a plain SHA-256 will do."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def begin(
    connection: AsyncConnection,
    secret: str,
    *,
    account_id: int,
    csrf: str,
    address: str,
    agent: str,
    now: datetime,
) -> Session:
    """Keep a new session (in the caller's transaction)."""
    made = insert(SessionRow).values(
        hash=digest(secret),
        account_id=account_id,
        csrf=csrf,
        created_at=now,
        seen_at=now,
        address=address[:45],
        agent=agent[:200],
    )
    found = (await connection.execute(made.returning(*_COLUMNS))).mappings().one()
    return Session(**found)


async def session(
    connection: AsyncConnection, secret: str, *, now: datetime, idle: timedelta
) -> tuple[Session, Account] | None:
    """Return the session of a cookie and whose it is.

    None when it is unknown, was ended, was idle for longer, or the account is disabled.
    """
    query = (
        select(*_COLUMNS)
        .join(AccountRow, AccountRow.id == SessionRow.account_id)
        .where(
            SessionRow.hash == digest(secret),
            SessionRow.ended_at.is_(None),
            SessionRow.seen_at > now - idle,
            AccountRow.disabled_at.is_(None),
        )
    )
    found = (await connection.execute(query)).mappings().one_or_none()
    if found is None:
        return None
    made = Session(**found)
    whose = select(AccountRow.__table__).where(AccountRow.id == made.account_id)
    return made, account_in((await connection.execute(whose)).mappings().one())


async def came_from(
    connection: AsyncConnection, account_id: int, address: str, *, since: datetime
) -> bool:
    """Return whether somebody signed in from an address before, whether it lasts or not."""
    query = (
        select(SessionRow.id)
        .where(
            SessionRow.account_id == account_id,
            SessionRow.address == address[:45],
            SessionRow.created_at > since,
        )
        .limit(1)
    )
    return (await connection.execute(query)).first() is not None


async def seen(connection: AsyncConnection, session_id: int, *, now: datetime) -> None:
    """Note that a session is in use (in the caller's transaction)."""
    await connection.execute(
        update(SessionRow).where(SessionRow.id == session_id).values(seen_at=now)
    )


async def end(connection: AsyncConnection, session_id: int, *, now: datetime) -> bool:
    """End a session (in the caller's transaction); False when it had ended before."""
    done = await connection.execute(
        update(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.ended_at.is_(None))
        .values(ended_at=now)
        .returning(SessionRow.id)
    )
    return done.first() is not None


async def end_all(
    connection: AsyncConnection, account_id: int, *, now: datetime, but: int | None = None
) -> int:
    """End every session of an account but one; return how many ended."""
    which = [SessionRow.account_id == account_id, SessionRow.ended_at.is_(None)]
    if but is not None:
        which.append(SessionRow.id != but)
    done = await connection.execute(
        update(SessionRow).where(*which).values(ended_at=now).returning(SessionRow.id)
    )
    return len(done.all())


async def sessions(
    connection: AsyncConnection, account_id: int, *, now: datetime, idle: timedelta
) -> Sequence[Session]:
    """Return the sessions of an account that are good now, newest first."""
    query = (
        select(*_COLUMNS)
        .where(
            SessionRow.account_id == account_id,
            SessionRow.ended_at.is_(None),
            SessionRow.seen_at > now - idle,
        )
        .order_by(SessionRow.created_at.desc())
    )
    return [Session(**row) for row in (await connection.execute(query)).mappings()]
