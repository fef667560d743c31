"""The figures as tables: each bar, each kind of speech and line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.analysis.cost import Cost
from bench.analysis.measure import Counts, Outcome, Outcomes

SYNTHETIC, REAL = ("speech: kokoro", "speech: espeak"), ("speech: printed",)
NONE = Outcome()


@dataclass(frozen=True)
class Figure:
    """One bar and what was measured."""

    name: str
    value: float
    bar: float
    of: int
    most: bool
    unit: str = "%"

    @property
    def held(self) -> bool:
        """Tell whether the bar is held."""
        return self.value <= self.bar if self.most else self.value >= self.bar


def figures(found: Outcomes) -> list[Figure]:
    """Return the figures of accuracy."""
    whole = found["all"]
    return [
        _least("edges of talk within 100 ms", whole.edges, 95.0),
        _least("the same, without pauses of 0.2 to 0.4 s", whole.clear_edges, 95.0),
        _least("interruptions found", whole.interruptions, 98.0),
        _most("interruptions told that are none", whole.false_interruptions, 2.0),
        _least("dead air found", whole.dead_air, 98.0),
        _most("dead air told that is none", whole.false_dead_air, 2.0),
        _rates("rate, synthetic Mandarin: mean error", found, SYNTHETIC, 8.0),
        _rates("rate, real speech of known words: mean error", found, REAL, 12.0),
    ]


def cost_figures(found: Sequence[Cost]) -> list[Figure]:
    """Return the figures of cost, each encoding with the analysis before it."""
    analysis, *encodings = found
    figures_of = []
    for one in encodings:
        seconds = analysis.processor_s + one.processor_s
        name = f"analysis and {one.name}, times real time of a core"
        figures_of.append(Figure(name, one.audio_s / seconds, 400.0, 1, False, ""))
    memory = max(one.memory_mb for one in found)
    figures_of.append(Figure("memory of the larger process", memory, 60.0, 1, True, "MB"))
    return figures_of


def bars_table(found: Sequence[Figure]) -> str:
    """Return each bar with what was measured."""
    rows = ["| what | measured | bar | of | held |", "|---|---|---|---|---|"]
    for one in found:
        bar = f"{'≤' if one.most else '≥'} {one.bar:g} {one.unit}".strip()
        held = "yes" if one.held else "**no**"
        rows.append(f"| {one.name} | {one.value:.2f} {one.unit} | {bar} | {one.of} | {held} |")
    return "\n".join(rows)


def kinds_table(found: Outcomes) -> str:
    """Return each kind of speech and line."""
    rows = [
        "| sides with | edges | clear edges | talk missed, % | told that is none, s a minute |",
        "|---|---|---|---|---|",
    ]
    for kind in sorted(found):
        one = found[kind]
        rows.append(
            f"| {kind} | {one.edges.percent:.1f} % of {one.edges.asked} "
            f"| {one.clear_edges.percent:.1f} % of {one.clear_edges.asked} "
            f"| {100 * one.missed_s / max(one.talk_s, 1e-9):.2f} "
            f"| {60 * one.false_s / max(one.talk_s, 1e-9):.2f} |"
        )
    return "\n".join(rows)


def rates_table(found: Outcomes) -> str:
    """Return how far off the rates of each kind of speech are."""
    rows = [
        "| rate of | sides | mean error, % | 95 % of them within, % | on average too fast, % |",
        "|---|---|---|---|---|",
    ]
    for kind in (*SYNTHETIC, *REAL):
        errors = np.array(found.get(kind, NONE).rates)
        if len(errors):
            size = np.abs(errors)
            rows.append(
                f"| {kind.removeprefix('speech: ')} | {len(errors)} | {size.mean():.1f} "
                f"| {np.percentile(size, 95):.1f} | {errors.mean():+.1f} |"
            )
    return "\n".join(rows)


def costs_table(found: Sequence[Cost]) -> str:
    """Return what each process took."""
    rows = ["| process | processor, s | times real time | memory, MB |", "|---|---|---|---|"]
    rows += [
        f"| {one.name} | {one.processor_s:.1f} | {one.times:.0f} | {one.memory_mb:.0f} |"
        for one in found
    ]
    return "\n".join(rows)


def _least(name: str, counts: Counts, bar: float) -> Figure:
    return Figure(name, counts.percent, bar, counts.asked, False)


def _most(name: str, counts: Counts, bar: float) -> Figure:
    return Figure(name, counts.percent, bar, counts.asked, True)


def _rates(name: str, found: Mapping[str, Outcome], kinds: Sequence[str], bar: float) -> Figure:
    errors = [error for kind in kinds for error in found.get(kind, NONE).rates]
    value = float(np.mean(np.abs(errors))) if errors else float("nan")
    return Figure(name, value, bar, len(errors), True)
