"""`thirdring verify`: prove that what must not change has not changed (SEC-1, RPT-1, ANS-5)."""

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from commands import context, printing
from commands.queries import answer
from features.audit import chain as audit
from features.call_recordings import days
from features.quality_scores import integrity as scores
from features.recording_copies import wholeness
from features.recording_copies.archive import Archive
from features.report_figures import checking
from features.reports import chain as reports
from settings import Settings

LONGEST_S = 24 * 3600.0
"""Every recording is read."""


@click.command()
@click.option("--recordings/--no-recordings", default=True, help="Read every recording, too.")
def verify(recordings: bool) -> None:
    """Check the audit log, reports, scores, the figures of each day, and every recording.

    Says what differs. Exit code 1: something does.
    """
    settings = context.settings()

    async def checked(connection: AsyncConnection) -> list[str]:
        found = [*await _chains(connection), *await _figures(connection, settings)]
        return found + (await _recordings(connection, settings) if recordings else [])

    wrong = answer(settings, checked, within_s=LONGEST_S)
    for each in wrong:
        printing.line(each)
    if wrong:
        raise context.NotReady(f"{len(wrong)} things are not as they were written.")


async def _chains(connection: AsyncConnection) -> list[str]:
    log, kept = await audit.check(connection), await reports.check(connection)
    scored = await scores.check(connection)
    printing.line(
        f"Audit log: {log.head.place} entries. Reports: {kept.reports}. Scores: {scored.scores}."
    )
    said = [f"Report {place}: {why}." for place, why in kept.broken]
    said += [f"{which}: {why}." for which, why in scored.broken]
    if log.broken is not None:
        said.append(f"Audit log, entry {log.broken.place}: {log.broken.why}.")
    return said


async def _figures(connection: AsyncConnection, settings: Settings) -> list[str]:
    count, wrong = await checking.wrong_days(
        connection, zone=settings.zone, within_s=settings.report_within
    )
    printing.line(f"Figures: {count} days counted again.")
    return [f"Figures of {day}: a full count says something else." for day in wrong]


async def _recordings(connection: AsyncConnection, settings: Settings) -> list[str]:
    closed = await days.check(connection)
    printing.line(f"Days of recordings: {closed.days} counted again, head {closed.head}.")
    wrong = [f"Recordings of {day}: {why}." for day, why in closed.broken]
    found = await wholeness.check(connection, Archive(settings))
    printing.line(f"Recordings: {found.recordings} read, in {found.copies} places.")
    if found.away:
        wrong.append(f"{found.away} copies cannot be read: the storage of recordings is away.")
    return wrong + [
        f"Recording {path}: it is gone, or is not as it was stored." for path in found.broken
    ]
