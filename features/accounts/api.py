"""API of accounts, for administrators (SEC-3): people and their sessions.

A password that is given here serves once: the person must change it. Nobody takes away their own
right to be here, so that one administrator always remains. What is done is on record.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication import passwords
from authentication.admission import TooManyAtOnceError
from authentication.sign_in import SignIn
from callflow.text import clean
from features.accounts import queries as accounts
from features.accounts import sessions
from features.accounts.api_session import SessionShape, busy, sessions_of
from features.accounts.queries import Account, NumberTakenError
from features.audit import log as audit
from features.audit.access import audit_entry
from permissions.roles import Role
from web.api_models import Asking, CurrentUser, ListPage, found
from web.live import floor_of
from web.problems import Refused, documented
from web.shapes import Clean

router = APIRouter(prefix="/api/v1/accounts", tags=["people"])

NUMBER = r"^[0-9]{3,6}$"
Number = Annotated[str, Path(pattern=NUMBER, description="工号")]


def _a_name(text: str) -> str:
    cleaned = clean(text, 40).strip()
    if not cleaned:
        raise ValueError("a name has at least one letter")
    return cleaned


Name = Annotated[str, AfterValidator(_a_name), Field(min_length=1, max_length=40)]
Language = Annotated[str, Field(pattern="^(zh|en)$")]


def _a_department(text: str) -> str:
    return clean(text, 80).strip()


Department = Annotated[str, Field(max_length=80), AfterValidator(_a_department)]


class AccountShape(BaseModel):
    """One person who may sign in."""

    number: str = Field(description="工号", examples=["1001"])
    name: Clean = Field(examples=["李梅"])
    role: Role
    department: Clean = Field(description="Whose tickets a `department` sees; empty: none.")
    language: str = Field(description="Of the pages.", examples=["zh"])
    disabled_at: datetime | None
    must_change: bool = Field(description="Has a password that serves once.")
    locked_until: datetime | None = Field(
        description="After too many wrong passwords: until then only who is known is let in."
    )
    created_at: datetime

    @classmethod
    def of(cls, account: Account) -> "AccountShape":
        shape = cls.model_validate(account, from_attributes=True)
        # what lies in the past only says how many guesses were used up
        shape.locked_until = account.locked_until if account.locked(now=datetime.now(UTC)) else None
        return shape


class GivenPassword(BaseModel):
    """An account, and a password that is shown this once."""

    account: AccountShape
    password: str = Field(description="For the first sign-in.", examples=["k7wd-m3xp-9fqa"])


class NewAccount(BaseModel):
    """Somebody who comes to work here."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(pattern=NUMBER, description="工号; said to callers.", examples=["1001"])
    name: Name = Field(examples=["李梅"])
    role: Role
    department: Department = ""
    language: Language = "zh"


