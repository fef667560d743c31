"""Owns `thirdring notice`: put an outage notice in front of the hotline and take it off (QUE-6)."""

from datetime import UTC, datetime

import click

from commands import given, printing
from features.outage import files as notices
from features.outage.rules import OutageKind, standard


@click.group()
def notice() -> None:
    """Put an outage notice in front of the hotline, from the next call on, and take it off."""


@notice.command(name="on")
@click.argument("kind", type=click.Choice([OutageKind.POWER.value, OutageKind.COMPUTER.value]))
def put_up(kind: str) -> None:
    """Let every caller hear that there is a POWER or COMPUTER failure."""
    folder = given.settings().paths.notice
    put = standard(OutageKind(kind), datetime.now(UTC))
    try:
        notices.put_up(folder, put)
    except OSError as error:
        raise given.NotReady(f"The notice could not be written: {error}") from None
    printing.line(f"From now on callers hear: {put.text_zh} / {put.text_en}")


@notice.command(name="off")
def take_down() -> None:
    """Take the notice off."""
    try:
        was_up = notices.take_down(given.settings().paths.notice)
    except OSError as error:
        raise given.NotReady(f"The notice could not be taken off: {error}") from None
    printing.line("The notice is off." if was_up else "There was no notice.")


@notice.command()
def status() -> None:
    """Say whether callers hear a notice now."""
    current = given.settings()
    up = notices.current(current.paths.notice)
    if up is None:
        printing.line("No notice: callers hear the greeting first.")
        return
    since = printing.moment(up.since, current.zone, pattern="%Y-%m-%d %H:%M:%S")
    printing.line(f"Since {since} callers hear ({up.kind.value}): {up.text_zh} / {up.text_en}")
