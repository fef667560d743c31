"""Judges how an agent spoke (QA-3): rate, loudness, interrupting, dead air. Does no I/O."""

from collections.abc import Iterator, Sequence
from typing import Final

from features.call_judgements.clauses import Judgement, Limits, Measure, NotApplicable, Outcome
from features.call_judgements.facts import Facts, stretches
from recordings.analysis import conversation
from recordings.analysis.result import Analysis, Span

OURS: Final = "ours"
_MEASURES: Final = (Measure.RATE, Measure.LOUDNESS, Measure.INTERRUPTING, Measure.DEAD_AIR)
_SIDES: Final = 2


def judged(facts: Facts, limits: Limits) -> Iterator[Judgement]:
    """Give the judgements of each agent who talked with the customer alone."""
    why = _hindered(facts)
    if why is not None:
        yield from (_none(each, why) for each in _MEASURES)
        return
    assert facts.analysis is not None
    for agent, alone in sorted(stretches(facts).items()):
        yield from _of_agent(facts.analysis, agent, alone, limits)


def _hindered(facts: Facts) -> NotApplicable | None:
    if not facts.call.segments:
        return NotApplicable.NO_AGENT
    if facts.analysis is None or len(facts.analysis.sides) < _SIDES:
        return NotApplicable.NO_RECORDING
    return None


def _of_agent(
    analysis: Analysis, agent: str, alone: Sequence[Span], limits: Limits
) -> Iterator[Judgement]:
    ours = analysis.sides[1]
    spoke_s = conversation.talk_s(ours, alone)
    if spoke_s < limits.speech_s:
        for each in (Measure.RATE, Measure.LOUDNESS):
            yield _none(each, NotApplicable.TOO_SHORT, agent, value=round(spoke_s, 1))
    else:
        yield _rate(conversation.rate(ours, alone), agent, limits, _first(alone))
        yield _loudness(conversation.level_db(ours, alone), agent, limits, _first(alone))
    yield _interrupting(analysis, agent, alone, limits)
    yield _dead_air(analysis, agent, alone, limits)


def _rate(value: float | None, agent: str, limits: Limits, second: float | None) -> Judgement:
    if value is None:
        return _none(Measure.RATE, NotApplicable.TOO_SHORT, agent)
    least, most = limits.rate
    may_err = limits.rate_error
    kept = least * (1 - may_err) <= value <= most * (1 + may_err)
    return _found(Measure.RATE, agent, kept=kept, value=round(value), second=second)


def _loudness(value: float | None, agent: str, limits: Limits, second: float | None) -> Judgement:
    if value is None:
        return _none(Measure.LOUDNESS, NotApplicable.TOO_SHORT, agent)
    least, most = limits.loudness
    kept = least <= value <= most
    return _found(Measure.LOUDNESS, agent, kept=kept, value=round(value, 1), second=second)


def _interrupting(
    analysis: Analysis, agent: str, alone: Sequence[Span], limits: Limits
) -> Judgement:
    caller, ours = analysis.sides
    found = [one for one in conversation.interruptions(caller, ours, alone) if one.by == OURS]
    return _found(
        Measure.INTERRUPTING,
        agent,
        kept=len(found) <= limits.interruptions,
        value=float(len(found)),
        second=round(found[0].at_s, 1) if found else None,
    )


def _dead_air(analysis: Analysis, agent: str, alone: Sequence[Span], limits: Limits) -> Judgement:
    """The longest time in which neither said a word, if it is one at all."""
    caller, ours = analysis.sides
    found = conversation.dead_air(caller, ours, alone, least_s=1.0)
    longest = max(found, key=lambda one: one.end_s - one.begin_s, default=None)
    length_s = longest.end_s - longest.begin_s if longest else 0.0
    return _found(
        Measure.DEAD_AIR,
        agent,
        kept=length_s < limits.dead_air_s,
        value=round(length_s, 1),
        second=round(longest.begin_s, 1) if longest else None,
    )


def _found(
    measure: Measure, agent: str, *, kept: bool, value: float, second: float | None
) -> Judgement:
    outcome = Outcome.KEPT if kept else Outcome.BROKEN
    return Judgement(measure=measure, outcome=outcome, agent=agent, value=value, second=second)


def _none(
    measure: Measure, why: NotApplicable, agent: str = "", value: float | None = None
) -> Judgement:
    return Judgement(
        measure=measure,
        outcome=Outcome.NOT_APPLICABLE,
        agent=agent,
        value=value,
        why=why.value,
    )


def _first(alone: Sequence[Span]) -> float | None:
    return round(alone[0].begin_s, 1) if alone else None
