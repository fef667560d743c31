"""`thirdring doctor`: checks an installation and says what to do about each finding."""

import asyncio
import json
import time
from collections.abc import Iterable

import click

from commands import context
from settings import Settings
from supervisor.doctor import Finding, Level, examine, fault, hint, is_running, well

MARKS = {Level.WELL: "ok   ", Level.HINT: "hint ", Level.FAULT: "FAULT"}
LANGUAGES = ("zh", "en")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def doctor(as_json: bool) -> None:
    """Check this installation; say what to do about each finding. Exit code 1 for a fault."""
    findings = examine(context.settings(), [prompts, holidays, database, ledger])
    if as_json:
        rows = [{"level": f.level, "what": f.what, "advice": f.advice} for f in findings]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            click.echo(f"{MARKS[finding.level]}  {finding.what}")
            if finding.advice:
                click.echo(f"         → {finding.advice}")
    raise SystemExit(any(finding.level is Level.FAULT for finding in findings))


def prompts(settings: Settings) -> Iterable[Finding]:
    """Look whether every sentence has its sound in every language."""
    from sounds import texts  # noqa: PLC0415 (only needed here)

    wanted = texts.load()
    for language in LANGUAGES:
        there = {path.stem for path in (settings.paths.sounds / language).glob("*.wav")}
        missing = sorted(set(wanted) - there)
        if not there:
            yield hint(f"No prompts in {language} yet", "`make run` builds them.")
        elif missing:
            yield fault(f"Prompts missing in {language}: {', '.join(missing)}", "Run `make run`.")
        else:
            yield well(f"All {len(wanted)} prompts are there in {language}")


def holidays(settings: Settings) -> Iterable[Finding]:
    """Look whether the public holidays of the house's country are known."""
    from calendars import has_known  # noqa: PLC0415 (it takes its time to load)

    if has_known(settings.region):
        yield well(f"The public holidays of {settings.region} are known")
    else:
        yield hint(
            f"No public holidays are known for {settings.region}: every day counts as a usual one",
            "Name them in THIRDRING_HOLIDAYS, like 2027-01-01,2027-12-25.",
        )


def database(settings: Settings) -> Iterable[Finding]:
    """Ask the database, and whether its tables are those of this version."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 (it takes its time to load)

    from db import migrate  # noqa: PLC0415

    if not settings.database_url and not settings.paths.database.exists():
        yield hint("There is no database yet", "`make run` makes it.")
        return
    try:
        current = asyncio.run(_revision(settings.database))
    except (OSError, SQLAlchemyError) as error:
        reason = str(error).splitlines()[0]
        yield fault(
            f"The database does not answer ({reason})",
            "Calls are answered all the same and their rows arrive later. Look at the database "
            "server and THIRDRING_DATABASE_URL.",
        )
        return
    if current == migrate.newest():
        yield well(f"The database answers, with the tables of {current}")
    else:
        yield fault(
            f"The database has the tables of {current or 'nothing'}, not {migrate.newest()}",
            "Start the hotline again: `make run` brings them up to date.",
        )


async def _revision(database_url: str) -> str | None:
    """Return which tables the database has, None for an empty one."""
    from sqlalchemy import inspect, text  # noqa: PLC0415

    from db.engine import engine  # noqa: PLC0415

    made = engine(database_url)
    try:
        async with made.connect() as connection:
            names = await connection.run_sync(lambda plain: inspect(plain).get_table_names())
            if "alembic_version" not in names:
                return None
            found = await connection.execute(text("SELECT version_num FROM alembic_version"))
            return found.scalar_one_or_none()
    finally:
        await made.dispose()


def ledger(settings: Settings) -> Iterable[Finding]:
    """Look how far the ledger is behind the journals."""
    if not is_running(settings):
        return
    try:
        report = json.loads((settings.paths.run / "ledger.json").read_text())
        age, lag = time.time() - float(report["at"]), float(report.get("lag_s", 0.0))
    except (OSError, ValueError, KeyError, TypeError):
        yield fault("The ledger does not report", f"See {settings.paths.log / 'ledger.log'}.")
        return
    if age > 10:
        yield fault(f"The ledger has been silent for {age:.0f} s", "See log/ledger.log.")
    elif lag > 30:
        yield fault(f"The ledger is {lag:.0f} s behind the journals", "Is the database slow?")
    else:
        yield well("The ledger keeps up with the journals")
