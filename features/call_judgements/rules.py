"""Judges a call by each clause that a machine can measure. Does no I/O.

Each function gives the judgements of one measure: one for the call, or one for each agent.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from callflow.events import JournalEvent
from features.call_judgements import voice_rules
from features.call_judgements.clauses import Judgement, Limits, Measure, NotApplicable, Outcome
from features.call_judgements.facts import Facts, on_hold
from features.calls.lifecycle import ANS1_S, Direction, Disposition, HungUpBy

GREETED_WITHIN_S: Final = 5.0
"""Seconds from the answer to the first word: what a caller is promised whatever of ours fails."""
SIL_STEPS: Final = 3
NOT_APPLICABLE: Final = Outcome.NOT_APPLICABLE


def judged(facts: Facts, limits: Limits) -> Sequence[Judgement]:
    """Return every judgement of a call that has ended, in the order of the clauses."""
    return [one for rule in _RULES for one in rule(facts, limits)]


def judge_again_at(facts: Facts) -> datetime | None:
    """Return when a promise of this call is due, which can only be judged then (CBK-1)."""
    open_ones = [one.due_at for one in facts.promises if one.kept_at is None and not one.withdrawn]
    later = [due for due in open_ones if due > facts.now]
    return min(later) + timedelta(seconds=1) if later else None


def _none(measure: Measure, why: NotApplicable) -> Judgement:
    return Judgement(measure=measure, outcome=NOT_APPLICABLE, why=why.value)


def _said(*, kept: bool) -> Outcome:
    return Outcome.KEPT if kept else Outcome.BROKEN


def _answer(facts: Facts, _limits: Limits) -> Iterator[Judgement]:
    call = facts.call
    if call.direction is Direction.OUT:
        yield _none(Measure.ANSWER, NotApplicable.OUTBOUND)
        return
    rang_s = ((call.answered or call.ended or facts.now) - call.ring_started).total_seconds()
    if call.answered is None and call.hung_up_by is HungUpBy.CALLER and rang_s < ANS1_S:
        yield _none(Measure.ANSWER, NotApplicable.CALLER_LEFT)
        return
    yield Judgement(
        measure=Measure.ANSWER, outcome=_said(kept=call.held_ans1), value=round(rang_s, 1)
    )


def _agent_answers(facts: Facts, _limits: Limits) -> Iterator[Judgement]:
    """Each phone that rang in vain is its agent's (ANS-2); who answered kept it."""
    call = facts.call
    for miss in call.misses:
        yield Judgement(
            measure=Measure.AGENT_ANSWERS,
            outcome=Outcome.BROKEN,
            agent=miss.agent,
            value=round(miss.rang_s, 1),
            second=facts.second(miss.at - timedelta(seconds=miss.rang_s)),
        )
    missed = {miss.agent for miss in call.misses}
    if call.direction is Direction.IN and call.agent and call.agent not in missed:
        at = call.agent_answered
        yield Judgement(
            measure=Measure.AGENT_ANSWERS,
            outcome=Outcome.KEPT,
            agent=call.agent,
            second=facts.second(at) if at else None,
        )
    elif not call.misses:
        yield _none(Measure.AGENT_ANSWERS, NotApplicable.NO_AGENT)


def _answered_at_all(facts: Facts, _limits: Limits) -> Iterator[Judgement]:
    call = facts.call
    if call.direction is Direction.OUT:
        yield _none(Measure.ANSWERED_AT_ALL, NotApplicable.OUTBOUND)
    elif call.answered is None and call.hung_up_by is HungUpBy.CALLER:
        within = (call.ended or facts.now) - call.ring_started < timedelta(seconds=ANS1_S)
        if within:
            yield _none(Measure.ANSWERED_AT_ALL, NotApplicable.CALLER_LEFT)
        else:
            yield Judgement(measure=Measure.ANSWERED_AT_ALL, outcome=Outcome.BROKEN)
    else:
        lost = call.disposition in {Disposition.SWITCH_CRASH, Disposition.FAILED}
        kept = call.answered is not None and not lost
        yield Judgement(measure=Measure.ANSWERED_AT_ALL, outcome=_said(kept=kept))


def _recorded(facts: Facts, _limits: Limits) -> Iterator[Judgement]:
    if facts.call.answered is None:
        yield _none(Measure.RECORDED, NotApplicable.NOT_ANSWERED)
        return
    if facts.recording is None and not facts.gaps:
        yield _none(Measure.RECORDED, NotApplicable.NO_AGENT)  # a call out that nobody took
        return
    missing = sum((one.to_at - one.from_at).total_seconds() for one in facts.gaps)
    first = min((one.from_at for one in facts.gaps), default=None)
    yield Judgement(
        measure=Measure.RECORDED,
        outcome=_said(kept=not facts.gaps),
        value=round(missing, 1),
        second=facts.second(first) if first else None,
    )


