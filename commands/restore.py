"""`thirdring restore BACKUP`: look at a backup, and put it in the place of this home."""

import os
from datetime import datetime
from pathlib import Path

import click
from alembic.util.exc import CommandError
from sqlalchemy.exc import SQLAlchemyError

from authentication.sealing import Seals
from backup import restore as putting
from backup.check import checked
from backup.errors import BackupError
from backup.manifest import Manifest
from backup.placing import RESTORED
from backup.progress import megabytes
from commands import context, queries
from commands.backup import settings_kept
from db import migrate
from features.accounts import actions_sealing
from features.personal_data.written_down import List
from settings import Settings
from supervisor.supervise import alone
from tools.errors import SetupError


@click.command()
@click.argument("backup", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Only look whether the backup is whole.")
@click.option(
    "--replace",
    is_flag=True,
    help="Put aside what is in the home and the database already; it is kept in the home.",
)
def restore(backup: Path, check: bool, replace: bool) -> None:
    """Look whether BACKUP is whole, and put it in place; the hotline must not run.

    Into THIRDRING_HOME and THIRDRING_DATABASE_URL, which must be empty without --replace.
    """
    current = context.own_settings()
    try:
        if check:
            found = checked(backup.expanduser().absolute(), say=click.echo)
            click.echo(f"This backup is whole: {_told(found)}.")
            return
        current.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(current.home, os.getpid()):
            found = putting.restore(
                backup.expanduser(), target(current), replace=replace, say=click.echo
            )
            (current.paths.run / RESTORED).write_text(found.heading.made_at)
            _take_the_list(current, backup.expanduser().absolute().parent)
            erase_again(current, found.heading.made_at)
    except BackupError as error:
        raise context.NotReady(str(error)) from None
    except SetupError as error:
        raise context.NotReady(str(error)) from None
    except OSError as error:
        raise context.NotReady(f"{error.filename} cannot be used: {error.strerror}.") from None
    click.echo(f"restored: {_told(found)}. Start the hotline with `make run`.")
    _tell_of_settings(current, found)
    _tell_of_the_key(current)


def _tell_of_the_key(current: Settings) -> None:
    """Say when the key of this home does not open the second factors that were restored."""
    seals = Seals(current.paths.sealing_key)
    try:
        *_, shut = queries.answer(current, lambda one: actions_sealing.looked_at(one, seals))
    except context.NotReady:
        return  # tables of an older version: `thirdring sealing-key` says it after the start
    if shut:
        click.echo(
            f"note: {shut} second factors or webhooks are shut: put the copy of {seals.path.name}, "
            f"which no backup has, into {current.home}. Without it: `thirdring account reset "
            "NUMBER`, and a new secret at /webhooks"
        )


def erase_again(current: Settings, made_at: str) -> None:
    """Erase again who was erased after a backup was made, before anything starts."""
    from features.personal_data.again import erased_again  # noqa: PLC0415 (only after a restore)

    try:
        done, waiting = erased_again(current, made_at=datetime.fromisoformat(made_at))
    except (SQLAlchemyError, OSError, CommandError) as error:
        raise context.NotReady(
            "The backup is restored, but whom it has brought back is not erased again "
            f"({type(error).__name__}). Do not start the hotline; restore it once more."
        ) from None
    if done or waiting:
        click.echo(f"erased again: {done} people of whom this backup still knew")
    if waiting:
        click.echo(f"the ledger goes on with {waiting}: something of theirs must be waited for")


def _take_the_list(current: Settings, folder: Path) -> None:
    """Take over who was erased from the list beside the backups."""
    List(current.paths.erased).add(List(folder / current.paths.erased.name).read())


def target(current: Settings) -> putting.Target:
    """Return where backups go: this home and its database."""
    return putting.Target(home=current.home, database=current.database, revisions=migrate.known())


def _told(found: Manifest) -> str:
    rows = sum(found.heading.rows.values())
    return (
        f"made at {found.heading.made_at}, {rows} rows, {len(found.entries)} files, "
        f"{megabytes(found.bytes)}"
    )


def _tell_of_settings(current: Settings, found: Manifest) -> None:
    """Say which settings were other ones: they are variables, and not in the home."""
    now, then = settings_kept(current), found.heading.settings
    other = sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))
    for name in other:
        was = then.get(name)
        click.echo(
            f"note: THIRDRING_{name.upper()} was {was!r} when the backup was made"
            if was is not None
            else f"note: THIRDRING_{name.upper()} was not set when the backup was made"
        )
