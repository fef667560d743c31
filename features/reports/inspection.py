"""Gathers what stands in the report of the inspection (QA-4). Changes nothing.

What was put on the work list in the period, and how much of it is inspected by now; the scores that
were submitted in it, in their last version; the appeals that were made in it; the clauses that its
calls kept and broke. Counts and sums only, as in every report (`content.py`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.accounts.references import PERSON
from features.call_judgements import counts as judgements
from features.call_judgements.clauses import Outcome as Judged
from features.quality_samples import counts as samples
from features.quality_samples.counts import Listed
from features.quality_samples.lifecycle import ItemThing
from features.quality_scores import appeals
from features.quality_scores import counts as scored
from features.quality_scores.counts import Question, Sum, Tally
from features.quality_scores.rules import Outcome
from features.report_figures.rules import bounds
from features.reports.rules import Period

MOST_MISSED: Final = 20
"""Questions that are named as missed most often."""

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted of one period."""

    listed: Sequence[Listed]
    tally: Tally
    appeals: Mapping[Outcome | None, int]


async def gathered(connection: AsyncConnection, period: Period, zone: tzinfo) -> Mapping[str, Any]:
    """Return the content of the report of some days of the house's clock."""
    since, until = _bounds(period, zone)
    now = await _counted(connection, since, until)
    before = await _counted(connection, *_bounds(period.before, zone))
    listed, tally = now.listed, now.tally
    agents = _agents(listed, tally, await _teams(connection))
    return {
        "whole": _whole(now),
        "before": _whole(before),
        "kinds": _kinds(listed, await samples.quotas(connection, since, until)),
        "agents": agents,
        "teams": _by_team(agents),
        "sections": _sections(tally),
        **_questions(tally),
        "agreement": await _agreement(connection, since, until),
        "clauses": await _clauses(connection, since, until),
        "clause_agents": await _clause_agents(connection, since, until),
    }


async def _counted(connection: AsyncConnection, since: datetime, until: datetime) -> Counted:
    return Counted(
        await samples.listed(connection, since, until),
        await scored.of_time(connection, since, until),
        await appeals.counted(connection, since, until),
    )


def _whole(one: Counted) -> Mapping[str, int]:
    """Return the figures of a period by which it is held against another one."""
    return {
        "listed": sum(each.listed for each in one.listed),
        "inspected": sum(each.inspected for each in one.listed),
        **_summed(list(one.tally.agents.values())),
        "appeals": sum(one.appeals.values()),
        "accepted": one.appeals.get(Outcome.ACCEPTED, 0),
        "rejected": one.appeals.get(Outcome.REJECTED, 0),
    }


def _kinds(listed: Sequence[Listed], quotas: Mapping[tuple[str, str], tuple[int, int]]) -> Rows:
    """Return each kind of business; live listenings have none, and stand apart."""
    on_list: Counter[tuple[str, str]] = Counter()
    inspected: Counter[tuple[str, str]] = Counter()
    for one in listed:
        key = (one.thing.value, "" if one.thing is ItemThing.LIVE else one.business)
        on_list[key] += one.listed
        inspected[key] += one.inspected
    return [
        {
            "thing": key[0],
            "business": key[1],
            "of": quotas.get(key, (0, 0))[0],
            "quota": quotas.get(key, (0, 0))[1],
            "listed": on_list[key],
            "inspected": inspected[key],
        }
        for key in sorted({*on_list, *quotas})
    ]


def _agents(listed: Sequence[Listed], tally: Tally, teams: Mapping[str, str]) -> Rows:
    """Return what was inspected of each agent, and how it was scored."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in listed:
        live = one.thing is ItemThing.LIVE
        counts[one.agent, "live" if live else "listed"] += one.listed
        counts[one.agent, "heard" if live else "inspected"] += one.inspected
    names = ("listed", "inspected", "live", "heard")
    return [
        {
            "agent": agent,
            "team": teams.get(agent, ""),
            **{name: counts[agent, name] for name in names},
            **_summed([tally.agents[agent]] if agent in tally.agents else []),
        }
        for agent in sorted({agent for agent, _ in counts} | set(tally.agents))
    ]


def _summed(sums: Sequence[Sum]) -> Mapping[str, int]:
    return {
        "scores": sum(one.scores for one in sums),
        "tenths": sum(one.tenths for one in sums),
        "fatal": sum(one.fatal for one in sums),
    }


def _by_team(agents: Rows) -> Rows:
    names = ("inspected", "heard", "scores", "tenths", "fatal")
    return [
        {
            "team": team,
            **{name: sum(one[name] for one in agents if one["team"] == team) for name in names},
        }
        for team in sorted({one["team"] for one in agents})
    ]


def _sections(tally: Tally) -> Rows:
    found = [
        {"form": part.form, "section": part.title, "got": part.got, "of": part.of}
        for part in tally.parts.values()
    ]
    return sorted(found, key=lambda one: (one["form"], one["section"], one["of"]))


def _questions(tally: Tally) -> Mapping[str, Rows]:
    """Return the fatal questions that were not kept, and those that were missed most often."""
    asked = sorted(tally.questions.values(), key=_most_missed)
    fatal = [one for one in asked if one.fatal and one.missed]
    missed = [one for one in asked if one.missed or one.partly]
    return {
        "fatal": [_question(one) for one in fatal],
        "missed": [_question(one) for one in missed[:MOST_MISSED]],
    }


def _most_missed(one: Question) -> tuple[float, str, str]:
    points = one.missed + one.partly / 2
    return (-points / one.asked, one.form, one.words)


def _question(one: Question) -> Mapping[str, Any]:
    counts = {"asked": one.asked, "partly": one.partly, "missed": one.missed}
    return {"form": one.form, "words": one.words, **counts}


async def _agreement(
    connection: AsyncConnection, since: datetime, until: datetime
) -> Mapping[str, Any]:
    items, pairs = await scored.agreed(connection, since, until)
    counted = [[one.value, other.value, count] for (one, other), count in pairs.items()]
    return {"items": items, "pairs": sorted(counted)}


async def _clauses(connection: AsyncConnection, since: datetime, until: datetime) -> Rows:
    found = await judgements.by_measure(connection, since, until)
    return [
        {
            "measure": measure.value,
            "kept": counts.get(Judged.KEPT, 0),
            "broken": counts.get(Judged.BROKEN, 0),
        }
        for measure, counts in found.items()
        if counts
    ]


async def _clause_agents(connection: AsyncConnection, since: datetime, until: datetime) -> Rows:
    found = await judgements.broken_by_agent(connection, since, until)
    return [
        {"agent": agent, "measure": measure.value, "broken": count}
        for (agent, measure), count in sorted(found.items())
    ]


async def _teams(connection: AsyncConnection) -> Mapping[str, str]:
    """Return by number in whose team somebody is now."""
    query = select(PERSON.c.number, PERSON.c.team)
    return {row.number: row.team or "" for row in await connection.execute(query)}


def _bounds(period: Period, zone: tzinfo) -> tuple[datetime, datetime]:
    return bounds(period.first, zone)[0], bounds(period.last, zone)[1]
