"""The figures as tables: each bar, each kind."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.voice_activity.evaluate import Outcome

BARS = {
    "core": 0.1,
    "plain": 0.5,
    "disturbed": 5.0,
    "never tuned": 10.0,
    "tones": 2.0,
    "echo": 3.0,
}
NORMAL_DBFS, QUIET_DBFS = -37.0, -40.0


@dataclass(frozen=True)
class Figure:
    """One bar and what was measured. `most`: the figure must not be above the bar."""

    name: str
    value: float
    bar: float
    of: int
    most: bool = True

    @property
    def held(self) -> bool:
        return self.value <= self.bar if self.most else self.value >= self.bar


def figures(outcomes: Sequence[Outcome], groups: dict[str, list[str]]) -> list[Figure]:
    """All bars but the cost."""
    found = []
    for group, kinds in groups.items():
        chosen = [o for o in outcomes if o.window.kind in kinds]
        wrong = [o for o in chosen if o.wrong]
        found.append(Figure(_NAMES[group], _percent(wrong, chosen), BARS[group], len(chosen)))
    core = [o for o in outcomes if o.window.kind in groups["core"]]
    late = [o.late_ms for o in core if o.late_ms is not None]
    found.append(Figure("decision p50, ms", float(np.percentile(late, 50)), 330.0, len(late)))
    found.append(Figure("decision p95, ms", float(np.percentile(late, 95)), 330.0, len(late)))
    return [*found, *_levels(core)]


_NAMES = {
    "core": "speech taken for silence, %",
    "plain": "plain silence taken for speech, %",
    "disturbed": "disturbed lines taken for speech, %",
    "never tuned": "kinds never tuned on taken for speech, %",
    "tones": "tones and DTMF taken for speech, %",
    "echo": "echo of our prompt taken for speech, %",
}


def _levels(core: Sequence[Outcome]) -> list[Figure]:
    spoken = [(o, o.window.level_dbfs) for o in core if o.window.level_dbfs is not None]
    quiet = [o for o, level in spoken if level <= QUIET_DBFS]
    normal = [o for o, level in spoken if level >= NORMAL_DBFS]
    recalled = _percent([o for o in quiet if o.too_quiet], quiet)
    false = _percent([o for o in normal if o.too_quiet], normal)
    return [
        Figure("too quiet: recall, %", recalled, 98.0, len(quiet), most=False),
        Figure("too quiet: false, %", false, 0.5, len(normal)),
    ]


def _percent(part: Sequence[Outcome], whole: Sequence[Outcome]) -> float:
    return 100.0 * len(part) / len(whole) if whole else 0.0


def bars_table(found: Sequence[Figure]) -> str:
    """Markdown: one line a bar."""
    rows = ["| what | measured | bar | windows | held |", "|---|---|---|---|---|"]
    for f in found:
        sign = "≤" if f.most else "≥"
        held = "yes" if f.held else "**no**"
        rows.append(f"| {f.name} | {f.value:.2f} | {sign} {f.bar:g} | {f.of} | {held} |")
    return "\n".join(rows)


def kinds_table(outcomes: Sequence[Outcome]) -> str:
    """Markdown: one line a kind; wrong is a missed voice, or a voice where there is none."""
    rows = ["| kind | windows | wrong | % | decision p50/p95 ms |", "|---|---|---|---|---|"]
    for kind in dict.fromkeys(o.window.kind for o in outcomes):
        chosen = [o for o in outcomes if o.window.kind == kind]
        wrong = [o for o in chosen if o.wrong]
        late = [o.late_ms for o in chosen if o.late_ms is not None]
        times = f"{np.percentile(late, 50):.0f}/{np.percentile(late, 95):.0f}" if late else ""
        percent = _percent(wrong, chosen)
        rows.append(f"| {kind} | {len(chosen)} | {len(wrong)} | {percent:.2f} | {times} |")
    return "\n".join(rows)
