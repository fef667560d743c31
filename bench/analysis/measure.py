"""Compares what the analysis says of built calls with what is known of them."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from bench.analysis.calls import DEAD_S, Call, Party
from recordings.analysis.analyse import analysed
from recordings.analysis.conversation import dead_air, interruptions, rate, silence
from recordings.analysis.result import SILENCE_DB, Analysis, Side, Span, Talk
from recordings.analysis.spans import both, gaps, joined, seconds
from recordings.wav import RAW_STEREO, header

NEAR_S: Final = 0.1
CLEAR_PAUSE_S: Final = 0.4
"""Around the 0.3 s that part two talks a pause of 0.2 to 0.4 s may be told either way."""
SAME_S: Final = 0.5
"""So near is what was found to what is known of the same interruption."""
SURELY, HARDLY = DEAD_S + 0.2, DEAD_S - 0.2
ENOUGH: Final = 20
"""Syllables from which a rate is compared."""


@dataclass
class Counts:
    """How many of what was asked were right."""

    asked: int = 0
    right: int = 0

    def add(self, right: Iterable[bool]) -> None:
        """Count answers."""
        answers = list(right)
        self.asked += len(answers)
        self.right += sum(answers)

    @property
    def percent(self) -> float:
        """Return the share that is right, in per cent."""
        return 100.0 * self.right / self.asked if self.asked else float("nan")


@dataclass
class Outcome:
    """What came of all calls, or of those of one kind."""

    edges: Counts = field(default_factory=Counts)
    clear_edges: Counts = field(default_factory=Counts)
    talk_s: float = 0.0
    missed_s: float = 0.0
    false_s: float = 0.0
    interruptions: Counts = field(default_factory=Counts)
    false_interruptions: Counts = field(default_factory=Counts)
    dead_air: Counts = field(default_factory=Counts)
    false_dead_air: Counts = field(default_factory=Counts)
    rates: list[float] = field(default_factory=list)
    """Error of each side's rate, in per cent."""


Outcomes = dict[str, Outcome]


def compared(calls: Iterable[Call]) -> tuple[Outcomes, int]:
    """Return what came of calls, as a whole and by kind, and how many they were."""
    found: Outcomes = {}
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "call.wav"
        for call in calls:
            count += 1
            written(path, call)
            _compare(call, analysed(path), found)
    return found, count


def written(path: Path, call: Call) -> None:
    """Write a call as a recording."""
    audio = call.samples.astype("<i2").tobytes()
    path.write_bytes(header(RAW_STEREO, len(audio)) + audio)


def _compare(call: Call, told: Analysis, found: Outcomes) -> None:
    for party, side in zip(call.parties, told.sides, strict=True):
        for kind in _kinds(party):
            _compare_side(party, side, call.stretches, found.setdefault(kind, Outcome()))
    _compare_both(call, told, found.setdefault("all", Outcome()))


def _kinds(party: Party) -> set[str]:
    line = party.line
    return {
        "all",
        f"speech: {party.source}",
        f"line: {line.crosstalk}" if line.crosstalk != "none" else "line: no echo",
        f"line: {line.disturbance or 'nothing else'}",
        f"line: {line.tones or 'no tones'}",
    }


def _compare_side(party: Party, side: Side, stretches: Sequence[Span], outcome: Outcome) -> None:
    known, told = joined(party.talks, pause_s=0.3), _spans(side)
    for edge, clear in _edges(known):
        near = _near(edge, told)
        outcome.edges.add([near])
        outcome.clear_edges.add([near] if clear else [])
    outcome.talk_s += seconds(known)
    outcome.missed_s += seconds(both(known, gaps(_wider(told, NEAR_S))))
    outcome.false_s += seconds(both(both(told, gaps(_wider(known, NEAR_S))), stretches))
    _compare_rate(party, side, outcome)


def _compare_rate(party: Party, side: Side, outcome: Outcome) -> None:
    passages = joined(_wider([one.span for one in party.known], NEAR_S))
    syllables = sum(one.syllables for one in party.known)
    talk = seconds(both(joined(party.talks, pause_s=0.3), passages))
    told = rate(side, passages)
    if syllables >= ENOUGH:
        known = 60.0 * syllables / talk
        outcome.rates.append(100.0 * ((told or 0.0) / known - 1.0))


def _compare_both(call: Call, told: Analysis, outcome: Outcome) -> None:
    caller, ours = told.sides
    known_caller, known_ours = (_known(party) for party in call.parties)
    found = interruptions(caller, ours, call.stretches)
    by_definition = interruptions(known_caller, known_ours, call.stretches)
    allowed = [*call.interruptions, *((one.at_s, one.by) for one in by_definition)]
    marks = [(one.at_s, one.by) for one in found]
    outcome.interruptions.add(_same(one, marks) for one in call.interruptions)
    outcome.false_interruptions.add(not _same(one, allowed) for one in marks)
    silences = silence(known_caller, known_ours, call.stretches)
    dead = dead_air(caller, ours, call.stretches, least_s=DEAD_S)
    outcome.dead_air.add(_met(one, dead) for one in silences if one.seconds >= SURELY)
    maybe = [one for one in silences if one.seconds >= HARDLY]
    outcome.false_dead_air.add(not _met(one, maybe) for one in dead)


def _edges(known: Sequence[Span]) -> list[tuple[tuple[float, str], bool]]:
    """Return each begin and end, and whether the pause beside it is clearly one."""
    pauses = [after.begin_s - before.end_s for before, after in pairwise(known)]
    before, after = [np.inf, *pauses], [*pauses, np.inf]
    found = []
    for place, span in enumerate(known):
        found.append(((span.begin_s, "begin"), before[place] >= CLEAR_PAUSE_S))
        found.append(((span.end_s, "end"), after[place] >= CLEAR_PAUSE_S))
    return found


def _near(edge: tuple[float, str], told: Sequence[Span]) -> bool:
    at, kind = edge
    return any(abs((one.begin_s if kind == "begin" else one.end_s) - at) <= NEAR_S for one in told)


def _same(one: tuple[float, str], others: Sequence[tuple[float, str]]) -> bool:
    return any(by == one[1] and abs(at - one[0]) <= SAME_S for at, by in others)


def _met(one: Span, others: Sequence[Span]) -> bool:
    """Tell whether most of a span is among others."""
    return seconds(both([one], joined(others))) >= 0.8 * one.seconds


def _wider(spans: Iterable[Span], by_s: float) -> tuple[Span, ...]:
    return joined(Span(one.begin_s - by_s, one.end_s + by_s) for one in spans)


def _spans(side: Side) -> tuple[Span, ...]:
    return joined(Span(one.begin_s, one.end_s) for one in side.talks)


def _known(party: Party) -> Side:
    spans = joined(party.talks, pause_s=0.3)
    talks = tuple(Talk(one.begin_s, one.end_s, 0.0, -20.0) for one in spans)
    return Side(talks=talks, noise_db=SILENCE_DB, peak_db=0.0, clipped=0.0, tones=())
