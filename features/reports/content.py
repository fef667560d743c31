"""Gathers what stands in a report, from the figures of its days (RPT-1, RPT-2). Changes nothing.

That of the inspection (QA-4) is gathered by `inspection.py`.

A report holds counts and sums only. Shares and averages are made of them where they are shown
(`figures.py`), so no figure is rounded twice.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, tzinfo
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from features.report_figures import adding
from features.report_figures.adding import EVERYTHING, INCOMING, Only
from features.reports import inspection
from features.reports.rules import Period, Sort

Content = Mapping[str, Any]

ANSWERS: Final = ("satisfied", "not_satisfied", "not_reached")
SAID: Final[Only] = {"outcome": ANSWERS}
LEAST_ANSWERS: Final = 5
"""Fewer answers say nothing of a weak point."""


async def gathered(
    connection: AsyncConnection, sort: Sort, period: Period, zone: tzinfo
) -> Content:
    """Return the content of a report, by the house's clock."""
    match sort:
        case Sort.TRAFFIC:
            return await _traffic(connection, period)
        case Sort.SATISFACTION:
            return await _satisfaction(connection, period)
        case Sort.QUALITY:
            return await inspection.gathered(connection, period, zone)


def text_of(content: Content) -> str:
    """Return the content as it is kept: the same content is the same text."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


async def _traffic(connection: AsyncConnection, period: Period) -> Content:
    days, before = (period.first, period.last), (period.before.first, period.before.last)

    async def whole(when: tuple[date, date], direction: str) -> Mapping[str, Any]:
        only = {"direction": direction}
        return _plain(await adding.total(connection, "calls", *when, only=only))

    async def calls(*by: str) -> Sequence[Mapping[str, Any]]:
        found = await adding.sums(connection, "calls", *days, by=by, only=INCOMING)
        return [_plain(row) for row in found]

    return {
        "calls_in": await whole(days, "in"),
        "calls_out": await whole(days, "out"),
        "before_in": await whole(before, "in"),
        "before_out": await whole(before, "out"),
        "outcomes": await calls("outcome"),
        "topics": await calls("topic"),
        "days": await calls("day"),
        "half_hours": await calls("slot"),
        **await _tickets(connection, period),
    }


async def _tickets(connection: AsyncConnection, period: Period) -> Content:
    days, before = (period.first, period.last), (period.before.first, period.before.last)

    async def counts(subject: str, *by: str, only: Only = EVERYTHING) -> Sequence[Content]:
        found = await adding.sums(connection, subject, *days, by=by, only=only)
        return [{**{name: row[name] for name in by}, "count": row["count"]} for row in found]

    complaint = {"kind": "complaint"}
    earlier = await adding.total(connection, "tickets", *before)
    complained = await adding.total(connection, "tickets", *before, only=complaint)
    return {
        "tickets": await counts("tickets", "kind"),
        "tickets_before": earlier["count"],
        "complaints": await counts("tickets", "outcome", only=complaint),
        "complaints_before": complained["count"],
        "complaints_by_business": await counts("tickets", "business", only=complaint),
        "complaints_by_nature": await counts("tickets", "nature", only=complaint),
        "complaints_by_department": await counts("tickets", "department", only=complaint),
        "complaint_acts": await counts("acts", "outcome", only=complaint),
        "acts": await counts("acts", "outcome"),
    }


async def _satisfaction(connection: AsyncConnection, period: Period) -> Content:
    days, before = (period.first, period.last), (period.before.first, period.before.last)

    async def said(*by: str) -> Sequence[Mapping[str, Any]]:
        found = await adding.sums(connection, "acts", *days, by=(*by, "outcome"), only=SAID)
        return answers_by(found, by)

    earlier = await adding.sums(connection, "acts", *before, by=("outcome",), only=SAID)
    whole = await said()
    parts = {name: await said(name) for name in ("business", "nature", "department")}
    return {
        "answers": next(iter(whole), dict.fromkeys(ANSWERS, 0)),
        "before": next(iter(answers_by(earlier, ())), dict.fromkeys(ANSWERS, 0)),
        "by_day": [{**row, "day": f"{row['day']}"} for row in await said("day")],
        **{f"by_{name}": rows for name, rows in parts.items()},
        "weak": weak_points(next(iter(whole), {}), parts),
    }


def answers_by(rows: Sequence[Mapping[str, Any]], by: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """Return for each value of `by` how many said what."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(row[name] for name in by)
        one = found.setdefault(
            key, {**dict(zip(by, key, strict=True)), **dict.fromkeys(ANSWERS, 0)}
        )
        one[row["outcome"]] = row["count"]
    return list(found.values())


def weak_points(
    whole: Mapping[str, Any], parts: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Sequence[Mapping[str, Any]]:
    """Return where fewer are satisfied than on the whole, the weakest first (RPT-2)."""
    usual = _share(whole)
    found = [
        {"of": name, "name": row[name], **{answer: row[answer] for answer in ANSWERS}}
        for name, rows in parts.items()
        for row in rows
        if row["satisfied"] + row["not_satisfied"] >= LEAST_ANSWERS and _share(row) < usual
    ]
    return sorted(found, key=lambda one: (_share(one), one["of"], one["name"]))


def _share(said: Mapping[str, Any]) -> float:
    asked = said.get("satisfied", 0) + said.get("not_satisfied", 0)
    return said.get("satisfied", 0) / asked if asked else 1.0


def _plain(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row with its day written out."""
    return {name: f"{value}" if name == "day" else value for name, value in row.items()}
