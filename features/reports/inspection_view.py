"""The report of the inspection as it is shown (QA-4). Does no I/O."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from features.call_judgements.clauses import Measure
from features.call_judgements.layout import key_of
from features.quality_forms.rules import Answer
from features.quality_scores.counts import HALVES
from features.quality_scores.rules import agreement_of
from features.reports.parts import Block, Cell, Chart, Row, judgements_link, percent
from features.reports.rules import Period
from web.formats import NOTHING
from web.words import Translate, named

POINTS: Final = 10
"""A score is kept in tenths of a point."""


def blocks(content: Row, period: Period, t: Translate) -> Sequence[Block]:
    """Return the tables and charts of a report of the inspection."""
    return (
        _totals(content, t),
        _kinds(content["kinds"], t),
        _agents(content["agents"], t),
        _scores_of_agents(content["agents"], t),
        _teams(content["teams"], t),
        _sections(content["sections"], t),
        _questions("report.fatal_items", content["fatal"], t),
        _questions("report.most_missed", content["missed"], t),
        _agreement(content["agreement"], t),
        _clauses(content["clauses"], period, t),
        _clause_agents(content["clause_agents"], period, t),
    )


def _totals(content: Row, t: Translate) -> Block:
    now, before = content["whole"], content["before"]

    def row(key: str, text: str, earlier: str) -> Sequence[Cell]:
        return (Cell(t(key)), Cell(text, number=True), Cell(earlier, number=True))

    counts = ("listed", "inspected", "scores")
    appealed = ("fatal", "appeals", "accepted", "rejected")
    return Block(
        t("report.totals"),
        (t("report.figure"), t("report.this"), t("report.before")),
        [
            *(row(f"report.{name}", f"{now[name]}", f"{before[name]}") for name in counts),
            row("report.mean", _mean(now), _mean(before)),
            *(row(f"report.{name}", f"{now[name]}", f"{before[name]}") for name in appealed),
        ],
    )


def _kinds(rows: Sequence[Row], t: Translate) -> Block:
    names = ("of", "quota", "listed", "inspected")
    return Block(
        t("report.inspected_kinds"),
        (
            t("report.business"),
            t("report.there_were"),
            *(t(f"report.{name}") for name in names[1:]),
            t("report.inspected_share"),
        ),
        [
            (
                Cell(_kind(row, t)),
                *(Cell(_count(row, name), number=True) for name in names),
                Cell(percent(row["inspected"], row["of"]), number=True),
            )
            for row in rows
        ],
    )


def _count(row: Row, name: str) -> str:
    """Return a count; a live listening is none of so many that there were."""
    return NOTHING if row["thing"] == "live" and name in {"of", "quota"} else f"{row[name]}"


def _kind(row: Row, t: Translate) -> str:
    thing = t(f"quality_sample.thing_{row['thing']}")
    business = row["business"]
    if not business:
        return thing
    words = t("quality_sample.other") if business == "other" else named(t, "topic", business)
    return f"{thing} · {words}"


def _agents(rows: Sequence[Row], t: Translate) -> Block:
    names = ("listed", "inspected", "live", "heard")
    return Block(
        t("report.inspected_agents"),
        (t("report.agent"), t("report.team"), *(t(f"report.{name}") for name in names)),
        [
            (
                Cell(row["agent"]),
                Cell(row["team"] or NOTHING),
                *(Cell(f"{row[name]}", number=True) for name in names),
            )
            for row in rows
        ],
    )


def _scores_of_agents(rows: Sequence[Row], t: Translate) -> Block:
    scored = sorted((row for row in rows if row["scores"]), key=_worst_first)
    return Block(
        t("report.scores_of_agents"),
        (t("report.agent"), *_score_heads(t)),
        [(Cell(row["agent"]), *_scores(row)) for row in scored],
        Chart(
            t("report.chart_scores"),
            [row["agent"] for row in scored],
            [row["tenths"] / row["scores"] / POINTS for row in scored],
        ),
    )


def _worst_first(row: Row) -> tuple[float, str]:
    return (row["tenths"] / row["scores"], row["agent"])


def _teams(rows: Sequence[Row], t: Translate) -> Block:
    return Block(
        t("report.scores_of_teams"),
        (t("report.team"), *_score_heads(t)),
        [(Cell(row["team"] or t("report.none")), *_scores(row)) for row in rows if row["scores"]],
    )


def _score_heads(t: Translate) -> Sequence[str]:
    return (t("report.scores"), t("report.mean"), t("report.fatal"))


def _scores(row: Row) -> Sequence[Cell]:
    counts = (f"{row['scores']}", _mean(row), f"{row['fatal']}")
    return [Cell(text, number=True) for text in counts]


def _mean(row: Mapping[str, Any]) -> str:
    """Return the mean of scores, in points of 100."""
    return f"{row['tenths'] / row['scores'] / POINTS:.1f}" if row["scores"] else NOTHING


def _sections(rows: Sequence[Row], t: Translate) -> Block:
    return Block(
        t("report.sections"),
        (t("report.section"), t("report.form"), t("report.points"), t("report.points_share")),
        [
            (
                Cell(row["section"]),
                Cell(row["form"]),
                Cell(f"{row['got'] / HALVES:g} / {row['of'] // HALVES}", number=True),
                Cell(percent(row["got"], row["of"]), number=True),
            )
            for row in rows
        ],
    )


def _questions(key: str, rows: Sequence[Row], t: Translate) -> Block:
    names = ("asked", "missed", "partly")
    return Block(
        t(key),
        (
            t("report.question"),
            t("report.form"),
            *(t(f"report.{name}") for name in names),
            t("report.missed_share"),
        ),
        [
            (
                Cell(row["words"]),
                Cell(row["form"]),
                *(Cell(f"{row[name]}", number=True) for name in names),
                Cell(percent(row["missed"], row["asked"]), number=True),
            )
            for row in rows
        ],
    )


def _agreement(said: Row, t: Translate) -> Block:
    found = agreement_of({(Answer(one), Answer(other)): n for one, other, n in said["pairs"]})
    kappa = NOTHING if found.kappa is None else f"{found.kappa:.2f}"
    rows = (
        ("report.twice", f"{said['items']}"),
        ("report.answers_of_two", f"{found.answers}"),
        ("report.agreed", percent(found.agreed, found.answers)),
        ("report.kappa", kappa),
    )
    return Block(
        t("report.agreement"),
        (t("report.figure"), t("report.this")),
        [(Cell(t(key)), Cell(text, number=True)) for key, text in rows] if said["items"] else (),
    )


def _clauses(rows: Sequence[Row], period: Period, t: Translate) -> Block:
    return Block(
        t("report.clauses"),
        (t("report.clause"), t("report.kept"), t("report.broken"), t("report.broken_share")),
        [
            (
                Cell(_measure(row, t)),
                _judged(row["kept"], period, outcome="kept", measure=row["measure"]),
                _judged(row["broken"], period, outcome="broken", measure=row["measure"]),
                Cell(percent(row["broken"], row["kept"] + row["broken"]), number=True),
            )
            for row in rows
        ],
    )


def _judged(count: int, period: Period, **only: str) -> Cell:
    return Cell(f"{count}", judgements_link(period, **only) if count else "", number=True)


def _clause_agents(rows: Sequence[Row], period: Period, t: Translate) -> Block:
    by_agent: dict[str, list[Row]] = {}
    for row in rows:
        by_agent.setdefault(row["agent"], []).append(row)
    return Block(
        t("report.clause_agents"),
        (t("report.agent"), t("report.broken"), t("report.which")),
        [
            (
                Cell(agent),
                _judged(_all(those), period, outcome="broken", agent=agent),
                Cell(
                    " · ".join(
                        f"{_measure(row, t)} {row['broken']}"
                        for row in sorted(those, key=lambda row: -row["broken"])
                    )
                ),
            )
            for agent, those in sorted(by_agent.items(), key=lambda one: (-_all(one[1]), one[0]))
        ],
    )


def _all(rows: Sequence[Row]) -> int:
    return sum(row["broken"] for row in rows)


def _measure(row: Row, t: Translate) -> str:
    measure = Measure(row["measure"])
    return f"{measure.clause} {t(f'measure.{key_of(measure)}')}"
