"""Owns `thirdring outage`: put an outage announcement in front of the hotline and take it off
(QUE-6).
"""

from datetime import UTC, datetime

import click

from commands import given, printing
from features.outage import files as announcements
from features.outage.rules import OutageKind, standard


@click.group()
def outage() -> None:
    """Put an outage announcement in front of the hotline, from the next call on, and take it
    off.
    """


@outage.command(name="on")
@click.argument("kind", type=click.Choice([OutageKind.POWER.value, OutageKind.COMPUTER.value]))
def put_up(kind: str) -> None:
    """Let every caller hear that there is a POWER or COMPUTER failure."""
    folder = given.settings().paths.outage
    put = standard(OutageKind(kind), datetime.now(UTC))
    try:
        announcements.put_up(folder, put)
    except OSError as error:
        raise given.NotReady(f"The announcement could not be written: {error}") from None
    printing.line(f"From now on callers hear: {put.text_zh} / {put.text_en}")


@outage.command(name="off")
def take_down() -> None:
    """Take the announcement off."""
    try:
        was_up = announcements.take_down(given.settings().paths.outage)
    except OSError as error:
        raise given.NotReady(f"The announcement could not be taken off: {error}") from None
    printing.line("The announcement is off." if was_up else "There was no announcement.")


@outage.command()
def status() -> None:
    """Say whether callers hear a announcement now."""
    current = given.settings()
    up = announcements.current(current.paths.outage)
    if up is None:
        printing.line("No announcement: callers hear the greeting first.")
        return
    since = printing.moment(up.since, current.zone, pattern="%Y-%m-%d %H:%M:%S")
    printing.line(f"Since {since} callers hear ({up.kind.value}): {up.text_zh} / {up.text_en}")
