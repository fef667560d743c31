"""How two sides talk with each other. Does no I/O.

Everything is asked within stretches of the recording, such as an agent's talk without its holds.

Talk: speech of one side; pauses below 0.3 s belong to it (`talks.PAUSE_S`).
Turn: talks of one side with less than `TURN_PAUSE_S` between them.
Both talk: times that lie in a talk of each side.
Silence: times that lie in a talk of neither side. Music and tones are silence.
Dead air: a silence of a stated length or longer. A silence ends with its stretch.
Interruption: one side begins a turn while the other talks, or pauses for less than `STILL_S`, in a
turn that is `ALREADY_S` old. Either the other gives way: its turn ends first, `OVERLAP_S` later or
more (less is a change of turns), and the new turn is `GOES_ON_S` long or longer (less is a “yes”
that keeps the other going). Or both go on together for `BOTH_GO_ON_S`, whoever ends first.
Monologue: talks of one side with less than `MONOLOGUE_PAUSE_S` between them, up to the next turn of
the other that is `ANSWER_S` long or longer.
Rate: syllables a minute of talk: pauses below 0.3 s count, longer ones do not (QA-3).
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from recordings.analysis.result import SILENCE_DB, Side, Span, Talk
from recordings.analysis.spans import both, gaps, joined, seconds

By = Literal["caller", "ours"]

TURN_PAUSE_S: Final = 0.7
ALREADY_S: Final = 0.3
STILL_S: Final = 0.45
OVERLAP_S: Final = 0.5
GOES_ON_S: Final = 1.0
BOTH_GO_ON_S: Final = 2.0
ANSWER_S: Final = 1.0
MONOLOGUE_PAUSE_S: Final = 2.0
ENOUGH_S: Final = 2.0
"""Seconds of talk below which a rate would be a guess."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """One side began while the other talked; `by` says which."""

    at_s: float
    by: By
    overlap_s: float
    """From then on until the turn of one of the two had ended."""


def talk_s(side: Side, stretches: Sequence[Span]) -> float:
    """Return for how many seconds a side talks."""
    return seconds(both(_spans(side), joined(stretches)))


def both_talk(caller: Side, ours: Side, stretches: Sequence[Span]) -> tuple[Span, ...]:
    """Return when both sides talk at once."""
    return both(both(_spans(caller), _spans(ours)), joined(stretches))


def silence(caller: Side, ours: Side, stretches: Sequence[Span]) -> tuple[Span, ...]:
    """Return when neither side talks."""
    return both(gaps(joined([*_spans(caller), *_spans(ours)])), joined(stretches))


def dead_air(
    caller: Side, ours: Side, stretches: Sequence[Span], *, least_s: float
) -> tuple[Span, ...]:
    """Return the silences of `least_s` or longer (QA-3)."""
    return tuple(one for one in silence(caller, ours, stretches) if one.seconds >= least_s)


def interruptions(caller: Side, ours: Side, stretches: Sequence[Span]) -> tuple[Interruption, ...]:
    """Return who interrupts whom, in order (QA-3): those that begin within the stretches."""
    found = [*_interruptions("caller", caller, ours), *_interruptions("ours", ours, caller)]
    known = joined(stretches)
    inside = [one for one in found if _holding(known, one.at_s)]
    return tuple(sorted(inside, key=lambda one: one.at_s))


def longest_monologue(side: Side, other: Side, stretches: Sequence[Span]) -> Span | None:
    """Return the longest time in which a side talks and the other does not answer."""
    unanswered = gaps([turn for turn in _turns(other) if turn.seconds >= ANSWER_S])
    talks = both(_spans(side), joined(stretches))
    pieces = both(both(joined(talks, pause_s=MONOLOGUE_PAUSE_S), joined(stretches)), unanswered)
    found = [_ends(both(talks, [piece])) for piece in pieces]
    return max((one for one in found if one), key=lambda one: one.seconds, default=None)


def rate(side: Side, stretches: Sequence[Span]) -> float | None:
    """Return the syllables a minute of a side's talk; None of less talk than `ENOUGH_S` (QA-3)."""
    parts = list(_parts(side, stretches))
    talk = sum(part for _, part in parts)
    if talk < ENOUGH_S:
        return None
    return 60.0 / talk * sum(one.syllables * part / one.seconds for one, part in parts)


def level_db(side: Side, stretches: Sequence[Span]) -> float | None:
    """Return how loud a side talks in dBFS, by the power of its talks; None where it does not."""
    parts = list(_parts(side, stretches))
    talk = sum(part for _, part in parts)
    if talk <= 0.0:
        return None
    power = sum(10.0 ** (one.level_db / 10.0) * part for one, part in parts) / talk
    return max(SILENCE_DB, 10.0 * math.log10(power)) if power > 0.0 else SILENCE_DB


def _interruptions(by: By, side: Side, other: Side) -> Iterator[Interruption]:
    talks, turns = joined(_spans(other), pause_s=STILL_S), _turns(other)
    for mine in _turns(side):
        talk, turn = _holding(talks, mine.begin_s), _holding(turns, mine.begin_s)
        if talk is None or turn is None or mine.begin_s - turn.begin_s < ALREADY_S:
            continue
        overlap_s = min(mine.end_s, turn.end_s) - mine.begin_s
        gives_way = turn.end_s <= mine.end_s and mine.seconds >= GOES_ON_S
        if overlap_s >= (OVERLAP_S if gives_way else BOTH_GO_ON_S):
            yield Interruption(mine.begin_s, by, overlap_s)


def _spans(side: Side) -> tuple[Span, ...]:
    return joined(Span(talk.begin_s, talk.end_s) for talk in side.talks)


def _turns(side: Side) -> tuple[Span, ...]:
    return joined(_spans(side), pause_s=TURN_PAUSE_S)


def _holding(spans: Sequence[Span], at_s: float) -> Span | None:
    """Return the span in which a moment lies."""
    place = bisect_right(spans, at_s, key=lambda one: one.begin_s) - 1
    return spans[place] if place >= 0 and at_s < spans[place].end_s else None


def _ends(parts: Sequence[Span]) -> Span | None:
    return Span(parts[0].begin_s, parts[-1].end_s) if parts else None


def _parts(side: Side, stretches: Sequence[Span]) -> Iterator[tuple[Talk, float]]:
    """Give each talk that lies in the stretches, and for how many seconds it does."""
    known = joined(stretches)
    for talk in side.talks:
        part = seconds(both([Span(talk.begin_s, talk.end_s)], known))
        if part > 0.0:
            yield talk, part
