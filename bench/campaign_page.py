"""What a campaign that was really called is held to, and the page that tells of it. No I/O."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Final

from bench.guests import CUSTOMERS
from bench.judging import Row
from bench.visits import counted

ENOUGH: Final = 0.95
"""Share of the lines that must be in use while people are due."""
PAUSE_WITHIN_S: Final = 1.0
PREVIEW_WITHIN_S: Final = 3.0
DATABASES: Final = {"postgres": "PostgreSQL", "sqlite": "SQLite"}


@dataclass(frozen=True)
class Plan:
    """What is asked for on the command line."""

    rows: int
    lines: int
    seconds: float
    database: str
    kills: int
    seed: int


@dataclass(frozen=True)
class Preview:
    """A list that was brought and seen."""

    kind: str
    size: int
    """Bytes."""
    took_s: float


@dataclass(frozen=True)
class Lived:
    """What was seen of one campaign."""

    previews: Sequence[Preview]
    used: float
    """Share of the lines, the mean over the time that was watched."""
    due: int
    """People who were still waiting for their first call then."""
    last_s: float
    """The last INVITE before it went on, in seconds after the answer to the pause."""
    used_killed: float
    """Share of the lines while the dispatcher was killed again and again."""
    contacts: Sequence[Row]
    invites: int
    attempts: int
    faults: Sequence[str]


def broken(lived: Lived, plan: Plan) -> list[str]:
    """Return the bars that do not hold, and all that must not be."""
    found = [
        f"the preview of {one.kind} took {one.took_s:.2f} s"
        for one in lived.previews
        if one.took_s > PREVIEW_WITHIN_S
    ]
    if not lived.due:
        found.append("nobody was left to be called: more rows are needed")
    if lived.used < ENOUGH:
        found.append(f"{lived.used:.1%} of the lines were in use while people were due")
    if lived.last_s > PAUSE_WITHIN_S:
        found.append(f"somebody was rung {lived.last_s:.2f} s after the pause")
    if len(lived.contacts) != plan.rows:
        found.append(f"{len(lived.contacts)} people are in the campaign of {plan.rows}")
    return [*found, *lived.faults]


def markdown(lived: Lived, plan: Plan, machine: str) -> str:
    """Return the page."""
    wrong = broken(lived, plan)
    table = [
        ("lines in use while people are due", f"{lived.used:.1%}", f"{ENOUGH:.0%}"),
        (
            "last INVITE, from the answer to the pause on",
            f"{lived.last_s:+.2f} s",
            f"{PAUSE_WITHIN_S:.0f} s",
        ),
        *(
            (
                f"{plan.rows:,} rows to be seen, {one.kind}, {one.size / 1e6:.1f} MB",
                f"{one.took_s:.2f} s",
                f"{PREVIEW_WITHIN_S:.0f} s",
            )
            for one in lived.previews
        ),
        ("rung twice in an attempt or though reached, lost, no end", len(lived.faults), 0),
        ("INVITEs that SIPp saw, attempts kept", f"{lived.invites}, {lived.attempts}", "≤"),
        ("people in the campaign after all that", len(lived.contacts), plan.rows),
        (f"lines in use while {plan.kills} SIGKILLs came", f"{lived.used_killed:.1%}", "–"),
    ]
    return "\n".join(
        [
            "# A campaign of ten thousand",
            "",
            f"Measured by `python -m bench.campaign`: {plan.rows:,} people in a campaign,",
            f"{plan.lines} lines, {plan.seconds:.0f} s, {DATABASES[plan.database]}, SIPp as",
            "customers of all kinds. List, start, pause and stop went over HTTP. A line is",
            "in use from the INVITE that SIPp saw until somebody hung up or turned the call down.",
            f"The dispatcher was killed {plan.kills} times after the pause (seed {plan.seed}).",
            "",
            "| what | figure | bar |",
            "|---|---|---|",
            *(f"| {what} | {figure} | {bar} |" for what, figure, bar in table),
            "",
            *_of_kinds(lived.contacts),
            "",
            *(f"- {fault}" for fault in wrong[:20]),
            *([""] if wrong else []),
            machine,
            "",
        ]
    )


def _of_kinds(contacts: Sequence[Row]) -> list[str]:
    """Return a table of the people who were called, by what they do."""
    kinds: dict[str, list[Row]] = defaultdict(list)
    for row in contacts:
        if row["tries"]:
            kinds[CUSTOMERS[str(row["number"])[-1]]].append(row)
    return [
        "| customers who | called | attempts each | last result |",
        "|---|---|---|---|",
        *(
            f"| {kind} | {len(rows)} | {mean(int(row['tries']) for row in rows):.1f} "
            f"| {counted(str(row['result']) or 'none' for row in rows)} |"
            for kind, rows in sorted(kinds.items())
        ),
    ]
