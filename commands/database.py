"""`thirdring database`: of which version the tables are; bring them to another one."""

import click
from sqlalchemy.exc import SQLAlchemyError

from commands import context, printing
from commands.console import console
from commands.queries import answer
from db import migrate
from features.backups import on_record
from settings import Settings


@click.command()
@click.option("--to", "wanted", metavar="REVISION", help="Bring the tables there; 0108 or newest.")
@click.option(
    "--drop-newer",
    is_flag=True,
    help="With an older REVISION: drop what only the newer tables hold. Make a backup first.",
)
def database(wanted: str | None, drop_newer: bool) -> None:
    """Say of which revision the tables are, or bring them to one (--to) before a roll-back.

    The hotline may run: calls are answered meanwhile, and rows arrive later.
    """
    current = context.settings()
    found = answer(current, migrate.revision)
    if wanted is None:
        printing.line(
            f"The tables are of {found or 'no revision'}; this version's are {migrate.newest()}."
        )
        return
    wanted = migrate.newest() if wanted == "newest" else wanted
    if wanted not in migrate.known():
        known = ", ".join(sorted(migrate.known()))
        raise context.Refusal(f"There is no revision {wanted!r}; there are {known}.")
    if found is not None and wanted < found and not drop_newer:
        raise context.Refusal(
            f"The tables are of {found}: going back to {wanted} drops what only the newer ones "
            "hold. Make a backup (`thirdring backup`), then say --drop-newer."
        )
    if found not in {None, wanted}:
        _on_record(current, f"{found} to {wanted}")
    try:
        migrate.step_to(current.database, wanted)
    except migrate.NotOursError as error:
        raise context.NotReady(f"The tables are left as they are: {error}.") from None
    except AttributeError:
        raise context.NotReady(
            f"There is no way back from {found} to {wanted}. Restore the backup made before."
        ) from None
    except (OSError, SQLAlchemyError) as error:
        reason = str(error).splitlines()[0]
        raise context.NotReady(
            f"The tables are left as they are, the database refused: {reason}"
        ) from None
    printing.line(f"The tables are of {wanted} now.")


def _on_record(current: Settings, way: str) -> None:
    """Put it on record before it is done; where that cannot be, it is done all the same."""
    who = console()
    try:
        answer(current, lambda one: on_record.moved(one, who, way), writing=True)
    except context.NotReady as error:
        click.echo(f"This is not on record: {error.message}", err=True)