class AccountChange(BaseModel):
    """What is to be different; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    role: Role | None = None
    department: Department | None = Field(None, description="`` takes it away.")
    language: Language | None = None
    disabled: bool | None = Field(None, description="true: out at once, every session ends.")


@router.get("", responses=documented(401, 403, 503))
async def list_accounts(_principal: CurrentUser, asking: Asking) -> ListPage[AccountShape]:
    """Every account, by number; never more than one page."""
    held = await asking.ask(accounts.accounts)
    return ListPage(items=[AccountShape.of(each) for each in held], next=None)


@router.post("", status_code=201, responses=documented(401, 403, 409, 422, 503))
async def add_account(
    request: Request, wanted: NewAccount, principal: CurrentUser, asking: Asking
) -> GivenPassword:
    """Make an account; the answer holds the one-time password, and nothing ever shows it again."""
    now, password = datetime.now(UTC), passwords.one_time()
    kept = await _kept(request, password)

    async def change(database: AsyncConnection) -> Account:
        made = await accounts.add(
            database,
            number=wanted.number,
            name=wanted.name,
            role=wanted.role,
            language=wanted.language,
            department=wanted.department,
            password=kept,
            must_change=True,
            now=now,
        )
        await audit.note(
            database, audit_entry(principal, "account.added", made.number, made.role.value)
        )
        return made

    try:
        made = await asking.write(change)
    except NumberTakenError:
        raise Refused(409, f"The number {wanted.number} is somebody's already.") from None
    return GivenPassword(account=AccountShape.of(made), password=password)


@router.patch("/{number}", responses=documented(401, 403, 404, 422, 503))
async def change_account(
    request: Request, number: Number, wanted: AccountChange, principal: CurrentUser, asking: Asking
) -> AccountShape:
    """Change a name, role, department or language, disable or enable.

    A role counts from the next request.
    """
    if number == principal.number and (
        wanted.disabled or wanted.role not in {None, principal.role}
    ):
        raise Refused(422, "Nobody takes the right to do this from themselves.")
    now = datetime.now(UTC)

    async def change(database: AsyncConnection) -> Account | None:
        account = await accounts.by_number(database, number)
        if account is None:
            return None
        await accounts.change(
            database,
            account.id,
            name=wanted.name,
            role=wanted.role,
            language=wanted.language,
            department=wanted.department,
        )
        if wanted.disabled is not None:
            await _switched(database, account, off=wanted.disabled, now=now)
        said = wanted.model_dump_json(exclude_none=True, exclude={"name"})[:80]
        await audit.note(database, audit_entry(principal, "account.changed", number, said))
        return await accounts.by_id(database, account.id)

    changed = found(await asking.write(change), "account")
    if changed.disabled_at:
        await floor_of(request).put_out(changed.id, reason="account disabled")
    floor_of(request).streams.end(changed.id)  # who may still look comes back with the new role
    return AccountShape.of(changed)


@router.post("/{number}/password", responses=documented(401, 403, 404, 422, 503))
async def reset_password(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> GivenPassword:
    """Give a one-time password to somebody who forgot theirs; their sessions end, locks open."""
    now, password = datetime.now(UTC), passwords.one_time()
    kept = await _kept(request, password)

    async def change(database: AsyncConnection) -> Account | None:
        account = await accounts.by_number(database, number)
        if account is None:
            return None
        await sessions.end_all(database, account.id, now=now)
        await audit.note(database, audit_entry(principal, "account.reset", number))
        return await accounts.set_password(database, account.id, kept, must_change=True)

    account = found(await asking.write(change), "account")
    floor_of(request).streams.end(account.id)
    return GivenPassword(account=AccountShape.of(account), password=password)


@router.get("/{number}/sessions", responses=documented(401, 403, 404, 422, 503))
async def list_sessions_of(
    number: Number, principal: CurrentUser, asking: Asking
) -> ListPage[SessionShape]:
    """The browsers in which somebody is signed in; never more than one page."""
    account = await _account(number, asking)
    return ListPage(items=await sessions_of(account.id, principal, asking), next=None)


@router.delete("/{number}/sessions", status_code=204, responses=documented(401, 403, 404, 422, 503))
async def end_sessions_of(
    request: Request, number: Number, principal: CurrentUser, asking: Asking
) -> Response:
    """End every session of somebody: a leak, a machine that was left open, a last day (SEC-5)."""
    account, now = await _account(number, asking), datetime.now(UTC)

    async def change(database: AsyncConnection) -> None:
        await sessions.end_all(database, account.id, now=now)
        await audit.note(database, audit_entry(principal, "account.sessions_ended", number))

    await asking.write(change)
    floor_of(request).streams.end(account.id)
    return Response(status_code=204)


async def _switched(
    database: AsyncConnection, account: Account, *, off: bool, now: datetime
) -> None:
    if off:
        await accounts.disable(database, account.id, now=now)
        await sessions.end_all(database, account.id, now=now)
    elif account.disabled_at is not None:
        await accounts.enable(database, account.id)


async def _account(number: str, asking: Asking) -> Account:
    return found(await asking.ask(lambda database: accounts.by_number(database, number)), "account")


async def _kept(request: Request, password: str) -> str:
    sign_in: SignIn = request.app.state.sign_in
    try:
        return await sign_in.passwords.kept(password)
    except TooManyAtOnceError:
        raise busy() from None
