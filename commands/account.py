"""`thirdring account`: make, list, reset, disable and enable the people who may sign in.

One-time passwords are shown once, on the terminal; the database keeps what Argon2 makes of them.
"""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.passwords import Passwords, one_time
from callflow.text import clean
from commands import context, printing
from commands.queries import answer
from commands.token import migrated
from features.accounts import queries as accounts
from features.accounts import sessions
from features.accounts.queries import Account, NumberTakenError
from permissions.roles import IN_CHINESE, Role
from settings import Settings

FIRST_NUMBER = "1000"
"""工号 of the administrator that the first start makes."""

LONGEST_NAME = 40

Change = Callable[[AsyncConnection, Account], Awaitable[object]]


@click.group()
def account() -> None:
    """Make, list, reset, disable and enable the accounts of people (a token is for programs)."""


@account.command()
@click.argument("number")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--department", default="", help="Whose tickets the role `department` sees.")
def add(number: str, name: str, role: str, language: str, department: str) -> None:
    """Make an account with a NUMBER (工号, 3 to 6 digits); print its one-time password."""
    if not re.fullmatch(r"[0-9]{3,6}", number):
        raise context.Refusal("A number has 3 to 6 digits.")
    called = clean(name, LONGEST_NAME).strip()
    if not called:
        raise context.Refusal("Say the person's name with --name.")
    settings = context.settings()
    migrated(settings)
    try:
        password = made(
            settings, number, called, Role(role), language, clean(department, 80).strip()
        )
    except NumberTakenError:
        raise context.Refusal(f"The number {number} is somebody's already.") from None
    _show_password(number, password)


@account.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_accounts(*, as_json: bool) -> None:
    """List every account."""
    settings = context.settings()
    found = answer(settings, accounts.accounts)
    if as_json:
        click.echo(json.dumps([_facts(each) for each in found], ensure_ascii=False))
    elif found:
        printing.table(
            ["Number", "Name", "Role", "角色", "Department", "State", "Made"],
            [_row(each, settings) for each in found],
        )
    else:
        printing.line("There are no accounts yet; `thirdring run` makes the first.")


@account.command()
@click.argument("number")
@click.argument("name")
def department(number: str, name: str) -> None:
    """Say to which department (NAME; "" for none) somebody belongs: whose tickets are seen."""
    called = clean(name, 80).strip()
    _change(
        context.settings(),
        number,
        lambda connection, one: accounts.change(connection, one.id, department=called),
    )
    printing.line(f"{number} belongs to {called or 'no department'}.")


@account.command()
@click.argument("number")
def reset(number: str) -> None:
    """Give a new one-time password to somebody; all their sessions end."""
    settings, password, now = context.settings(), one_time(), datetime.now(UTC)
    kept = Passwords().kept_now(password)

    async def change(connection: AsyncConnection, one: Account) -> None:
        await sessions.end_all(connection, one.id, now=now)
        await accounts.set_password(connection, one.id, kept, must_change=True)

    _change(settings, number, change)
    _show_password(number, password)


@account.command()
@click.argument("number")
def disable(number: str) -> None:
    """Let somebody in no more; all their sessions end. What they did stays on record."""
    now = datetime.now(UTC)

    async def change(connection: AsyncConnection, one: Account) -> None:
        await accounts.disable(connection, one.id, now=now)
        await sessions.end_all(connection, one.id, now=now)

    _change(context.settings(), number, change)
    printing.line(f"{number} is disabled and signed out everywhere.")


@account.command()
@click.argument("number")
def enable(number: str) -> None:
    """Let somebody in again, after `disable` or after too many wrong passwords."""
    _change(context.settings(), number, lambda connection, one: accounts.enable(connection, one.id))
    printing.line(f"{number} may sign in.")


def first_administrator(settings: Settings) -> str | None:
    """Make the first account when there is none; return its one-time password, else None.

    Raises NotReady when the database cannot be asked.
    """
    if answer(settings, accounts.any_account):
        return None
    try:
        return made(settings, FIRST_NUMBER, IN_CHINESE[Role.ADMINISTRATOR], Role.ADMINISTRATOR)
    except NumberTakenError:
        return None  # another start was quicker, and has shown its password


def made(
    settings: Settings,
    number: str,
    name: str,
    role: Role,
    language: str = "zh",
    department: str = "",
) -> str:
    """Make an account; return its one-time password. Raises NumberTakenError."""
    password, now = one_time(), datetime.now(UTC)
    kept = Passwords().kept_now(password)
    answer(
        settings,
        lambda connection: accounts.add(
            connection,
            number=number,
            name=name,
            role=role,
            password=kept,
            must_change=True,
            language=language,
            department=department,
            now=now,
        ),
        writing=True,
    )
    return password


def _change(settings: Settings, number: str, change: Change) -> None:
    async def found_and_changed(connection: AsyncConnection) -> bool:
        one = await accounts.by_number(connection, number)
        if one is not None:
            await change(connection, one)
        return one is not None

    if not answer(settings, found_and_changed, writing=True):
        raise context.Refusal(f"There is no account with the number {clean(number, 20)}.")


def _show_password(number: str, password: str) -> None:
    printing.line(f"One-time password of {number}: {password}")
    printing.line("It is shown only now, and must be changed at the first sign-in.")


def _row(one: Account, settings: Settings) -> list[str]:
    state = "disabled" if one.disabled_at else "first sign-in" if one.must_change else "in use"
    made_at = printing.moment(one.created_at, settings.zone, pattern="%Y-%m-%d %H:%M")
    return [
        one.number,
        one.name,
        one.role.value,
        IN_CHINESE[one.role],
        one.department,
        state,
        made_at,
    ]


def _facts(one: Account) -> dict[str, object]:
    return {
        "number": one.number,
        "name": one.name,
        "role": one.role.value,
        "department": one.department,
        "language": one.language,
        "disabled_at": one.disabled_at and one.disabled_at.isoformat(),
        "must_change": one.must_change,
        "created_at": one.created_at.isoformat(),
    }
