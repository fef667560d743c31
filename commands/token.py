"""`thirdring token`: make a token for the API, list them all, take one back.

A token is shown once, when it is made; the database keeps its SHA-256 only.
"""

import json
from dataclasses import asdict
from datetime import timedelta

import click
from sqlalchemy.exc import SQLAlchemyError

from callflow.text import clean
from commands import context, printing
from commands.console import console
from commands.queries import answer
from db.migrate import upgrade
from features.accounts import actions_token as actions
from features.accounts import tokens
from features.accounts.tokens import Token
from permissions.roles import Role
from settings import Settings
from web.problems import Refused


@click.command()
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Make a token.")
@click.option("--label", default="", help="Whom or what the token is for.")
@click.option("--department", default="", help="Whose tickets the role `department` sees.")
@click.option(
    "--days",
    type=click.IntRange(1, tokens.LONGEST.days),
    default=tokens.LASTS.days,
    show_default=True,
    help="With --role: for how long it is valid.",
)
@click.option("--list", "wants_list", is_flag=True, help="List every token ever made.")
@click.option("--revoke", type=click.IntRange(1, 2**31 - 1), help="Take back the one of this id.")
@click.option("--json", "as_json", is_flag=True, help="With --list: one JSON array.")
def token(
    role: str | None,
    label: str,
    department: str,
    days: int,
    wants_list: bool,
    revoke: int | None,
    as_json: bool,
) -> None:
    """Make a token for the API (--role), list all (--list), or take one back (--revoke)."""
    if sum((role is not None, wants_list, revoke is not None)) != 1:
        raise context.Refusal("Say one of --role ROLE, --list and --revoke ID.")
    settings = context.settings()
    migrated(settings)
    if role is not None:
        click.echo(_made(settings, Role(role), clean(label), clean(department, 80).strip(), days))
    elif revoke is not None:
        _revoke(settings, revoke)
    else:
        _list(settings, as_json=as_json)


def _made(settings: Settings, role: Role, label: str, department: str, days: int) -> str:
    who = console()
    return answer(
        settings,
        lambda connection: actions.make(
            connection,
            who,
            role=role,
            label=label,
            department=department,
            lasts=timedelta(days=days),
        ),
        writing=True,
    )


def _revoke(settings: Settings, token_id: int) -> None:
    who = console()
    try:
        answer(settings, lambda connection: actions.revoke(connection, who, token_id), writing=True)
    except Refused as refused:
        raise context.Refusal(refused.detail) from None
    printing.line(f"Token {token_id} is revoked.")


def _list(settings: Settings, *, as_json: bool) -> None:
    found = answer(settings, tokens.tokens)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], default=str, ensure_ascii=False))
        return
    if not found:
        printing.line("There are no tokens yet; make one with --role ROLE.")
        return
    printing.table(
        ["ID", "Role", "Department", "Label", "Made", "Last used", "Valid until", "Revoked"],
        [_row(each, settings) for each in found],
    )


def _row(each: Token, settings: Settings) -> list[str]:
    times = (each.created_at, each.last_used_at, each.expires_at, each.revoked_at)
    shown = [printing.moment(at, settings.zone, pattern="%Y-%m-%d %H:%M") for at in times]
    return [str(each.id), each.role, each.department, each.label, *shown]


def migrated(settings: Settings) -> None:
    """Make the tables if there are none: a token may be wanted before the first start."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        upgrade(settings.database)
    except (SQLAlchemyError, OSError) as error:
        reason = getattr(error, "orig", None) or error
        raise context.NotReady(f"The database cannot be used ({str(reason)[:200]}).") from None
