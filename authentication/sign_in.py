"""Signing in: the tries, the password, and the new session, in an order nobody can race.

A try is counted before the password is looked at, so that a thousand at once are a thousand; the
right password forgets them, from where it came (`authentication/lockout.py`). Whatever is
wrong, the answer is the same sentence.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Self

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import HTTPConnection

from authentication import cookie
from authentication.admission import RequestQueue
from authentication.challenges import Challenges
from authentication.known_browser import Marks
from authentication.lockout import Guesses, Whence, everywhere
from authentication.passkeys import Answer
from authentication.passwords import Passwords
from authentication.sealing import SealError, Seals
from authentication.second_factors import ENTER, Proof, needed, proves, signed
from callflow.text import clean
from db.bounded import Database
from features.accounts import queries as accounts
from features.accounts import sessions
from features.accounts.queries import Account
from features.accounts.sessions import Session
from features.audit import log as audit
from features.audit.log import AuditEntry

LONGEST_AGENT = 200

LOOKED_UP_AT_ONCE, LOOKED_UP_WAITING = 4, 60
"""Numbers that are looked up for strangers: the database is there for who is at work."""

ADDRESS_KNOWN_FOR = timedelta(days=30)
"""An address from which somebody signed in is no stranger to that account for so long."""

NOBODY = 0
"""No account's id. What is asked for an account is asked for none, so that it takes as long."""

NO_PROOF = Proof()
"""What comes with a password alone."""

