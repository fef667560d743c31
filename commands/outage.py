"""`thirdring outage`: put an outage announcement in front of the hotline and take it off
(QUE-6).
"""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from commands import context, printing, queries
from features.outage import actions
from features.outage import files as announcements
from features.outage.actions import AnnouncementInput
from features.outage.rules import OutageKind
from permissions.roles import Role
from web.current_user import Principal
from web.problems import Refused

Answer = TypeVar("Answer")


@click.group()
def outage() -> None:
    """Put an outage announcement in front of the hotline, from the next call on, and take it
    off.
    """


@outage.command(name="on")
@click.argument("kind", type=click.Choice([OutageKind.POWER.value, OutageKind.COMPUTER.value]))
def put_up(kind: str) -> None:
    """Let every caller hear that there is a POWER or COMPUTER failure."""
    wanted = AnnouncementInput(kind=OutageKind(kind))
    put = _done(lambda connection, who, folder: actions.put_up(connection, who, folder, wanted))
    printing.line(f"From now on callers hear: {put.text_zh} / {put.text_en}")


@outage.command(name="off")
def take_down() -> None:
    """Take the announcement off."""
    was_up = _done(actions.take_down)
    printing.line("The announcement is off." if was_up else "There was no announcement.")


@outage.command()
def status() -> None:
    """Say whether callers hear a announcement now."""
    current = context.settings()
    up = announcements.current(current.paths.outage)
    if up is None:
        printing.line("No announcement: callers hear the greeting first.")
        return
    since = printing.moment(up.since, current.zone, pattern="%Y-%m-%d %H:%M:%S")
    printing.line(f"Since {since} callers hear ({up.kind.value}): {up.text_zh} / {up.text_en}")


def _done(change: Callable[[AsyncConnection | None, Principal, Path], Awaitable[Answer]]) -> Answer:
    """Make a change, on record where the database answers. Raises NotReady."""
    current = context.settings()
    who = Principal(role=Role.ADMINISTRATOR, address="console", name=getpass.getuser())
    folder = current.paths.outage
    try:
        try:
            return queries.answer(
                current, lambda connection: change(connection, who, folder), writing=True
            )
        except context.NotReady:
            click.echo("The database does not answer: this is not on record.", err=True)
            return asyncio.run(_without_record(change(None, who, folder)))
    except Refused as refused:
        raise context.NotReady(refused.detail) from None


async def _without_record(change: Awaitable[Answer]) -> Answer:
    return await change
