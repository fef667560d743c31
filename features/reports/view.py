"""A report as it is shown: tables and charts of its figures, the same on page, PDF and XLSX.

Does no I/O.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from features.report_figures.rules import SLOTS, clock
from features.reports import inspection_view
from features.reports.content import ANSWERS
from features.reports.parts import (
    Block,
    Cell,
    Chart,
    Row,
    average,
    calls_link,
    percent,
    tickets_link,
)
from features.reports.queries import Report
from features.reports.rules import Period, Sort
from web.formats import Formats
from web.words import Translate, named


def blocks(report: Report, t: Translate) -> Sequence[Block]:
    """Return the tables and charts of a report."""
    content: Mapping[str, Any] = json.loads(report.figures)
    match report.sort:
        case Sort.TRAFFIC:
            return _traffic(content, report.days, t)
        case Sort.SATISFACTION:
            return _satisfaction(content, t)
        case Sort.QUALITY:
            return inspection_view.blocks(content, report.days, t)


def title_of(report: Report, t: Translate) -> str:
    """Return the title of a report, with its days."""
    return t(
        "report.title_of",
        sort=t(f"report.sort_{report.sort}"),
        period=t(f"report.period_{report.period}"),
        first=f"{report.from_day}",
        last=f"{report.to_day}",
    )


def _traffic(content: Row, period: Period, t: Translate) -> Sequence[Block]:
    return (
        _totals(content, period, t),
        Block(
            t("report.outcomes"),
            (t("report.outcome"), t("report.calls"), t("report.share")),
            _shares(
                [
                    (
                        named(t, "outcome", row["outcome"] or "open"),
                        row["count"],
                        calls_link(period, direction="in", outcome=row["outcome"])
                        if row["outcome"]
                        else "",
                    )
                    for row in content["outcomes"]
                ]
            ),
        ),
        _by_topic(content, t),
        _by_day(content, t),
        _by_half_hour(content, t),
        *_tickets(content, period, t),
    )


def _totals(content: Row, period: Period, t: Translate) -> Block:
    def row(key: str, text: Callable[[Row], str], link: str = "") -> Sequence[Cell]:
        now, before = content["calls_in"], content["before_in"]
        return (Cell(t(key)), Cell(text(now), link, number=True), Cell(text(before), number=True))

    out, out_before = content["calls_out"]["count"], content["before_out"]["count"]
    tickets = sum(row["count"] for row in content["tickets"])
    complaints = sum(row["count"] for row in content["complaints"])
    return Block(
        t("report.totals"),
        (t("report.figure"), t("report.this"), t("report.before")),
        (
            row(
                "report.calls_in", lambda one: f"{one['count']}", calls_link(period, direction="in")
            ),
            row("report.rang_in_time", lambda one: percent(one["rang_in_time"], one["count"])),
            row("report.queued", lambda one: f"{one['queued']}"),
            row("report.level", lambda one: percent(one["in_time"], one["measured"])),
            row("report.waited", lambda one: average(one["waited_ms"], one["queued"])),
            row("report.talk", lambda one: Formats.length(one["talk_ms"] / 1000)),
            row("report.held", lambda one: Formats.length(one["held_ms"] / 1000)),
            (
                Cell(t("report.calls_out")),
                Cell(f"{out}", calls_link(period, direction="out"), number=True),
                Cell(f"{out_before}", number=True),
            ),
            (
                Cell(t("report.tickets")),
                Cell(f"{tickets}", tickets_link(period), number=True),
                Cell(f"{content['tickets_before']}", number=True),
            ),
            (
                Cell(t("report.complaints")),
                Cell(f"{complaints}", tickets_link(period, kind="complaint"), number=True),
                Cell(f"{content['complaints_before']}", number=True),
            ),
        ),
    )


def _by_topic(content: Row, t: Translate) -> Block:
    return Block(
        t("report.topics"),
        (t("report.topic"), t("report.calls"), t("report.level"), t("report.talk_each")),
        [
            (
                Cell(_named(t, "topic", row["topic"])),
                Cell(f"{row['count']}", number=True),
                Cell(percent(row["in_time"], row["measured"]), number=True),
                Cell(average(row["talk_ms"], row["count"]), number=True),
            )
            for row in content["topics"]
        ],
    )


def _by_day(content: Row, t: Translate) -> Block:
    days = content["days"]
    return Block(
        t("report.days"),
        (t("report.day"), t("report.calls"), t("report.level"), t("report.waited")),
        [
            (
                Cell(row["day"]),
                Cell(
                    f"{row['count']}",
                    f"/calls?direction=in&from={row['day']}&to={row['day']}",
                    number=True,
                ),
                Cell(percent(row["in_time"], row["measured"]), number=True),
                Cell(average(row["waited_ms"], row["queued"]), number=True),
            )
            for row in days
        ],
        Chart(
            t("report.chart_days"),
            [row["day"][5:] for row in days],
            [float(row["count"]) for row in days],
        ),
    )


def _by_half_hour(content: Row, t: Translate) -> Block:
    known = {row["slot"]: row for row in content["half_hours"]}
    return Block(
        t("report.half_hours"),
        (t("report.half_hour"), t("report.calls"), t("report.level"), t("report.waited")),
        [
            (
                Cell(clock(slot)),
                Cell(f"{row['count']}", number=True),
                Cell(percent(row["in_time"], row["measured"]), number=True),
                Cell(average(row["waited_ms"], row["queued"]), number=True),
            )
            for slot, row in sorted(known.items())
        ],
        Chart(
            t("report.chart_half_hours"),
            [clock(slot) for slot in range(SLOTS)],
            [float(known[slot]["count"]) if slot in known else 0.0 for slot in range(SLOTS)],
        ),
    )


def _tickets(content: Row, period: Period, t: Translate) -> Sequence[Block]:
    def part(key: str, name: str, section: str, by: str) -> Block:
        return Block(
            t(key),
            (t(f"report.{by}"), t("report.count"), t("report.share")),
            _shares([(_named(t, section, row[by]), row["count"], "") for row in content[name]]),
        )

    return (
        Block(
            t("report.kinds"),
            (t("report.kind"), t("report.count"), t("report.share")),
            _shares(
                [
                    (
                        named(t, "ticket_kind", row["kind"]),
                        row["count"],
                        tickets_link(period, kind=row["kind"]),
                    )
                    for row in content["tickets"]
                ]
            ),
        ),
        Block(
            t("report.handled"),
            (t("report.state"), t("report.count"), t("report.share")),
            _shares(
                [
                    (
                        named(t, "ticket_state", row["outcome"]),
                        row["count"],
                        tickets_link(period, kind="complaint", state=row["outcome"]),
                    )
                    for row in content["complaints"]
                ]
            ),
        ),
        part("report.by_business", "complaints_by_business", "", "business"),
        part("report.by_nature", "complaints_by_nature", "", "nature"),
        part("report.by_department", "complaints_by_department", "", "department"),
        Block(
            t("report.acts"),
            (t("report.act"), t("report.count")),
            [
                (Cell(named(t, "ticket_did", row["outcome"])), Cell(f"{row['count']}", number=True))
                for row in content["complaint_acts"]
            ],
        ),
    )


def _satisfaction(content: Row, t: Translate) -> Sequence[Block]:
    now, before = content["answers"], content["before"]
    days = content["by_day"]
    return (
        Block(
            t("report.answers"),
            (t("report.figure"), t("report.this"), t("report.before")),
            [
                *(
                    (
                        Cell(t(f"report.{each}")),
                        Cell(f"{now[each]}", number=True),
                        Cell(f"{before[each]}", number=True),
                    )
                    for each in ANSWERS
                ),
                (
                    Cell(t("report.satisfied_share")),
                    Cell(_satisfied(now), number=True),
                    Cell(_satisfied(before), number=True),
                ),
            ],
            Chart(
                t("report.chart_satisfied"),
                [row["day"][5:] for row in days],
                [float(row["satisfied"]) for row in days],
            ),
        ),
        Block(
            t("report.weak"),
            (t("report.of"), t("report.name"), *_said_heads(t)),
            [
                (Cell(t(f"report.{row['of']}")), Cell(row["name"] or t("report.none")), *_said(row))
                for row in content["weak"]
            ],
        ),
        *(
            Block(
                t(f"report.by_{name}"),
                (t(f"report.{name}"), *_said_heads(t)),
                [
                    (Cell(row[name] or t("report.none")), *_said(row))
                    for row in content[f"by_{name}"]
                ],
            )
            for name in ("business", "nature", "department")
        ),
    )


def _said_heads(t: Translate) -> Sequence[str]:
    return (*(t(f"report.{each}") for each in ANSWERS), t("report.satisfied_share"))


def _said(row: Row) -> Sequence[Cell]:
    counts = [Cell(f"{row[each]}", number=True) for each in ANSWERS]
    return (*counts, Cell(_satisfied(row), number=True))


def _satisfied(row: Row) -> str:
    return percent(row["satisfied"], row["satisfied"] + row["not_satisfied"])


def _shares(rows: Sequence[tuple[str, int, str]]) -> Sequence[Sequence[Cell]]:
    """Return rows of a name and a count with its share, the largest first."""
    whole = sum(count for _, count, _ in rows)
    return [
        (Cell(name), Cell(f"{count}", link, number=True), Cell(percent(count, whole), number=True))
        for name, count, link in sorted(rows, key=lambda row: -row[1])
    ]


def _named(t: Translate, section: str, word: str) -> str:
    """Return the words for a value; a name of the house's is its own."""
    return (named(t, section, word) if section else word) or t("report.none")
