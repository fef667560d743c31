"""What a score comes to, how two inspectors agree, and what an editor's rows mean (QA-2)."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from features.quality_forms.queries import Published
from features.quality_forms.rules import (
    Answer,
    Content,
    Item,
    Section,
    Thing,
    Total,
    content_in,
    kept,
    keyed,
    missing,
    total,
)
from features.quality_forms.typing_in import draft_of, rows_of, typed_rows
from features.quality_scores.counts import Said, counted
from features.quality_scores.inputs import ScoreInput
from features.quality_scores.rules import (
    agreement,
    agreement_of,
    digest,
    may_appeal_until,
    paired,
    second_of,
)
from features.quality_scores.typing_in import given_of, mark_rows
from web.forms import Typed
from web.problems import Refused

FULL, PARTLY, NONE, NA = Answer
FORM = Content(
    sections=[
        Section(
            title="开头",
            items=[
                Item(key=1, words="问候", weight=10),
                Item(key=2, words="报工号", weight=30, na=True),
            ],
        ),
        Section(title="态度", items=[Item(key=3, words="不推诿", weight=60, fatal=True)]),
    ]
)


@pytest.mark.parametrize(
    ("answers", "tenths", "fatal"),
    [
        ((FULL, FULL, FULL), 1000, False),
        ((PARTLY, FULL, FULL), 950, False),
        ((NONE, NONE, FULL), 600, False),
        ((FULL, NA, FULL), 1000, False),
        ((NONE, NA, FULL), 857, False),  # 60 of 70: 85.71…
        ((PARTLY, NA, FULL), 929, False),  # 65 of 70: 92.857…
        ((FULL, FULL, NONE), 0, True),
    ],
)
def test_weights_are_added_what_does_not_apply_is_left_out_and_a_fatal_item_is_nought(
    answers: tuple[Answer, ...], tenths: int, fatal: bool
) -> None:
    assert total(FORM, dict(enumerate(answers, 1))) == Total(tenths, fatal)


def test_where_nothing_applies_there_is_no_score() -> None:
    form = Content(sections=[Section(title="x", items=[Item(key=1, words="x", weight=5, na=True)])])
    assert total(form, {1: NA}) is None


def test_what_has_no_answer_or_one_that_it_does_not_take_is_missing() -> None:
    assert missing(FORM, {}) == [1, 2, 3]
    assert missing(FORM, {1: NA, 2: NA, 3: PARTLY}) == [1, 3]
    assert missing(FORM, {1: FULL, 2: NA, 3: NONE}) == []


def test_questions_keep_their_keys_and_new_ones_get_the_next() -> None:
    asked = Content(
        sections=[
            Section(
                title="态度",
                items=[
                    Item(key=3, words="不推诿", weight=60),
                    Item(key=0, words="新", weight=1),
                    Item(key=3, words="又", weight=1),
                    Item(key=99, words="假", weight=1),
                ],
            )
        ]
    )
    assert [item.key for item in keyed(asked, FORM).items] == [3, 4, 5, 6]
    assert content_in(kept(FORM)) == FORM


def test_cohens_kappa_is_that_of_the_textbook() -> None:
    """Cohen's own kind of table: 20 both full, 15 both none, 5 and 10 apart: kappa is 0.4."""
    pairs = [(FULL, FULL)] * 20 + [(FULL, NONE)] * 5 + [(NONE, FULL)] * 10 + [(NONE, NONE)] * 15
    found = agreement(pairs)
    assert (found.answers, found.agreed) == (50, 35)
    assert found.kappa == pytest.approx(0.4)
    assert found.share == pytest.approx(0.7)


def test_where_chance_alone_agrees_kappa_says_nothing() -> None:
    assert agreement([(FULL, FULL)] * 9).kappa is None
    assert agreement([]).share is None
    assert agreement([(FULL, NONE), (NONE, FULL)]).kappa == pytest.approx(-1)


def test_only_the_same_questions_are_compared() -> None:
    assert paired({1: FULL, 2: NONE}, {2: FULL, 3: NA}) == [(NONE, FULL)]


@pytest.mark.parametrize(
    ("typed", "second"),
    [("", None), (" ", None), ("83", 83), ("1:23", 83), ("1：23", 83), ("1:02:03", 3723)],
)
def test_a_moment_is_typed_as_people_write_it(typed: str, second: int | None) -> None:
    assert second_of(typed) == second


@pytest.mark.parametrize("typed", ["x", "1:", ":5", "1:2:3:4", "-3", "1.5", "99:99:99", "٣"])
def test_what_is_no_moment_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        second_of(typed)


def test_an_appeal_has_its_days() -> None:
    scored = datetime(2026, 11, 1, tzinfo=UTC)
    assert may_appeal_until(scored, 7) - scored == timedelta(days=7)


def test_one_changed_letter_changes_the_digest() -> None:
    said = {"answers": {"1": "full"}, "words": "好"}
    assert digest(said) == digest(dict(reversed(said.items())))
    assert digest(said) != digest({**said, "words": "妤"})