_EVER = timedelta(days=400)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Visitor:
    """The browser or program that wants in."""

    address: str
    agent: str
    session: str = ""
    """The cookie it came with: that session ends, whoever planted it."""
    browser: str = ""
    """The mark that it has signed in with the number before."""

    @classmethod
    def of(cls, connection: HTTPConnection, number: str = "", marks: Marks | None = None) -> Self:
        now = datetime.now(UTC)
        return cls(
            browser=marks.known(connection, number, now=now) if marks else "",
            address=connection.client.host if connection.client else "",
            agent=clean(connection.headers.get("user-agent", ""), LONGEST_AGENT),
            session=cookie.given(connection),
        )


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody is in; `secret` goes into the cookie, once."""

    account: Account
    session: Session
    secret: str = field(repr=False)


class WrongError(Exception):
    """The number or the password is wrong, or the account is disabled: nobody is told which."""


class CodeNeededError(Exception):
    """The password is right, and the account has a second factor: its code is missing."""


class WrongCodeError(Exception):
    """The password is right, and the code of the second factor is not, or was used already."""


class ClosedError(Exception):
    """There were too many wrong passwords; nothing is looked at before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class SignIn:
    """The way in."""

    def __init__(
        self, database: Database, passwords: Passwords, marks: Marks, seals: Seals
    ) -> None:
        self._database = database
        self.seals = seals
        self.challenges = Challenges()
        self.passwords = passwords
        self.marks = marks
        self.guesses = Guesses()
        self._queue = RequestQueue(at_once=LOOKED_UP_AT_ONCE, waiting=LOOKED_UP_WAITING)

    async def enter(
        self,
        number: str,
        password: str,
        visitor: Visitor,
        *,
        now: datetime,
        proof: Proof = NO_PROOF,
    ) -> Entered:
        """Return the new session; `proof` is the second factor, where the account has one.

        Raises WrongError, CodeNeededError, WrongCodeError, ClosedError, TooManyAtOnceError.
        """
        whence = Whence(visitor.address, visitor.browser)
        account = await self.proved(number, password, whence, now=now, proof=proof)
        if self.passwords.is_dated(account.password):
            await self._renew(account, password)
        return await self.seat(account, visitor, now=now)

    async def enter_by_passkey(self, answer: Answer, visitor: Visitor, *, now: datetime) -> Entered:
        """Return the new session of who has a passkey, with no password.

        Raises WrongError and TooManyAtOnceError.
        """

        async def look(database: AsyncConnection) -> Account | None:
            passkey = await signed(database, answer, ENTER, challenges=self.challenges, now=now)
            return await accounts.by_id(database, passkey.account_id) if passkey else None

        async with self._queue.turn(ahead=bool(visitor.browser)):
            account = await self._database.for_request().write(look)
        if account is None or account.disabled_at is not None:
            log.warning("passkey refused", address=visitor.address)
            if account is not None:
                entry = _refused(account, visitor.address, now, "passkey")
                self._database.note(partial(audit.note, entry=entry))
            raise WrongError
        return await self.seat(account, visitor, now=now)

    async def proved(
        self,
        number: str,
        password: str,
        whence: Whence,
        *,
        now: datetime,
        proof: Proof | None = None,
    ) -> Account:
        """Return the account whose number and password these are. Raises like `enter`.

        Without a `proof` no second factor is asked for: who asks is signed in already.
        """
        account, known = await self._looked_up(number, whence, now)
        counted = _counted_as(number, account)
        before = self.guesses.tried(counted, whence, now, nobodys=account is None)
        if before.until is not None and before.closed(now):
            raise ClosedError(before.until)
        if not known:
            await self._require_open(account, number, now)
        kept = account.password if account is not None and account.disabled_at is None else None
        if not await self.passwords.fits(password, kept, known=known) or account is None:
            self.guesses.failed(whence, now)
            log.warning("password refused", address=whence.address)
            if account is not None:
                entry = _refused(account, whence.address, now)
                self._database.note(partial(audit.note, entry=entry))
            raise WrongError
        if proof is not None:
            await self._require(account, proof, whence, now)
        self.guesses.right(counted, whence)
        return account

    async def _require(self, account: Account, proof: Proof, whence: Whence, now: datetime) -> None:
        """Ask for the second factor, where there is one. A wrong proof is a wrong try."""

        async def taken(database: AsyncConnection) -> bool | None:
            if not await needed(database, account.id):
                return True
            if not proof.is_there:
                return None
            return await proves(
                database,
                account.id,
                proof,
                seals=self.seals,
                challenges=self.challenges,
                now=now,
            )

        try:
            right = await self._database.for_request().write(taken)
        except SealError as error:
            log.error("second factor cannot be opened", account=account.id, why=str(error))
            right = False
        if right is None:
            raise CodeNeededError
        if not right:
            self.guesses.failed(whence, now)
            entry = _refused(account, whence.address, now, "code")
            self._database.note(partial(audit.note, entry=entry))
            raise WrongCodeError

    async def seat(self, account: Account, visitor: Visitor, *, now: datetime) -> Entered:
        """Return a new session of somebody who is who he says; the one that was brought ends."""
        secret, csrf = cookie.fresh(), cookie.fresh()

        async def change(database: AsyncConnection) -> Session:
            if visitor.session:
                await _end_brought(database, visitor.session, now)
            await accounts.note_success(database, account.id)
            await audit.note(database, _began(account, visitor, now))
            return await sessions.begin(
                database,
                secret,
                account_id=account.id,
                csrf=csrf,
                address=visitor.address,
                agent=visitor.agent,
                now=now,
            )

        session = await self._database.for_request().write(change)
        return Entered(account, session, secret)

    async def _looked_up(
        self, number: str, whence: Whence, now: datetime
    ) -> tuple[Account | None, bool]:
        """Return the account of a number, and whether it knows whence somebody comes."""

        async def look(database: AsyncConnection) -> tuple[Account | None, bool]:
            account = await accounts.by_number(database, number)
            since = now - ADDRESS_KNOWN_FOR
            whose = account.id if account is not None else NOBODY
            known = await sessions.came_from(database, whose, whence.address, since=since)
            return account, known or bool(whence.browser)

        async with self._queue.turn(ahead=bool(whence.browser)):
            return await self._database.for_request().ask(look)

    async def _require_open(self, account: Account | None, number: str, now: datetime) -> None:
        """Count a guess from where nobody knows; it is kept. Raises ClosedError."""
        until = await self._counted(account.id if account is not None else NOBODY, now)
        if account is None:
            until = self.guesses.tried_everywhere(number, now)
        if until is not None:
            raise ClosedError(until)

    async def _counted(self, account_id: int, now: datetime) -> datetime | None:
        """Count a guess at an account; return until when it is closed, None while it is open."""

        async def count(database: AsyncConnection) -> datetime | None:
            before = await accounts.note_failure(database, account_id)
            if before is None:
                return None
            if before.locked(now=now):
                return before.locked_until
            until = everywhere(before.locked_until, now)
            await accounts.close_until(database, account_id, until)
            return None

        async with self._queue.turn():
            return await self._database.for_request().write(count)

    async def _renew(self, account: Account, password: str) -> None:
        """Keep a password again, with today's care."""
        kept = await self.passwords.kept(password)
        await self._database.for_request().write(
            lambda database: accounts.set_password(
                database, account.id, kept, must_change=account.must_change
            )
        )


def _counted_as(number: str, account: Account | None) -> str:
    """Return under what guesses are counted: who gives a new password opens the way for it."""
    return number if account is None else f"{number} {account.password[-12:]}"


async def _end_brought(database: AsyncConnection, secret: str, now: datetime) -> None:
    found = await sessions.session(database, secret, now=now, idle=_EVER)
    if found is not None:
        await sessions.end(database, found[0].id, now=now)


def _began(account: Account, visitor: Visitor, now: datetime) -> AuditEntry:
    return AuditEntry(
        at=now,
        account_id=account.id,
        action="session.began",
        subject=account.number,
        address=visitor.address,
        detail="",
    )


def _refused(account: Account, address: str, now: datetime, what: str = "") -> AuditEntry:
    """Return the record of a wrong password or code: nobody knows who it was, only from where."""
    return AuditEntry(
        at=now, action="password.refused", subject=account.number, address=address, detail=what
    )
