"""`thirdring person`: what is held of one person, given out or erased; proof of it (PIPL)."""

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from commands import context, printing
from commands.console import console
from commands.queries import answer
from features.personal_data import actions, erasures
from features.personal_data.actions import ErasureInput, PersonInput, Preview
from features.personal_data.api import index_of, rows_of
from features.personal_data.package import Told, package
from features.recording_copies.archive import Archive
from features.recording_copies.reading import UNREADABLE, Voices, voices
from settings import Settings
from web.problems import Refused

KEPT = {
    "personal.kept_tickets": "tickets",
    "personal.kept_aside": "folders before-restore-…: remove them",
}


def _whom(command: Any) -> Any:
    for option in (
        click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last such day."),
        click.option(
            "--since",
            type=click.DateTime(["%Y-%m-%d"]),
            help="Of a room: the first day on which it was this person's.",
        ),
        click.option("--name", "names", multiple=True, help="A name to look for in text too."),
        click.argument("number"),
    ):
        command = option(command)
    return command


@click.group()
def person() -> None:
    """Show, give out or erase what is held of one person; list erasures."""


@person.command()
@_whom
def show(number: str, **more: Any) -> None:
    """Show what is held of a person, by a number in any spelling or a room. It is on record."""
    current, given = context.settings(), _given(number, more)
    _say(_asked(current, lambda one: actions.look(one, console(), current, given)))


@person.command()
@_whom
@click.option("--why", required=True, help="Why, and for whom.")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), required=True)
def export(number: str, why: str, to: Path, **more: Any) -> None:
    """Write all that is held of a person into a ZIP: an index, JSON, CSV, the voices."""
    current, given = context.settings(), _given(number, more)
    if to.exists():
        raise context.Refusal(f"{to} is there already; name another file.")

    archive = Archive(current)

    async def taken(connection: AsyncConnection) -> tuple[Preview, Told, Voices]:
        seen = await actions.take_out(connection, console(), current, given, why)
        found = await voices(connection, archive, current.paths.store, seen.found.sounds)
        return seen, await rows_of(connection, seen), found

    seen, told, found = _asked(current, taken)
    try:
        file = package(told, seen.found.sounds, found, index=index_of(seen))
    except UNREADABLE as error:
        raise context.NotReady(f"A recording cannot be read: {error}.") from None
    with file, to.open("xb") as target:
        shutil.copyfileobj(file, target)
    click.echo(f"{to}: {sum(map(len, told.values()))} rows, {len(seen.found.sounds)} recordings")


@person.command()
@_whom
@click.option("--why", required=True, help="Why, and for whom.")
@click.option("--yes", is_flag=True, help="Do not ask once more.")
def erase(number: str, why: str, yes: bool, **more: Any) -> None:
    """Erase a person: shows what is held, asks once more; the running ledger carries it out."""
    current, given = context.settings(), _given(number, more)
    seen = _asked(current, lambda one: actions.look(one, console(), current, given))
    _say(seen)
    if not yes:
        click.confirm("Erase this for good?", abort=True)
    wanted = ErasureInput(**given.model_dump(), why=why, seen=seen.seen)
    asked = _asked(current, lambda one: actions.erase(one, console(), current, wanted))
    click.echo(f"erasure {asked.id} is asked for; `thirdring person erasures` says how far it is")


@person.command("erasures")
def list_erasures() -> None:
    """List erasures: how far each is, and what stays for now."""
    found = answer(context.settings(), erasures.listed)
    printing.table(
        ["No.", "Person", "Asked", "State", "Erased", "Kept", "Still found in"],
        [
            [
                str(each.id),
                each.person[: actions.SHORT],
                printing.moment(each.asked_at, None),
                each.state.value,
                ", ".join(f"{what} {count}" for what, count in each.counts.items()),
                ", ".join(f"{count} {KEPT.get(why, why)}" for why, count in each.kept.items()),
                ", ".join(each.left),
            ]
            for each in found
        ],
    )


def _given(number: str, more: dict[str, Any]) -> PersonInput:
    days = {name: _day(more[name]) for name in ("since", "until")}
    try:
        return PersonInput(number=number, names=list(more["names"]), **days)
    except ValidationError as error:
        wrong = error.errors()[0]
        said = wrong["msg"].removeprefix("Value error, ").rstrip(".")
        raise context.Refusal(f"{' '.join(map(str, wrong['loc'][:1]))}: {said}.") from None


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _asked(current: Settings, change: Any) -> Any:
    try:
        return answer(current, change, writing=True)
    except Refused as refused:
        raise context.Refusal(refused.detail) from None


def _say(seen: Preview) -> None:
    click.echo(f"person {seen.found.subject.pseudonym[: actions.SHORT]}, {seen.shown}")
    if seen.names:
        click.echo(f"names: {', '.join(seen.names)}")
    printing.table(
        ["What", "Rows", "To come", "Kept"],
        [
            *([each.what, str(each.rows), str(each.open), str(each.kept)] for each in seen.held),
            *([f"mentions in {name}", str(n), "", ""] for name, n in seen.mentions.items()),
        ],
    )
    click.echo(f"recordings: {len(seen.found.sounds)}")