def rows(*given: tuple[str, str, str]) -> dict[str, str]:
    typed: dict[str, str] = {"version": "1", "name": "通话"}
    for at, (section, words, weight) in enumerate(given):
        typed |= {f"section_{at}": section, f"words_{at}": words, f"weight_{at}": weight}
        typed[f"key_{at}"] = "0"
    return typed


def test_rows_of_the_editor_become_sections_and_empty_ones_are_left_out() -> None:
    form = Typed(
        rows(("开头", "问候", "10"), ("", "报工号", "5"), ("", "", "1"), ("尾", "再见", "2"))
    )
    draft = draft_of(form, typed_rows(form))
    assert [(each.title, [item.words for item in each.items]) for each in draft.sections] == [
        ("开头", ["问候", "报工号"]),
        ("尾", ["再见"]),
    ]
    shown = rows_of(FORM)
    assert [row.section for row in shown[:3]] == ["开头", "", "态度"]
    assert [row.words for row in shown[3:]] == ["", "", ""]


def test_a_wrong_weight_is_said_beside_its_row() -> None:
    form = Typed(rows(("开头", "", "1"), ("开头", "问候", "0"), ("", "报工号", "much")))
    with pytest.raises(Refused):
        draft_of(form, typed_rows(form))
    assert set(form.faults) == {"weight_1", "weight_2"}


def test_a_row_goes_up_and_down_by_its_button() -> None:
    form = Typed(rows(("a", "1", "1"), ("b", "2", "1"), ("c", "3", "1")) | {"up": "2"})
    assert [row.words for row in typed_rows(form)] == ["1", "3", "2"]
    form = Typed(rows(("a", "1", "1"), ("b", "2", "1")) | {"down": "1"})
    assert [row.words for row in typed_rows(form)] == ["1", "2"]


def test_a_page_says_a_score_as_a_program_does() -> None:
    form = Typed(
        {
            "answer_1": "full",
            "answer_3": "none",
            "form_id": "1",
            "form_version": "2",
            "mark_second_0": "",
            "mark_words_0": "",
            "words": "尚可",
            "mark_second_1": "1:23",
            "mark_words_1": "声音小",
        }
    )
    given = given_of(form, ScoreInput)
    assert given.answers == {1: FULL, 3: NONE}
    assert [(each.second, each.words) for each in given.comments()] == [(83, "声音小")]
    assert given.words == "尚可"
    assert [row.words for row in mark_rows(form, ())] == ["声音小", "", ""]


def test_a_wrong_moment_and_answer_are_said_beside_their_fields() -> None:
    form = Typed(
        {
            "answer_1": "splendid",
            "form_id": "1",
            "form_version": "2",
            "mark_second_0": "soon",
            "mark_words_0": "声音小",
        }
    )
    with pytest.raises(Refused):
        given_of(form, ScoreInput)
    assert set(form.faults) == {"answer_1", "mark_second_0"}


def said(version: int, answers: tuple[Answer, ...], agent: str = "2001") -> Said:
    given = dict(enumerate(answers, start=1))
    result = total(FORM, given)
    assert result is not None
    return Said(
        form_id=1,
        form_version=version,
        agent=agent,
        answers=given,
        tenths=result.tenths,
        fatal=result.fatal,
    )


def published(version: int, content: Content) -> Published:
    at = datetime(2026, 11, version, tzinfo=UTC)
    about = {"name": f"质检{version}", "thing": Thing.CALL, "published_by": "1001"}
    return Published(form_id=1, version=version, content=content, published_at=at, **about)  # type: ignore[arg-type]


def test_scores_are_added_up_in_whole_numbers_and_what_does_not_apply_is_left_out() -> None:
    first = Section(title="开头", items=[Item(key=1, words="您好", weight=10)])
    renamed = Content(sections=[first, *FORM.sections[1:]])
    used = {(1, 1): published(1, FORM), (1, 2): published(2, renamed)}
    tally = counted(
        [
            said(2, (NONE, NA, FULL)),
            said(1, (PARTLY, NA, FULL), agent="2002"),
            said(1, (FULL, FULL, NONE)),
        ],
        used,
    )
    agents = {name: (one.scores, one.tenths, one.fatal) for name, one in tally.agents.items()}
    assert agents == {"2001": (2, 857, 1), "2002": (1, 929, 0)}
    start = tally.parts[1, "开头"]
    assert (start.got, start.of) == (10 + 80, 2 * (10 + 10 + 40))
    questions = {one.words: one for one in tally.questions.values()}
    assert (questions["您好"].asked, questions["您好"].missed, questions["您好"].partly) == (
        3,
        1,
        1,
    )
    assert questions["报工号"].asked == 1
    assert questions["不推诿"].fatal


def test_pairs_that_are_counted_agree_as_the_pairs_do() -> None:
    pairs = [(FULL, FULL)] * 7 + [(FULL, NONE)] * 2 + [(NONE, NONE)] * 3 + [(PARTLY, FULL)]
    assert agreement_of(Counter(pairs)) == agreement(pairs)
    by_chance = (9 * 8 + 3 * 5) / 13**2
    assert agreement(pairs).kappa == pytest.approx((10 / 13 - by_chance) / (1 - by_chance))
