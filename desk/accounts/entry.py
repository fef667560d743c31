"""Owns signing in: the tries, the password, and the new sitting, in an order nobody can race.

A try is counted before the password is looked at, so that a thousand at once are a thousand; the
right password forgets them. Whatever is wrong, the answer is the same sentence.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Self

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import HTTPConnection

from callflow.text import clean
from desk.accounts import cookie
from desk.accounts.lockout import FREE_FAILURES, Strangers, pause
from desk.accounts.passwords import Passwords
from desk.archive import Archive
from tickets import accounts, audit, sittings
from tickets.accounts import Account
from tickets.audit import Look
from tickets.sittings import Sitting

LONGEST_AGENT = 200

_EVER = timedelta(days=400)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Visitor:
    """The browser or program that wants in."""

    address: str
    agent: str
    sitting: str = ""
    """The cookie it came with: that sitting ends, whoever planted it."""

    @classmethod
    def of(cls, connection: HTTPConnection) -> Self:
        return cls(
            address=connection.client.host if connection.client else "",
            agent=clean(connection.headers.get("user-agent", ""), LONGEST_AGENT),
            sitting=cookie.given(connection),
        )


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody is in; `secret` goes into the cookie, once."""

    account: Account
    sitting: Sitting
    secret: str = field(repr=False)


class WrongError(Exception):
    """The number or the password is wrong, or the account is disabled: nobody is told which."""


class ClosedError(Exception):
    """There were too many wrong passwords; nothing is looked at before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class Door:
    """The way in."""

    def __init__(self, archive: Archive, passwords: Passwords) -> None:
        self._archive = archive
        self.passwords = passwords
        self.strangers = Strangers()

    async def enter(
        self, number: str, password: str, visitor: Visitor, *, now: datetime
    ) -> Entered:
        """Return the new sitting. Raises WrongError, ClosedError, TooManyAtOnceError."""
        account = await self.proved(number, password, visitor.address, now=now)
        if self.passwords.is_dated(account.password):
            await self._renew(account, password)
        return await self.seat(account, visitor, now=now)

    async def proved(self, number: str, password: str, address: str, *, now: datetime) -> Account:
        """Return the account whose number and password these are. Raises like `enter`.

        The try stays counted until somebody forgets it: `seat`, or a new password.
        """
        until = self.strangers.address_closed_until(address, now)
        if until is not None:
            raise ClosedError(until)
        account = await self._tried(number, now)
        kept = account.password if account is not None and account.disabled_at is None else None
        if not await self.passwords.fits(password, kept) or account is None:
            self.strangers.failed(address, now)
            log.warning("password refused", address=address)
            if account is not None:
                self._archive.note(partial(audit.note, look=_refused(account, address, now)))
            raise WrongError
        return account

    async def seat(self, account: Account, visitor: Visitor, *, now: datetime) -> Entered:
        """Return a new sitting of somebody who is who he says; the one that was brought ends."""
        secret, csrf = cookie.fresh(), cookie.fresh()

        async def change(database: AsyncConnection) -> Sitting:
            if visitor.sitting:
                await _end_brought(database, visitor.sitting, now)
            await accounts.note_success(database, account.id)
            await audit.note(database, _began(account, visitor, now))
            return await sittings.begin(
                database,
                secret,
                account_id=account.id,
                csrf=csrf,
                address=visitor.address,
                agent=visitor.agent,
                now=now,
            )

        sitting = await self._archive.patience().write(change)
        return Entered(account, sitting, secret)

    async def _tried(self, number: str, now: datetime) -> Account | None:
        """Count a try; return the account as it was. Raises ClosedError."""
        tried = await self._archive.patience().write(lambda database: _count(database, number, now))
        if tried is None:
            before = self.strangers.tried(number, now)
            if before.until is not None and before.closed(now):
                raise ClosedError(before.until)
            return None
        before_it, after = tried
        if before_it.locked_until is not None and before_it.locked(now=now):
            raise ClosedError(before_it.locked_until)
        overtaken = after.failures != before_it.failures + 1 and after.failures > FREE_FAILURES + 1
        if overtaken and after.locked_until is not None:
            raise ClosedError(after.locked_until)
        return before_it

    async def _renew(self, account: Account, password: str) -> None:
        """Keep a password again, with today's care."""
        kept = await self.passwords.kept(password)
        await self._archive.patience().write(
            lambda database: accounts.set_password(
                database, account.id, kept, must_change=account.must_change
            )
        )


async def _count(
    database: AsyncConnection, number: str, now: datetime
) -> tuple[Account, Account] | None:
    """Count a try at an account that is open; return it before and after, None for nobody's."""
    before = await accounts.by_number(database, number)
    if before is None:
        return None
    if before.locked(now=now):
        return before, before
    after = await accounts.note_failure(
        database,
        before.id,
        now=now,
        allowed=FREE_FAILURES + 1,
        locked_for=pause(before.failures + 1),
    )
    return before, after or before


async def _end_brought(database: AsyncConnection, secret: str, now: datetime) -> None:
    found = await sittings.sitting(database, secret, now=now, idle=_EVER)
    if found is not None:
        await sittings.end(database, found[0].id, now=now)


def _began(account: Account, visitor: Visitor, now: datetime) -> Look:
    return Look(
        at=now,
        account_id=account.id,
        action="sitting.began",
        subject=account.number,
        address=visitor.address,
        detail="",
    )


def _refused(account: Account, address: str, now: datetime) -> Look:
    """Return the record of a wrong password: nobody knows who it was, only from where."""
    return Look(
        at=now, action="password.refused", subject=account.number, address=address, detail=""
    )
