"""`thirdring backup FOLDER`: a whole copy of this home and its database, while it runs."""

from pathlib import Path

import click

from backup import take
from backup.errors import BackupError
from backup.progress import megabytes
from commands import context, queries
from commands.console import console
from commands.settings import shown
from features.backups import on_record
from features.personal_data.written_down import List
from settings import Settings

NOT_KEPT = frozenset({"home", "cache", "database_url", "node"})
"""Settings that belong to one machine, or have their own place in a manifest."""


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(1, 10_000),
    help="Remove older backups in FOLDER afterwards, but for the newest so many.",
)
def backup(folder: Path, keep: int | None) -> None:
    """Copy rows, recordings, journals and secrets into a new folder below FOLDER.

    The hotline goes on. Recordings that the last backup there has are not copied again. Guard
    FOLDER as you guard this home: it holds all voices, numbers and passwords.
    """
    current = context.settings()
    if not current.home.is_dir():
        raise context.NotReady(f"There is no home {current.home} yet: `make run` makes it.")
    into = folder.expanduser().resolve()
    if into.is_relative_to(current.home.resolve()):
        raise context.Refusal(
            f"{into} is in the home itself: a backup there is lost with it. Name another disk."
        )
    _on_record(current, into)
    try:
        made, found = take.take(_home(current), into, say=click.echo)
        if keep is not None:
            take.rotate(into, keep, say=click.echo)
        _with_the_erased(current, into)
    except BackupError as error:
        raise context.NotReady(str(error)) from None
    rows = sum(found.heading.rows.values())
    if current.paths.sealing_key.exists():
        click.echo(
            f"note: {current.paths.sealing_key.name} is not in it, and opens its second factors: "
            "keep a copy in another place"
        )
    click.echo(
        f"backup {made}: {rows} rows, {len(found.entries)} files, {megabytes(found.bytes)}. "
        f"`thirdring restore --check {made}` looks whether it is still whole."
    )


def settings_kept(current: Settings) -> dict[str, str]:
    """Return the settings that are not as by default, without passwords."""
    fields = {name: field for name, field in Settings.model_fields.items() if name not in NOT_KEPT}
    return {
        name: shown(name, value)
        for name, field in fields.items()
        if (value := getattr(current, name)) != field.default
    }


def _home(current: Settings) -> take.Home:
    return take.Home(
        folder=current.home,
        run=current.paths.run,
        database=current.database,
        node=current.node,
        settings=settings_kept(current),
    )


def _with_the_erased(current: Settings, into: Path) -> None:
    """Put the list of who was erased beside the backups: older ones still know these people."""
    erased = List(current.paths.erased).read()
    if erased:
        List(into / current.paths.erased.name).add(erased)


def _on_record(current: Settings, into: Path) -> None:
    """Put the backup on record; one of tables from before an update is made all the same."""
    who = console()
    try:
        queries.answer(
            current,
            lambda connection: on_record.made(connection, who, str(into)),
            writing=True,
        )
    except context.NotReady as error:
        click.echo(f"This backup is not on record: {error.message}", err=True)
