"""`thirdring recordings --check`: so many answered calls, so many recordings, the gaps (ANS-5)."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from commands import context, printing
from commands.queries import Asked, answer
from db.paging import LONGEST
from features.call_recordings import queries as recordings
from features.call_recordings.completeness import Statement, seconds
from features.calls import queries as calls
from features.calls.queries import CallFilter
from features.recording_copies import reading
from features.recording_copies.archive import Archive, AwayError
from features.recording_copies.lifecycle import Place, readable
from features.recording_pauses import queries as pauses
from permissions.scopes import EVERYTHING
from permissions.viewing import seen_at_the_console

LONGEST_S: Final = 3600.0
"""Every call of the time is looked at, and every file's length."""


@dataclass
class _Places:
    """Where recordings are; a storage that is away is asked once, and then believed."""

    archive: Archive
    is_away: bool = False

    def hold(self, of: reading.Kept) -> bool:
        """Say whether a recording is in some place, as long as it is to be; it is not read."""
        for copy in readable(of[1]):
            if copy.place is Place.S3 and self.is_away:
                return True
            try:
                if self.archive.holds(copy):
                    return True
            except AwayError as error:
                click.echo(f"Recordings in S3 are believed to be there: {error}.", err=True)
                self.is_away = True
                return True
        return False


def check(want: Asked) -> None:
    """Print the statement of a time. Raises NotReady when a call is not accounted for."""
    which = {name: value for name, value in want.filters.items() if value is not None}
    if unknown := sorted(which.keys() - {"since", "until"}):
        raise context.Refusal(f"--check goes with --since and --until, not with --{unknown[0]}.")
    places = _Places(Archive(want.settings))
    made = answer(
        want.settings,
        lambda connection: _statement(connection, CallFilter(**which), want.settings.node, places),
        within_s=LONGEST_S,
    )
    if want.as_json:
        _as_json(made)
    else:
        _show(made, want)
    if made.faults:
        raise context.NotReady(f"{len(made.faults)} calls are not accounted for.")


async def _statement(
    connection: AsyncConnection,
    which: CallFilter,
    node: str,
    places: _Places,
) -> Statement:
    made, cursor = Statement(), None
    while True:
        page = await calls.calls(connection, which, reach=EVERYTHING, limit=LONGEST, cursor=cursor)
        identities = [call.id for call in page.items]
        kept = await recordings.of_calls(connection, identities)
        short = await recordings.gaps_of_calls(connection, identities)
        lie = await reading.all_kept(connection, [each.id for each in kept.values()])
        paused = await pauses.of_calls(connection, identities)
        now = datetime.now(UTC)
        for call in page.items:
            one = kept.get(call.id)
            # the audio of another node is where that node is
            there = one is None or call.node != node or places.hold(lie[one.id])
            made.add(call, one, short.get(call.id, ()), now=now, lies=there)
            made.pauses += len(paused.get(call.id, ()))
        cursor = page.next
        if cursor is None:
            return made


def _show(made: Statement, want: Asked) -> None:
    printing.line(
        f"{made.answered} answered calls, {made.recordings} recordings, {made.removed} removed on "
        f"time, {made.waiting} being taken in, {len(made.gaps)} gaps."
    )
    if made.pauses:
        printing.line(f"{made.pauses} pauses, asked for: silence of the same length.")
    for why, count in Counter(gap.why for gap in made.gaps).most_common():
        printing.line(f"{count} gaps: {why}.")
    if made.gaps:
        printing.table(
            ["From", "Length", "Call", "Why"],
            [
                [
                    printing.moment(gap.from_at, want.zone),
                    printing.seconds(seconds(gap)),
                    gap.call_id[:8],
                    gap.why,
                ]
                for gap in made.gaps[: want.limit]
            ],
        )
    for fault in made.faults[: want.limit]:
        printing.line(f"Call {fault.call_id}: {fault.why}.")


def _as_json(made: Statement) -> None:
    seen_at_the_console()
    told = {
        "answered": made.answered,
        "recordings": made.recordings,
        "removed": made.removed,
        "waiting": made.waiting,
        "pauses": made.pauses,
        "gaps": [
            {
                "call_id": gap.call_id,
                "from_at": gap.from_at.isoformat(),
                "to_at": gap.to_at.isoformat(),
                "why": gap.why,
            }
            for gap in made.gaps
        ],
        "faults": [{"call_id": each.call_id, "why": each.why} for each in made.faults],
    }
    click.echo(json.dumps(told, ensure_ascii=False))
