"""How the figures are shown, on the screen and kept: ratios first, then the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.contest import Rung
from bench.lines import Lines

COMPARED_AT = 60
"""Calls a second at which the ways are compared; the bar of the project."""


@dataclass(frozen=True)
class Figures:
    """All that one run measured."""

    machine: str
    when: str
    load_before: float
    load_after: float
    """Load averages: where they are above the cores, others had a share of them too."""
    rungs: Mapping[str, Sequence[Rung]]
    lines: Sequence[Lines]
    answer_after: float


def markdown(figures: Figures) -> str:
    """Return the whole page."""
    return "\n".join(
        [
            "# What answering costs",
            "",
            "Measured in one run by `make bench`: the same callers (SIPp with real speech as RTP),",
            "the same Asterisk, side by side. On a shared machine: read the ratios first.",
            "",
            *_ratios(figures),
            "",
            (
                f"Machine: {figures.machine}. Load average {figures.load_before:.1f} "
                f"before the run, {figures.load_after:.1f} at its end. "
                f"{figures.when}."
            ),
            "",
            *_calls(figures),
            "",
            *_lines(figures),
            "",
        ]
    )


def _ratios(figures: Figures) -> list[str]:
    told = []
    if wanted := _at(figures, "hotline", COMPARED_AT):
        told.append(_at_the_bar(wanted))
    ours = _highest(figures, "hotline")
    recorded = _at(figures, "recorded", ours.rate) if ours else None
    process = _highest(figures, "process")
    if ours and recorded:
        times = ours.total_ms / recorded.total_ms
        told.append(
            f"- The whole flow held {ours.rate} calls/s with every caller served. There a call "
            f"costs **{times:.2f} ×** the CPU of answer + recording alone (bar: 3 ×)."
        )
    if ours and process:
        told.append(
            f"- One process a call costs {process.total_ms / ours.total_ms:.1f} × the whole flow, "
            f"and held {process.rate} calls/s."
        )
    return told + [
        f"- Lines one core listens to and speaks on ({lines.count} {lines.says}): "
        f"**{lines.per_core('calls'):.0f}** (bar: 250), {lines.beats_kept:.0%} of the 20 ms beats "
        "made in time (those skipped cost nothing: a low share flatters the figure)."
        for lines in figures.lines
    ]


def _at_the_bar(rung: Rung) -> str:
    """Say how the bar's rate went, in words that cannot be taken for more than was measured."""
    served = rung.served.calls if rung.served else 0
    held = "held" if rung.is_held else "**not held**"
    late = rung.served.late if rung.served else (lambda _share: 0.0)
    return (
        f"- {rung.rate} calls/s (the bar): {rung.outcome.answered} of {rung.outcome.load.calls} "
        f"answered, {rung.outcome.failed} failed, p99 {rung.late(0.99):.0f} ms above "
        f"`answer_after` (bar: 300 ms). Whole flow at that rate {held}: **{served} of "
        f"{rung.outcome.load.calls} callers heard words** before they hung up 1 s later, p50 "
        f"{late(0.5):.0f} ms, p99 {late(0.99):.0f} ms after the answer."
    )


def _calls(figures: Figures) -> list[str]:
    rows = [
        (
            "| way | calls/s | calls | failed | served | words p50 | words p99 "
            "| INVITE→200 mean | p50 | p99 | CPU/call Asterisk | calls | ledger | all |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for rungs in figures.rungs.values():
        rows += [_row(name, rung) for name, rung in _named(figures, rungs)]
    note = (
        f"INVITE→200 is above the {figures.answer_after:.0f} s of ringing, in ms; CPU in ms. Each "
        "call rings, is answered and stays for 1 s; then the caller hangs up. `served`: callers "
        "whose dialogue said its first words in that second, `words`: how long after the answer; "
        "the dialplan answers without our programs, so an answer alone proves nothing of them. A "
        "way climbs until a call fails, a caller is not served, words p99 passes 500 ms, or answer "
        "p99 passes 1 s (✗). CPU of a rate that was not held is that of calls cut short. "
        "`ledger`: database and store."
    )
    return [*rows, "", note]


def _named(figures: Figures, rungs: Sequence[Rung]) -> list[tuple[str, Rung]]:
    name = next(says for says, climbed in figures.rungs.items() if climbed is rungs)
    return [(WAYS[name] if n == 0 else "", rung) for n, rung in enumerate(rungs)]


WAYS = {
    "answer": "dialplan only: `Answer`",
    "recorded": "answer + recording (MixMonitor, stereo)",
    "process": "one pyst2 process a call",
    "hotline": "**the whole flow**",
}


def _row(name: str, rung: Rung) -> str:
    spent = [rung.cpu_ms.get(column) for column in ("asterisk", "calls", "ledger")]
    cells = [
        name,
        f"{rung.rate}" + ("" if rung.is_held else " ✗"),
        f"{rung.outcome.load.calls}",
        f"{rung.outcome.failed}",
        f"{rung.served.calls}" if rung.served else "–",
        f"{rung.served.late(0.5):.0f}" if rung.served else "–",
        f"{rung.served.late(0.99):.0f}" if rung.served else "–",
        f"{rung.mean:.0f}",
        f"{rung.late(0.5):.0f}",
        f"{rung.late(0.99):.0f}",
        *(f"{value:.1f}" if value is not None else "–" for value in spent),
        f"{rung.total_ms:.1f}",
    ]
    return "| " + " | ".join(cells) + " |"


def _lines(figures: Figures) -> list[str]:
    rows = [
        (
            "| lines in their dialogue | lines | failed | served | beats in time "
            "| cores of `calls` "
            "| lines per core | cores of Asterisk |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {lines.says} | {lines.count} | {lines.failed} | {lines.served} "
        f"| {lines.beats_kept:.0%} "
        f"| {lines.cores['calls']:.2f} | {lines.per_core('calls'):.0f} "
        f"| {lines.cores['asterisk']:.2f} |"
        for lines in figures.lines
    ]
    return rows


def _at(figures: Figures, name: str, rate: int) -> Rung | None:
    return next((r for r in figures.rungs.get(name, ()) if r.rate == rate), None)


def _highest(figures: Figures, name: str) -> Rung | None:
    """Return the highest rate that was held: only there is a call's cost that of a whole call."""
    held = [rung for rung in figures.rungs.get(name, ()) if rung.is_held]
    return max(held, key=lambda rung: rung.rate, default=None)
