"""The second factor of signing in: six digits of an authenticator app, by the clock (RFC 6238).

`pyotp` reckons them. A code is good for its own 30 s and those before and after, and once only: two
who send the same code in the same moment are one. The secret is drawn here, and counts from the
first code on that proves that the app has it. It is kept sealed.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import pyotp
from pyotp.utils import strings_equal
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.sealing import SealError, Seals, is_sealed
from features.accounts.tables import SecondFactorRow
from features.webhooks import sealed as webhook_secrets

PERIOD_S: Final = 30
AROUND: Final = (-1, 0, 1)
"""Steps of the clock that an app may be off by."""
DIGITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """The app of one account."""

    account_id: int
    secret: str = field(repr=False)
    """As it is kept: sealed."""
    confirmed_at: datetime | None
    """None: it was shown, and no code has proved it yet. It asks for nothing before."""


def uri(secret: str, *, number: str, company: str) -> str:
    """Return what an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=number, issuer_name=company)


async def of(connection: AsyncConnection, account_id: int) -> SecondFactor | None:
    """Return the app of an account, None when there is none."""
    row = SecondFactorRow
    query = select(row.account_id, row.secret, row.confirmed_at).where(row.account_id == account_id)
    found = (await connection.execute(query)).mappings().one_or_none()
    return None if found is None else SecondFactor(**found)


async def begin(connection: AsyncConnection, account_id: int, seals: Seals) -> str | None:
    """Keep and return a fresh secret; None when an app is in use: it must be removed first.

    Raises SealError when the key is gone with which others were sealed: a new one would hide it.
    """
    if not seals.has_key and (
        await has_any_sealed(connection) or await webhook_secrets.has_any(connection)
    ):
        raise SealError(f"there is no {seals.path}")
    before = await of(connection, account_id)
    if before is not None and before.confirmed_at is not None:
        return None
    await remove(connection, account_id)
    secret = pyotp.random_base32()
    sealed = seals.seal(secret, about=_about(account_id))
    values = {"account_id": account_id, "secret": sealed, "last_step": 0}
    await connection.execute(insert(SecondFactorRow).values(values))
    return secret


async def remove(connection: AsyncConnection, account_id: int) -> bool:
    """Forget the app of an account; False: there was none."""
    row = SecondFactorRow
    gone = delete(row).where(row.account_id == account_id).returning(row.account_id)
    return (await connection.execute(gone)).first() is not None


async def accept(
    connection: AsyncConnection, factor: SecondFactor, code: str, seals: Seals, *, now: datetime
) -> bool:
    """Tell whether a code is right, and take it: it is never right again. Raises SealError."""
    step = step_of(seals.open(factor.secret, about=_about(factor.account_id)), code, now)
    if step is None:
        return False
    row = SecondFactorRow
    taken = await connection.execute(
        update(row)
        .where(
            row.account_id == factor.account_id,
            row.secret == factor.secret,
            row.last_step < step,
        )
        .values(last_step=step, confirmed_at=factor.confirmed_at or now)
        .returning(row.account_id)
    )
    return taken.first() is not None


def is_of_an_app(code: str) -> bool:
    """Tell whether a code looks as an app's; a recovery code does not."""
    digits = "".join(code.split())
    return len(digits) == DIGITS and digits.isascii() and digits.isdecimal()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return of which step of the clock a code is, None for one that is none."""
    if not is_of_an_app(code):
        return None
    digits = "".join(code.split())
    app, current = pyotp.TOTP(secret), int(now.timestamp()) // PERIOD_S
    steps = (current + off for off in AROUND)
    return next((each for each in steps if strings_equal(app.generate_otp(each), digits)), None)


async def has_any_sealed(connection: AsyncConnection) -> bool:
    """Tell whether a secret is sealed."""
    return any(is_sealed(each) for each in (await _kept(connection)).values())


async def seal_again(connection: AsyncConnection, seals: Seals) -> tuple[int, int]:
    """Seal every secret with the newest key, plain ones too; return how many, and how many not.

    Those that no key opens stay as they are.
    """
    if connection.dialect.name == "sqlite":
        await connection.execute(text("PRAGMA secure_delete=ON"))  # nor what stood there before
    row, done, shut = SecondFactorRow, 0, 0
    for account_id, secret in (await _kept(connection)).items():
        try:
            plain = seals.open(secret, about=_about(account_id))
        except SealError:
            shut += 1
            continue
        sealed = seals.seal(plain, about=_about(account_id))
        mine = (row.account_id == account_id, row.secret == secret)
        await connection.execute(update(row).where(*mine).values(secret=sealed))
        done += 1
    return done, shut


async def looked_at(connection: AsyncConnection, seals: Seals) -> tuple[int, int, int]:
    """Return how many secrets are sealed and open, lie plain, and are shut for good."""
    kept, shut = await _kept(connection), 0
    for account_id, secret in kept.items():
        try:
            seals.open(secret, about=_about(account_id))
        except SealError:
            shut += 1
    plain = sum(not is_sealed(secret) for secret in kept.values())
    return len(kept) - plain - shut, plain, shut


async def _kept(connection: AsyncConnection) -> dict[int, str]:
    row = SecondFactorRow
    found = await connection.execute(select(row.account_id, row.secret))
    return {int(account_id): str(secret) for account_id, secret in found}


def _about(account_id: int) -> str:
    return f"second factor of {account_id}"
