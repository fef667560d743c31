"""How two sides talk with each other, reckoned from their talks."""

import pytest

from recordings.analysis import conversation
from recordings.analysis.conversation import Interruption
from recordings.analysis.result import Side, Span, Talk

WHOLE = (Span(0.0, 100.0),)
NOTHING: tuple[Span, ...] = ()


def side(*talks: tuple[float, float], pace: float = 4.0, level: float = -20.0) -> Side:
    return Side(
        talks=tuple(Talk(begin, end, pace * (end - begin), level) for begin, end in talks),
        noise_db=-60.0,
        peak_db=-3.0,
        clipped=0.0,
        tones=(),
    )


def spans(found: tuple[Span, ...]) -> list[tuple[float, float]]:
    return [(round(one.begin_s, 3), round(one.end_s, 3)) for one in found]


def test_both_talk_where_a_talk_of_each_side_lies() -> None:
    caller, ours = side((1, 5), (8, 12)), side((4, 9), (11, 20))
    assert spans(conversation.both_talk(caller, ours, WHOLE)) == [(4, 5), (8, 9), (11, 12)]


def test_what_lies_outside_the_stretches_does_not_count() -> None:
    caller, ours = side((1, 5)), side((2, 9))
    within = (Span(0, 3), Span(4, 4.5))
    assert spans(conversation.both_talk(caller, ours, within)) == [(2, 3), (4, 4.5)]
    assert conversation.talk_s(caller, within) == pytest.approx(2.5)
    assert conversation.talk_s(caller, NOTHING) == 0.0


def test_silence_is_where_neither_side_talks() -> None:
    caller, ours = side((1, 3)), side((2, 5), (7, 8))
    assert spans(conversation.silence(caller, ours, (Span(0, 10),))) == [(0, 1), (5, 7), (8, 10)]


def test_a_call_in_which_nobody_talks_is_silent_as_a_whole() -> None:
    assert spans(conversation.silence(side(), side(), (Span(0, 10),))) == [(0, 10)]


def test_dead_air_is_a_silence_of_the_stated_length() -> None:
    caller, ours = side((0, 3)), side((5, 6), (10, 12))
    found = conversation.dead_air(caller, ours, (Span(0, 12),), least_s=3.0)
    assert spans(found) == [(6, 10)]


def test_a_silence_ends_with_its_stretch_so_a_hold_in_it_is_no_dead_air() -> None:
    caller, ours = side((0, 3)), side((12, 13))
    stretches = (Span(0, 5), Span(10, 13))
    assert conversation.dead_air(caller, ours, stretches, least_s=3.0) == ()


def test_who_begins_while_the_other_talks_and_makes_it_stop_interrupts() -> None:
    caller, ours = side((0, 5)), side((4, 9))
    found = conversation.interruptions(caller, ours, WHOLE)
    assert found == (Interruption(4, "ours", 1),)


def test_the_caller_interrupts_too() -> None:
    caller, ours = side((4, 9)), side((0, 5))
    assert [one.by for one in conversation.interruptions(caller, ours, WHOLE)] == ["caller"]


def test_a_yes_while_the_other_goes_on_is_no_interruption() -> None:
    caller, ours = side((0, 10)), side((4, 4.9))
    assert conversation.interruptions(caller, ours, WHOLE) == ()


def test_a_yes_at_the_others_end_is_no_interruption() -> None:
    caller, ours = side((0, 5)), side((4.4, 5.2))
    assert conversation.interruptions(caller, ours, WHOLE) == ()


def test_a_change_of_turns_that_overlaps_a_little_is_no_interruption() -> None:
    caller, ours = side((0, 5)), side((4.6, 9))
    assert conversation.interruptions(caller, ours, WHOLE) == ()


def test_who_talks_on_with_the_other_for_two_seconds_interrupts_though_it_ends_first() -> None:
    caller, ours = side((0, 10)), side((4, 6.5))
    assert conversation.interruptions(caller, ours, WHOLE) == (Interruption(4, "ours", 2.5),)


def test_two_who_begin_together_do_not_interrupt_each_other() -> None:
    caller, ours = side((0, 5)), side((0.2, 6))
    assert conversation.interruptions(caller, ours, WHOLE) == ()


def test_who_goes_on_after_a_short_pause_has_not_begun_again() -> None:
    caller, ours = side((0, 4.5)), side((0.1, 2), (2.5, 7))
    assert conversation.interruptions(caller, ours, WHOLE) == ()


def test_who_begins_in_a_short_pause_of_the_other_interrupts() -> None:
    caller, ours = side((0, 4), (4.4, 6)), side((4.2, 9))
    assert [one.at_s for one in conversation.interruptions(caller, ours, WHOLE)] == [4.2]


def test_who_begins_in_a_longer_pause_of_the_other_does_not() -> None:
    caller, ours = side((0, 4), (4.6, 6)), side((4.3, 9))
    assert conversation.interruptions(caller, ours, WHOLE) == ()


def test_an_interruption_belongs_to_the_stretch_in_which_it_begins() -> None:
    caller, ours = side((0, 5)), side((4, 9))
    assert conversation.interruptions(caller, ours, (Span(0, 4),)) == ()
    assert len(conversation.interruptions(caller, ours, (Span(4, 9),))) == 1


def test_the_longest_monologue_goes_on_over_short_pauses_and_a_yes() -> None:
    caller, ours = side((0, 10), (11, 20), (30, 35)), side((5, 5.6), (21, 25))
    assert conversation.longest_monologue(caller, ours, WHOLE) == Span(0, 20)


def test_an_answer_ends_a_monologue() -> None:
    caller, ours = side((0, 10), (11.8, 18)), side((10.1, 11.6))
    assert conversation.longest_monologue(caller, side(), WHOLE) == Span(0, 18)
    assert conversation.longest_monologue(caller, ours, WHOLE) == Span(0, 10)


def test_a_monologue_ends_with_its_stretch() -> None:
    caller = side((0, 20))
    assert conversation.longest_monologue(caller, side(), (Span(0, 8), Span(9, 20))) == Span(9, 20)


def test_who_says_nothing_has_no_monologue() -> None:
    assert conversation.longest_monologue(side(), side((0, 5)), WHOLE) is None


def test_the_rate_counts_syllables_a_minute_of_talk_within_the_stretches() -> None:
    one = side((0, 10), pace=3.0)
    both = Side(
        talks=(*one.talks, *side((20, 30), pace=5.0).talks),
        noise_db=-60.0,
        peak_db=-3.0,
        clipped=0.0,
        tones=(),
    )
    assert conversation.rate(both, WHOLE) == pytest.approx(240.0)
    assert conversation.rate(both, (Span(0, 10), Span(20, 25))) == pytest.approx(220.0)


def test_a_word_is_too_little_for_a_rate() -> None:
    assert conversation.rate(side((0, 1.5)), WHOLE) is None


def test_the_level_is_that_of_the_power_of_the_talks() -> None:
    loud, soft = side((0, 5), level=-20.0), side((10, 15), level=-40.0)
    together = Side(
        talks=(*loud.talks, *soft.talks), noise_db=-60.0, peak_db=-3.0, clipped=0.0, tones=()
    )
    assert conversation.level_db(together, WHOLE) == pytest.approx(-22.97, abs=0.01)
    assert conversation.level_db(together, (Span(10, 15),)) == pytest.approx(-40.0)
    assert conversation.level_db(together, (Span(50, 60),)) is None
