"""Changes of accounts by administrators (SEC-3): add, change, disable, reset, sign out.

The page and the API call `add`, `change`, `reset` and `end_sessions`; the command line has no
floor, and calls what these keep (`added` …). Each change is in the audit log (SEC-1). Nobody can
take away their own right to do this, and nobody, whoever asks, the last administrator's.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication import passwords
from authentication.admission import TooManyAtOnceError
from authentication.passwords import Passwords
from callflow.text import clean
from db.bounded import RequestDatabase
from features.accounts import queries as accounts
from features.accounts import second_factor, sessions
from features.accounts.queries import Account, NumberTakenError
from features.accounts.shapes import AccountShape
from features.audit import log as audit
from features.audit.access import audit_entry
from features.passkeys import queries as passkeys
from floor.floor import Floor
from permissions.roles import Role
from web.api_models import InputModel
from web.current_user import Principal
from web.forms import Says, wrong
from web.problems import Refused

NUMBER: Final = r"^[0-9]{3,6}$"
LONGEST_NAME: Final = 40
LONGEST_GROUP: Final = 80


def _a_name(text: str) -> str:
    cleaned = clean(text, LONGEST_NAME).strip()
    if not cleaned:
        raise ValueError("a name has at least one letter")
    return cleaned


def _a_group(text: str) -> str:
    return clean(text, LONGEST_GROUP).strip()


Name = Annotated[
    str, Field(max_length=LONGEST_NAME), AfterValidator(_a_name), Says("accounts.fault_name")
]
Group = Annotated[str, Field(max_length=LONGEST_GROUP), AfterValidator(_a_group)]
"""The name of a department or of a team."""
Language = Annotated[str, Field(pattern="^(zh|en)$"), Says("accounts.fault_role")]


class AccountInput(InputModel):
    """Somebody who comes to work here."""

    number: Annotated[str, Field(pattern=NUMBER), Says("accounts.fault_number")] = Field(
        description="工号; said to callers.", examples=["1001"]
    )
    name: Name = Field(examples=["李梅"])
    role: Annotated[Role, Says("accounts.fault_role")]
    department: Group = ""
    team: Group = ""
    language: Language = "zh"


class AccountChange(InputModel):
    """What is to be different; what is left out stays."""

    name: Name | None = None
    role: Annotated[Role | None, Says("accounts.fault_role")] = None
    department: Group | None = Field(None, description="`` takes it away.")
    team: Group | None = Field(None, description="`` takes it away.")
    language: Language | None = None
    disabled: bool | None = Field(
        None, description="true: out at once, every session ends; false: in again, no lock."
    )
    version: int | None = Field(
        None,
        ge=1,
        le=2**31 - 1,
        description="The `version` that was seen; needed for all but `disabled`. Changed meanwhile "
        "by somebody: 409.",
    )

    @property
    def said(self) -> dict[str, Any]:
        """Return the columns that are to be different."""
        return self.model_dump(exclude={"disabled", "version"}, exclude_none=True)

    @model_validator(mode="after")
    def _says_upon_what(self) -> Self:
        if self.said and self.version is None:
            raise wrong("version", "accounts.fault_late", "Say the `version` that was seen.")
        return self


async def add(
    asking: RequestDatabase, hashing: Passwords, principal: Principal, given: AccountInput
) -> tuple[Account, str]:
    """Make an account; return it, and a password that serves once and is shown nowhere again.

    Raises Refused: 409 for a number that somebody has, 503 when too many passwords are made.
    """
    password = passwords.one_time()
    kept = await _kept(hashing, password)
    made = await asking.write(lambda connection: added(connection, principal, given, kept))
    return made, password


async def added(
    connection: AsyncConnection, principal: Principal, given: AccountInput, kept: str
) -> Account:
    """Keep a new account with what Argon2 made of its password. Raises Refused with 409."""
    try:
        made = await accounts.add(
            connection,
            **given.model_dump(),
            password=kept,
            must_change=True,
            now=datetime.now(UTC),
        )
    except NumberTakenError:
        said = f"The number {given.number} is somebody's already."
        raise Refused(409, said, faults={"number": "accounts.fault_taken"}) from None
    await audit.note(
        connection, audit_entry(principal, "account.added", made.number, made.role.value)
    )
    return made


async def change(
    asking: RequestDatabase, floor: Floor, principal: Principal, number: str, given: AccountChange
) -> Account:
    """Change what is said of a person, disable or enable; open pages come back with it.

    Raises Refused: 404, 422 for one's own right, 409 for the last administrator's, and 409 with the
    account as it is now when somebody changed it meanwhile. What is so already is no conflict, and
    no change.
    """
    after = await asking.write(lambda connection: changed(connection, principal, number, given))
    if after.disabled_at:
        await floor.put_out(after.id, reason="account disabled")
    await floor.attendance.regrouped(after.id, after.team)
    floor.streams.end(after.id)
    return after


async def changed(
    connection: AsyncConnection, principal: Principal, number: str, given: AccountChange
) -> Account:
    """Keep a change of an account. Raises Refused like `change`."""
    account = await _account(connection, number)
    if number == principal.number and (given.disabled or given.role not in {None, principal.role}):
        said = "Nobody takes the right to do this from themselves."
        raise Refused(422, said, faults={"role": "accounts.fault_own"})
    await _one_remains(connection, account, given)
    after = replace(account, **given.said)
    is_other = after != account
    if is_other:
        saved = await accounts.save(connection, replace(after, version=given.version or 0))
        if saved is None:
            raise _late(await _account(connection, number))
    if given.disabled is not None:
        is_other |= await _switched(connection, account, off=given.disabled)
    if is_other:
        said = given.model_dump_json(exclude_none=True, exclude={"name", "version"})[:80]
        await audit.note(connection, audit_entry(principal, "account.changed", number, said))
    return await _account(connection, number)


async def reset(
    asking: RequestDatabase, floor: Floor, hashing: Passwords, principal: Principal, number: str
) -> tuple[Account, str]:
    """Give a one-time password to somebody who forgot theirs; their sessions end, locks open.

    Return the account and the password. Raises Refused: 404, or 503 as `add`.
    """
    password = passwords.one_time()
    kept = await _kept(hashing, password)
    account = await asking.write(
        lambda connection: password_given(connection, principal, number, kept)
    )
    floor.streams.end(account.id)
    return account, password


async def password_given(
    connection: AsyncConnection, principal: Principal, number: str, kept: str
) -> Account:
    """Keep a one-time password of somebody. Raises Refused with 404."""
    account = await _account(connection, number)
    await sessions.end_all(connection, account.id, now=datetime.now(UTC))
    await second_factor.remove(connection, account.id)  # a telephone that is lost is no way in
    await passkeys.remove_all(connection, account.id)
    await audit.note(connection, audit_entry(principal, "account.reset", number))
    await accounts.set_password(connection, account.id, kept, must_change=True)
    return await _account(connection, number)


async def end_sessions(
    asking: RequestDatabase, floor: Floor, principal: Principal, number: str
) -> None:
    """End every session of somebody: a leak, a machine that was left open, a last day (SEC-5)."""

    async def ended(connection: AsyncConnection) -> Account:
        account = await _account(connection, number)
        await sessions.end_all(connection, account.id, now=datetime.now(UTC))
        await audit.note(connection, audit_entry(principal, "account.sessions_ended", number))
        return account

    account = await asking.write(ended)
    floor.streams.end(account.id)


async def _one_remains(connection: AsyncConnection, account: Account, given: AccountChange) -> None:
    """Refuse what would leave nobody who may give rights to people."""
    stays = not given.disabled and given.role in {None, Role.ADMINISTRATOR}
    if stays or account.role is not Role.ADMINISTRATOR or account.disabled_at:
        return
    if not await accounts.another_administrator(connection, account.id):
        said = "This is the last administrator who may sign in: make another one first."
        raise Refused(409, said, faults={"role": "accounts.fault_last"})


async def _switched(connection: AsyncConnection, account: Account, *, off: bool) -> bool:
    """Disable or enable an account; return whether it was otherwise."""
    if off and account.disabled_at is None:
        now = datetime.now(UTC)
        await accounts.disable(connection, account.id, now=now)
        await sessions.end_all(connection, account.id, now=now)
        return True
    if not off and (account.disabled_at or account.locked_until or account.failures):
        await accounts.enable(connection, account.id)
        return True
    return False


async def _account(connection: AsyncConnection, number: str) -> Account:
    account = await accounts.by_number(connection, number)
    if account is None:
        said = "There is no account with this number."
        raise Refused(404, said, faults={"number": "accounts.fault_none"})
    return account


async def _kept(hashing: Passwords, password: str) -> str:
    try:
        return await hashing.kept(password)
    except TooManyAtOnceError:
        raise busy("accounts.fault_busy") from None


def busy(words: str) -> Refused:
    """Return the refusal of a moment in which too many passwords are looked at."""
    return Refused(
        503,
        "Too many people sign in this second; try again.",
        headers={"Retry-After": "2"},
        faults={"number": words},
    )


def _late(now_so: Account) -> Refused:
    return Refused(
        409,
        f"Somebody changed this account meanwhile; it is at version {now_so.version}.",
        faults={"version": "accounts.fault_late"},
        current=AccountShape.of(now_so),
    )
