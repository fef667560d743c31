"""Passkeys and recovery codes: find, keep, take, remove (in the caller's transaction)."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.passkeys import Made
from features.passkeys.tables import PasskeyRow, RecoveryCodeRow

MOST: Final = 10
"""Passkeys of one account."""
CODES: Final = 10
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is easily misread: no i, l, o, 0, 1."""
GROUPS, LETTERS = 4, 4
"""79 bits: nobody guesses one, and a plain SHA-256 of it tells nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """One passkey of an account."""

    id: int
    account_id: int
    credential: str
    public_key: str = field(repr=False)
    sign_count: int
    party: str
    name: str
    created_at: datetime
    used_at: datetime | None


_COLUMNS = tuple(getattr(PasskeyRow, name) for name in Passkey.__slots__)


async def of(connection: AsyncConnection, account_id: int) -> Sequence[Passkey]:
    """Return the passkeys of an account, the oldest first."""
    return await _found(connection, PasskeyRow.account_id == account_id)


async def by_credential(connection: AsyncConnection, credential: str) -> Passkey | None:
    """Return the passkey of an id, None for one that nobody has."""
    return next(iter(await _found(connection, PasskeyRow.credential == credential)), None)


async def add(
    connection: AsyncConnection,
    account_id: int,
    made: Made,
    *,
    name: str,
    party: str,
    now: datetime,
) -> int | None:
    """Keep a passkey and return its id; None when somebody has it already."""
    values = {
        "account_id": account_id,
        "credential": made.credential,
        "public_key": made.public_key,
        "sign_count": made.sign_count,
        "party": party,
        "name": name,
        "created_at": now,
    }
    try:
        async with connection.begin_nested():
            kept = await connection.execute(
                insert(PasskeyRow).values(values).returning(PasskeyRow.id)
            )
    except IntegrityError:
        return None
    return int(kept.scalar_one())


async def used(
    connection: AsyncConnection, passkey: Passkey, sign_count: int, *, now: datetime
) -> bool:
    """Note a sign-in; False when the same passkey has signed in meanwhile with that count."""
    row = PasskeyRow
    done = await connection.execute(
        update(row)
        .where(row.id == passkey.id, row.sign_count == passkey.sign_count)
        .values(sign_count=sign_count, used_at=now)
        .returning(row.id)
    )
    return done.first() is not None


async def rename(connection: AsyncConnection, account_id: int, passkey_id: int, name: str) -> bool:
    """Give one of an account's passkeys another name; False when there is none."""
    row, mine = PasskeyRow, _one(account_id, passkey_id)
    done = await connection.execute(update(row).where(*mine).values(name=name).returning(row.id))
    return done.first() is not None


async def remove(connection: AsyncConnection, account_id: int, passkey_id: int) -> str | None:
    """Forget one of an account's passkeys and return its name; None when there is none."""
    mine = _one(account_id, passkey_id)
    gone = await connection.execute(delete(PasskeyRow).where(*mine).returning(PasskeyRow.name))
    return gone.scalar_one_or_none()


async def remove_all(connection: AsyncConnection, account_id: int) -> None:
    """Forget every passkey and recovery code of an account."""
    for row in (PasskeyRow, RecoveryCodeRow):
        await connection.execute(delete(row).where(row.account_id == account_id))


async def new_codes(connection: AsyncConnection, account_id: int, *, now: datetime) -> list[str]:
    """Return fresh recovery codes, which are shown once; the ones before are worth nothing."""
    row = RecoveryCodeRow
    await connection.execute(delete(row).where(row.account_id == account_id))
    codes = ["-".join(_drawn(LETTERS) for _ in range(GROUPS)) for _ in range(CODES)]
    rows = [{"hash": _hash(code), "account_id": account_id, "made_at": now} for code in codes]
    await connection.execute(insert(row), rows)
    return codes


async def take_code(
    connection: AsyncConnection, account_id: int, code: str, *, now: datetime
) -> bool:
    """Tell whether a recovery code is good, and take it: it is never good again."""
    row = RecoveryCodeRow
    mine = (row.account_id == account_id, row.hash == _hash(code), row.used_at.is_(None))
    done = await connection.execute(
        update(row).where(*mine).values(used_at=now).returning(row.account_id)
    )
    return done.first() is not None


async def codes_left(connection: AsyncConnection, account_id: int) -> int:
    """Return how many recovery codes an account has that were not used."""
    row = RecoveryCodeRow
    counted = select(func.count()).where(row.account_id == account_id, row.used_at.is_(None))
    return int((await connection.execute(counted)).scalar_one())


async def _found(connection: AsyncConnection, which: Any) -> Sequence[Passkey]:
    query = select(*_COLUMNS).where(which).order_by(PasskeyRow.id)
    return [Passkey(**row) for row in (await connection.execute(query)).mappings()]


def _one(account_id: int, passkey_id: int) -> tuple[Any, Any]:
    return PasskeyRow.account_id == account_id, PasskeyRow.id == passkey_id


def _drawn(letters: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(letters))


def _hash(code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
