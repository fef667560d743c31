"""`thirdring rooms`: which number is dialled for each room; the same changes as on the page."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.call import Language
from commands import context, printing
from commands.console import console
from commands.queries import answer
from features.rooms import actions
from features.rooms import queries as table
from features.rooms.shapes import RoomShape, RoomsReadShape
from features.rooms.table_file import Sheet
from settings import Settings
from web.current_user import Principal
from web.list_files import Keep, NothingRightError
from web.problems import Refused

Answer = TypeVar("Answer")


@click.group()
def rooms() -> None:
    """Show and change the table of rooms: which number is dialled for each."""


@rooms.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def list_rooms(*, as_json: bool) -> None:
    """List every room."""
    settings = context.settings()
    found = answer(settings, lambda one: table.listed(one, limit=table.MOST))
    if as_json:
        shapes = [RoomShape.of(each).model_dump(mode="json") for each in found]
        click.echo(json.dumps(shapes, ensure_ascii=False))
    elif found:
        printing.table(["Room", "Number", "By"], [[r.room, r.number, r.changed_by] for r in found])
    else:
        printing.line("There are no rooms in the table yet.")


@rooms.command(name="set")
@click.argument("room")
@click.argument("number")
def put(room: str, number: str) -> None:
    """Say that NUMBER is dialled for ROOM."""
    settings = context.settings()
    kept = _changed(settings, lambda one, who: actions.put(one, who, settings, room, number))
    printing.line(f"{kept.room} is called at {kept.number}.")


@rooms.command()
@click.argument("room")
def remove(room: str) -> None:
    """Take ROOM off the table."""
    _changed(context.settings(), lambda one, who: actions.remove(one, who, room))
    printing.line(f"{room} is off the table.")


@rooms.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--good", is_flag=True, help="Keep the good lines even if others are wrong.")
@click.option("--look", is_flag=True, help="Only say what is wrong; keep nothing.")
def bring(file: Path, *, good: bool, look: bool) -> None:
    """Keep the rooms of a FILE (CSV or XLSX) with the columns room and number; all, or none."""
    settings = context.settings()
    sheet = asyncio.run(actions.read(file.read_bytes(), settings))
    try:
        if look:
            judged = answer(settings, lambda one: actions.judged(one, sheet))
            _say_faults(judged)
            printing.line(f"{len(judged.entries)} lines are good, {judged.wrong} are wrong.")
            return
        keep = Keep.GOOD if good else Keep.ALL
        judged, kept = answer(
            settings, lambda one: actions.put_all(one, console(), sheet, keep), writing=True
        )
    except NothingRightError as nothing:
        _say_faults(nothing.sheet)
        raise context.Refusal(f"Nothing is kept: {_why(nothing.sheet)}") from None
    _say_faults(judged)
    printing.line(f"{kept} rooms are in the table.")


def _why(sheet: Sheet) -> str:
    told = RoomsReadShape.of(sheet).said
    return told[Language.ENGLISH] if told else f"{sheet.wrong} lines are wrong."


def _say_faults(sheet: Sheet) -> None:
    for remark in RoomsReadShape.of(sheet).remarks:
        printing.line(remark.said[Language.ENGLISH])
    for row in sheet.rows:
        if row.faults:
            typed = " ".join(filter(None, (row.typed.get("room"), row.typed.get("number"))))
            printing.line(f"Line {row.line} ({typed}): {', '.join(row.faults)}")


def _changed(
    settings: Settings, change: Callable[[AsyncConnection, Principal], Awaitable[Answer]]
) -> Answer:
    who = console()
    try:
        return answer(settings, lambda connection: change(connection, who), writing=True)
    except Refused as refused:
        raise context.Refusal(refused.detail) from None
