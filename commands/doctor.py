"""`thirdring doctor`: checks an installation and says what to do about each finding."""

import asyncio
import json
import time
from collections.abc import Iterable
from datetime import datetime

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
    looks = [prompts, holidays, database, ledger, archive, mail, trunks, refusals]
    findings = examine(context.settings(), looks)
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
    from calendars import has_known, unknown_soon  # noqa: PLC0415 (it takes its time to load)

    today = datetime.now(settings.zone).date()
    if year := unknown_soon(settings.region, settings.holidays, today):
        yield hint(
            f"The weekends of {year} that are worked in exchange for holidays are not known",
            f"Name them in THIRDRING_HOLIDAYS, like -{year}-02-06, or update when they are known.",
        )
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
    elif current is not None and current > migrate.newest():
        yield fault(
            f"The database has the tables of a newer version ({current}, not {migrate.newest()})",
            "Calls are answered and their rows arrive later. Start the newer version again, or "
            f"have it bring the tables back: `thirdring database --to {migrate.newest()}`.",
        )
    else:
        yield fault(
            f"The database has the tables of {current or 'nothing'}, not {migrate.newest()}",
            "Start the hotline again: `make run` brings them up to date.",
        )


async def _revision(database_url: str) -> str | None:
    """Return which tables the database has, None for an empty one."""
    from db.engine import engine  # noqa: PLC0415
    from db.migrate import revision  # noqa: PLC0415

    made = engine(database_url)
    try:
        async with made.connect() as connection:
            return await revision(connection)
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


def archive(settings: Settings) -> Iterable[Finding]:
    """Look whether the S3-compatible storage lets us in, and the keys of recordings are there."""
    from features.recording_copies.archive import Archive, AwayError  # noqa: PLC0415 (only here)

    found = Archive(settings)
    if found.objects is not None:
        try:
            found.objects.reach()
            yield well("The storage of recordings answers")
        except AwayError as error:
            yield fault(
                f"Recordings cannot be stored away: {error}",
                "They stay here until it is back. Look at THIRDRING_S3_ENDPOINT, _BUCKET, _KEYS.",
            )
    if settings.recording_sealed and found.keys.path.exists():
        try:
            found.keys.newest()
        except OSError as error:
            yield fault(f"The keys of recordings cannot be read: {error}", "Put their copy back.")


def mail(settings: Settings) -> Iterable[Finding]:
    """Look whether the mailbox can be read, and the server for letters lets us in."""
    if settings.mail_in is None and settings.mail_out is None:
        return
    from commands.mail_look import faults  # noqa: PLC0415 (only where there is mail)

    found = asyncio.run(faults(settings))
    for said in found:
        yield fault(said, "See the settings THIRDRING_MAIL_…; letters wait until then.")
    if not found:
        yield well("The mailbox can be read, and letters can be sent")


ASKED_FOR = {
    "codecs": (
        "offers no codec that is taken ({told})",
        "Add one to THIRDRING_CODECS_TRUNK, or have the trunk offer PCMA too, as for G.729.",
    ),
    "number": (
        "is for {called}, no number of ours",
        "Name it in THIRDRING_CALLED_NUMBERS if it is one, or set THIRDRING_CALLED_OTHERS=answer.",
    ),
    "extension": (
        "asks for an extension of SIP that we do not have ({told})",
        "Have the trunk not require it.",
    ),
    "password": (
        "says that it comes from a phone of the house ({told})",
        "Name the trunk by its addresses, have it call one of our numbers, or send another From.",
    ),
    "overload": ("came while Asterisk had too much to do", "See docs/benchmarks.md."),
}
"""What a refused call of the trunk asked for, by `Refusal.why`, and what to do about it."""


def refusals(settings: Settings) -> Iterable[Finding]:
    """Look which calls of the trunk were refused in the last day: they have no rows."""
    from callservice.refusals import kept  # noqa: PLC0415 (only needed here)

    since = time.time() - 86_400
    found = [one for one in kept(settings.paths.refusals) if one.at >= since]
    kinds: dict[tuple[int, str, str], list[float]] = {}
    for one in found:
        says, advice = ASKED_FOR.get(one.why, ("was refused ({told})", "See log/calls.log."))
        words = says.format(called=one.called or "nobody", told=one.told or "nothing")
        kinds.setdefault((one.status, words, advice), []).append(one.at)
    for (status, words, advice), times in kinds.items():
        last = datetime.fromtimestamp(max(times), settings.zone)
        yield hint(
            f"Refused with {status}, {len(times)} in the last day, the last at {last:%H:%M}: "
            f"a call of the trunk {words}",
            advice,
        )
    if not found:
        yield well("No call of the trunk was refused in the last day")


def trunks(settings: Settings) -> Iterable[Finding]:
    """Look whether the trunks are described well, and how each is."""
    from features.trunks.states import UNKNOWN, states  # noqa: PLC0415 (it takes its time to load)
    from trunks import reading  # noqa: PLC0415

    reading.wanted(settings)
    file = settings.home / reading.FILE
    if file.exists() and file.stat().st_mode & 0o077:
        yield fault(f"{file} can be read by others", f"chmod 600 {file}")
    if not is_running(settings):
        return
    copy = settings.paths.run / reading.FILE
    if file.exists() and (not copy.exists() or file.read_bytes() != copy.read_bytes()):
        yield hint(f"{file} has changed since the start", "Start the hotline again to use it.")
    for one in states(settings):
        if one.state == "ok":
            yield well(f"The trunk {one.name} is well")
            continue
        since = f" since {one.since:%Y-%m-%d %H:%M:%S}Z" if one.since else ""
        last = f"; its last refusal: {one.refusal}" if one.refusal else ""
        what = f"The trunk {one.name} is ill ({one.state}){since}{last}"
        if one.state == UNKNOWN:
            yield hint(f"Nobody looks at the trunk {one.name}", "Run the dispatcher.")
        else:
            yield fault(what, "Calls go out on the other trunks. See log/dispatch.log, and ask it.")
