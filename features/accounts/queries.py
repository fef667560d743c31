"""Queries of accounts: one a person (SEC-3), found by number.

Knows no password: `password` is what Argon2 made of it, written and checked by who asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from features.accounts.tables import AccountRow
from permissions.roles import Role


class NumberTakenError(Exception):
    """Another account, perhaps a disabled one, has this number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One person who may sign in."""

    id: int
    number: str
    """工号, three to six digits; never given to a second person."""
    name: str
    role: Role
    password: str = field(repr=False)
    """In Argon2's notation."""
    language: str
    """Of the pages: `zh` or `en`."""
    department: str
    """The department that the person belongs to; empty: none."""
    team: str
    """The team that the person belongs to; empty: none."""
    version: int
    """One more with each change by `save`."""
    disabled_at: datetime | None
    must_change: bool
    """The password was given by somebody else and serves only to set an own one."""
    failures: int
    """Guesses from unknown places since the last right password."""
    locked_until: datetime | None
    """Until when none of those is looked at; who is known is."""
    created_at: datetime

    def locked(self, *, now: datetime) -> bool:
        """Return whether no password of a stranger is looked at now."""
        return self.locked_until is not None and now < self.locked_until


async def add(
    connection: AsyncConnection,
    *,
    number: str,
    name: str,
    role: Role,
    password: str,
    must_change: bool,
    language: str = "zh",
    department: str = "",
    team: str = "",
    now: datetime,
) -> Account:
    """Make an account (in the caller's transaction). Raises NumberTakenError."""
    made = insert(AccountRow).values(
        number=number,
        name=name,
        role=role.value,
        department=department,
        team=team,
        password=password,
        language=language,
        must_change=must_change,
        failures=0,
        created_at=now,
    )
    try:
        async with connection.begin_nested():
            key = (await connection.execute(made.returning(AccountRow.id))).scalar_one()
    except IntegrityError:
        raise NumberTakenError(number) from None
    account = await by_id(connection, key)
    assert account is not None
    return account


async def by_number(connection: AsyncConnection, number: str) -> Account | None:
    """Return the account with a number, disabled or not."""
    return await _one(connection, AccountRow.number == number)


async def by_id(connection: AsyncConnection, account_id: int) -> Account | None:
    """Return one account, disabled or not."""
    return await _one(connection, AccountRow.id == account_id)


async def accounts(connection: AsyncConnection) -> Sequence[Account]:
    """Return every account, by number."""
    found = await connection.execute(select(AccountRow.__table__).order_by(AccountRow.number))
    return [account_in(row) for row in found.mappings()]


async def team_of(connection: AsyncConnection, team: str) -> frozenset[str]:
    """Return the numbers of the people of a team, of those too who are disabled by now."""
    found = await connection.execute(select(AccountRow.number).where(AccountRow.team == team))
    return frozenset(found.scalars())


async def any_account(connection: AsyncConnection) -> bool:
    """Return whether there is an account at all; the first start makes one."""
    return (await connection.execute(select(AccountRow.id).limit(1))).first() is not None


async def another_administrator(connection: AsyncConnection, account_id: int) -> bool:
    """Return whether an administrator besides this account may sign in, until the transaction ends.

    All administrators are held meanwhile: two who disable each other at once come one by one.
    """
    found = await connection.execute(
        select(AccountRow.id)
        .where(AccountRow.role == Role.ADMINISTRATOR.value, AccountRow.disabled_at.is_(None))
        .order_by(AccountRow.id)
        .with_for_update()
    )
    return bool({*found.scalars()} - {account_id})


async def save(connection: AsyncConnection, account: Account) -> Account | None:
    """Keep what is said of a person, upon the version that `account` has; None: it is another now.

    In the caller's transaction. Sign-in has its own columns, and is left as it is.
    """
    done = await connection.execute(
        update(AccountRow)
        .where(AccountRow.id == account.id, AccountRow.version == account.version)
        .values(
            name=account.name,
            role=account.role.value,
            language=account.language,
            department=account.department,
            team=account.team,
            version=account.version + 1,
        )
        .returning(AccountRow.id)
    )
    return None if done.first() is None else await by_id(connection, account.id)


async def set_password(
    connection: AsyncConnection, account_id: int, password: str, *, must_change: bool
) -> Account | None:
    """Keep a new password, and forget the failures with the old one."""
    return await _changed(
        connection,
        account_id,
        password=password,
        must_change=must_change,
        failures=0,
        locked_until=None,
    )


async def disable(connection: AsyncConnection, account_id: int, *, now: datetime) -> Account | None:
    """Let an account in no more; what it did stays on record."""
    return await _changed(connection, account_id, disabled_at=now)


async def enable(connection: AsyncConnection, account_id: int) -> Account | None:
    """Let an account in again, with a clean slate."""
    return await _changed(connection, account_id, disabled_at=None, failures=0, locked_until=None)


async def note_failure(connection: AsyncConnection, account_id: int) -> Account | None:
    """Count a wrong password; return the account with it.

    Counted in the database, so that many tries at once are each counted; until the transaction is
    over nobody else counts (see `close_until`).
    """
    return await _changed(connection, account_id, failures=AccountRow.failures + 1)


async def close_until(
    connection: AsyncConnection, account_id: int, until: datetime
) -> Account | None:
    """Keep until when no guess of a stranger is looked at; what is past is what was used up."""
    return await _changed(connection, account_id, locked_until=until)


async def note_success(connection: AsyncConnection, account_id: int) -> Account | None:
    """Forget the wrong passwords before a right one; what strangers have used up stays so."""
    return await _changed(connection, account_id, failures=0)


async def count(connection: AsyncConnection, role: Role) -> int:
    """Return how many may sign in with a role: the last administrator must not be disabled."""
    query = select(func.count()).where(
        AccountRow.role == role.value, AccountRow.disabled_at.is_(None)
    )
    return int((await connection.execute(query)).scalar_one())


def account_in(row: RowMapping) -> Account:
    """Return the account that a row of `accounts` holds."""
    columns: dict[str, Any] = {name: row[name] for name in Account.__slots__}
    columns["role"] = Role(row["role"])
    return Account(**columns)


async def _one(connection: AsyncConnection, which: Any) -> Account | None:
    found = await connection.execute(select(AccountRow.__table__).where(which))
    row = found.mappings().one_or_none()
    return None if row is None else account_in(row)


async def _changed(connection: AsyncConnection, account_id: int, **values: Any) -> Account | None:
    if values:
        await connection.execute(
            update(AccountRow).where(AccountRow.id == account_id).values(**values)
        )
    return await by_id(connection, account_id)
