"""Owns `thirdring account`: make, list, change, reset, disable and enable who may sign in.

One-time passwords are shown once, on the terminal; the database keeps what Argon2 makes of them.
"""

import json
import re
from collections.abc import Awaitable, Callable

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.passwords import Passwords, one_time
from callflow.text import clean
from commands import context, printing
from commands.console import console
from commands.queries import answer
from commands.token import migrated
from features.accounts import actions
from features.accounts import queries as accounts
from features.accounts.actions import AccountChange, AccountInput
from features.accounts.queries import Account
from permissions.roles import IN_CHINESE, Role
from settings import Settings
from web.current_user import Principal
from web.problems import Refused

FIRST_NUMBER = "1000"
"""工号 of the administrator that the first start makes."""

LONGEST_NAME = 40

Change = Callable[[AsyncConnection, Principal], Awaitable[object]]


@click.group()
def account() -> None:
    """Make, list, reset, disable and enable the accounts of people (a token is for programs)."""


@account.command()
@click.argument("number")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--department", default="", help="Whose tickets the role `department` sees.")
@click.option("--team", default="", help="Whose people's work the role `team-leader` sees.")
def add(number: str, name: str, role: str, language: str, department: str, team: str) -> None:
    """Make an account with a NUMBER (工号, 3 to 6 digits); print its one-time password."""
    if not re.fullmatch(r"[0-9]{3,6}", number):
        raise context.Refusal("A number has 3 to 6 digits.")
    called = clean(name, LONGEST_NAME).strip()
    if not called:
        raise context.Refusal("Say the person's name with --name.")
    settings = context.settings()
    migrated(settings)
    wanted = AccountInput(
        number=number,
        name=called,
        role=Role(role),
        language=language,
        department=clean(department, 80),
        team=clean(team, 80),
    )
    try:
        _show_password(number, made(settings, wanted))
    except Refused as refused:
        raise context.Refusal(refused.detail) from None


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
            ["Number", "Name", "Role", "角色", "Department", "Team", "State", "Made"],
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
    _say(number, department=called)
    printing.line(f"{number} belongs to {called or 'no department'}.")


@account.command()
@click.argument("number")
@click.argument("name")
def team(number: str, name: str) -> None:
    """Say to which team (NAME; "" for none) somebody belongs: a leader sees the own team's work."""
    called = clean(name, 80).strip()
    _say(number, team=called)
    printing.line(f"{number} belongs to {called or 'no team'}.")


@account.command()
@click.argument("number")
def reset(number: str) -> None:
    """Give a new one-time password to somebody; all their sessions end."""
    password = one_time()
    kept = Passwords().kept_now(password)
    _change(lambda connection, who: actions.password_given(connection, who, number, kept))
    _show_password(number, password)


@account.command()
@click.argument("number")
def disable(number: str) -> None:
    """Let somebody in no more; all their sessions end. What they did stays on record."""
    off = AccountChange(disabled=True)
    _change(lambda connection, who: actions.changed(connection, who, number, off))
    printing.line(f"{number} is disabled and signed out everywhere.")


@account.command()
@click.argument("number")
def enable(number: str) -> None:
    """Let somebody in again, after `disable` or after too many wrong passwords."""
    on = AccountChange(disabled=False)
    _change(lambda connection, who: actions.changed(connection, who, number, on))
    printing.line(f"{number} may sign in.")


def first_administrator(settings: Settings) -> str | None:
    """Make the first account when there is none; return its one-time password, else None.

    Raises NotReady when the database cannot be asked.
    """
    if answer(settings, accounts.any_account):
        return None
    first = AccountInput(
        number=FIRST_NUMBER, name=IN_CHINESE[Role.ADMINISTRATOR], role=Role.ADMINISTRATOR
    )
    try:
        return made(settings, first)
    except Refused:
        return None  # another start was quicker, and has shown its password


def made(settings: Settings, wanted: AccountInput) -> str:
    """Make an account; return its one-time password. Raises Refused for a number that is taken."""
    password = one_time()
    kept, who = Passwords().kept_now(password), console()
    answer(
        settings,
        lambda connection: actions.added(connection, who, wanted, kept),
        writing=True,
    )
    return password


def _say(number: str, **said: str) -> None:
    """Change what is said of somebody, upon what is so now."""

    async def change(connection: AsyncConnection, who: Principal) -> None:
        one = await accounts.by_number(connection, number)
        wanted = AccountChange(**said, version=one.version if one else 1)
        await actions.changed(connection, who, number, wanted)

    _change(change)


def _change(change: Change) -> None:
    who = console()
    try:
        answer(context.settings(), lambda connection: change(connection, who), writing=True)
    except Refused as refused:
        raise context.Refusal(refused.detail) from None


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
        one.team,
        state,
        made_at,
    ]


def _facts(one: Account) -> dict[str, object]:
    return {
        "number": one.number,
        "name": one.name,
        "role": one.role.value,
        "department": one.department,
        "team": one.team,
        "language": one.language,
        "disabled_at": one.disabled_at and one.disabled_at.isoformat(),
        "must_change": one.must_change,
        "created_at": one.created_at.isoformat(),
    }