def _greeting(facts: Facts, _limits: Limits) -> Iterator[Judgement]:
    call = facts.call
    if call.direction is Direction.OUT or call.answered is None:
        out = call.direction is Direction.OUT
        why = NotApplicable.OUTBOUND if out else NotApplicable.NOT_ANSWERED
        yield _none(Measure.GREETING, why)
        return
    said = _prompt(facts.events, "greeting")
    if said is None:
        left = call.ended and (call.ended - call.answered).total_seconds() < GREETED_WITHIN_S
        if left and call.hung_up_by is HungUpBy.CALLER:
            yield _none(Measure.GREETING, NotApplicable.CALLER_LEFT)
        else:
            yield Judgement(measure=Measure.GREETING, outcome=Outcome.BROKEN)
        return
    after_s = max(0.0, said.at - call.answered.timestamp())
    yield Judgement(
        measure=Measure.GREETING,
        outcome=_said(kept=after_s <= GREETED_WITHIN_S),
        value=round(after_s, 1),
        second=facts.second(datetime.fromtimestamp(said.at, call.answered.tzinfo)),
    )


def _farewell(facts: Facts, _limits: Limits) -> Iterator[Judgement]:
    """We say goodbye where it is we who end a call that had come to its end."""
    call = facts.call
    if call.disposition is not Disposition.FAREWELL:
        yield _none(Measure.FAREWELL, NotApplicable.OTHER_END)
        return
    said = _prompt(facts.events, "farewell")
    at = datetime.fromtimestamp(said.at, call.ring_started.tzinfo) if said else None
    yield Judgement(
        measure=Measure.FAREWELL,
        outcome=_said(kept=said is not None),
        second=facts.second(at) if at else None,
    )


def _silent_line(facts: Facts, _limits: Limits) -> Iterator[Judgement]:
    """Before we hang up on a silent line, all steps of SIL-1 have been said."""
    if facts.call.disposition is not Disposition.SILENT:
        yield _none(Measure.SILENT_LINE, NotApplicable.OTHER_END)
        return
    steps = {event.data.get("step") for event in facts.events if event.name == "silent_line"}
    yield Judgement(
        measure=Measure.SILENT_LINE,
        outcome=_said(kept=len(steps) >= SIL_STEPS),
        value=float(len(steps)),
    )


def _no_hang_up_first(facts: Facts, _limits: Limits) -> Iterator[Judgement]:
    call = facts.call
    if call.agent is None or not call.segments:
        yield _none(Measure.NO_HANG_UP_FIRST, NotApplicable.NO_AGENT)
        return
    last = max(call.segments, key=lambda one: one.from_at)
    yield Judgement(
        measure=Measure.NO_HANG_UP_FIRST,
        outcome=_said(kept=call.hung_up_by is not HungUpBy.AGENT),
        agent=last.agent or last.seat,
        second=facts.second(last.to_at) if last.to_at else None,
    )


def _hold(facts: Facts, limits: Limits) -> Iterator[Judgement]:
    held = on_hold(facts)
    if not held:
        yield _none(Measure.HOLD, NotApplicable.NO_HOLD)
        return
    longest = max(held, key=lambda one: one.end_s - one.begin_s)
    length_s = longest.end_s - longest.begin_s
    yield Judgement(
        measure=Measure.HOLD,
        outcome=_said(kept=length_s <= limits.hold_s),
        agent=facts.call.agent or "",
        value=round(length_s, 1),
        second=round(max(0.0, longest.begin_s), 1),
    )


def _message(facts: Facts, _limits: Limits) -> Iterator[Judgement]:
    if facts.call.message_at is None:
        yield _none(Measure.MESSAGE, NotApplicable.NO_MESSAGE)
        return
    empty = any(event.name == "message_empty" for event in facts.events)
    if empty and not facts.has_ticket:
        yield _none(Measure.MESSAGE, NotApplicable.NO_MESSAGE)
        return
    yield Judgement(
        measure=Measure.MESSAGE,
        outcome=_said(kept=facts.has_ticket),
        second=facts.second(facts.call.message_at),
    )


def _callback(facts: Facts, _limits: Limits) -> Iterator[Judgement]:
    counted = [one for one in facts.promises if not one.withdrawn]
    if not counted:
        yield _none(Measure.CALLBACK, NotApplicable.NO_PROMISE)
        return
    for one in counted:
        if one.kept_at is None and one.due_at > facts.now:
            yield _none(Measure.CALLBACK, NotApplicable.NOT_DUE)
            return
    late = [one for one in counted if one.kept_at is None or one.kept_at > one.due_at]
    kept_at = [one.kept_at - one.made_at for one in counted if one.kept_at is not None]
    minutes = max((one.total_seconds() / 60 for one in kept_at), default=None)
    yield Judgement(
        measure=Measure.CALLBACK,
        outcome=_said(kept=not late),
        value=None if minutes is None else round(minutes, 1),
    )


def _prompt(events: Sequence[JournalEvent], name: str) -> JournalEvent | None:
    """Return the first time that such a prompt was said."""
    for event in events:
        if event.name == "prompt" and event.data.get("name", "").startswith(name):
            return event
    return None


_RULES: Final[Sequence[Callable[[Facts, Limits], Iterator[Judgement]]]] = (
    _answer,
    _agent_answers,
    _answered_at_all,
    _recorded,
    _greeting,
    _farewell,
    _silent_line,
    _no_hang_up_first,
    _hold,
    _message,
    _callback,
    voice_rules.judged,
)
