"""Terms: every piece of a text is found by them, and nothing is said of a row that it has not."""

import sqlite3
from contextlib import closing

from hypothesis import given
from hypothesis import strategies as st

from db.sought import folded
from db.terms import LEVELS, STRETCH, Terms, as_words, create_index, of_word, pieces, stretches

TEXTS = st.text(alphabet="宽带费用貴網ＡａB1２%_' 。-", max_size=30)
NUMBERS = st.text(alphabet="0123456789-+ 宽", max_size=30)


@given(TEXTS | NUMBERS, st.data())
def test_any_piece_of_a_text_is_found_by_its_terms(text: str, data: st.DataObject) -> None:
    kept = pieces(word for word in folded(text).split())
    for word in folded(text).split():
        start = data.draw(st.integers(0, len(word) - 1))
        end = data.draw(st.integers(start + 1, len(word)))
        assert of_word(word[start:end]) <= kept


@given(TEXTS, TEXTS)
def test_a_short_word_that_is_not_there_is_not_found(text: str, other: str) -> None:
    kept = pieces(folded(text).split())
    for word in folded(other).split():
        if len(word) <= 3 and word not in folded(text):
            assert not of_word(word) <= kept


def test_a_whole_number_is_asked_for_by_long_pieces() -> None:
    others = pieces(["13812340000", "13800005678", "12345678"])
    assert not of_word("13812345678") <= others
    assert not of_word("5670") <= pieces(["5671670"])
    assert len(of_word("13812345678")) == 6
    assert of_word("+86138") > of_word("86138")


def test_a_text_can_have_terms_of_its_own_kind() -> None:
    assert of_word("资费", "title") <= pieces(["移机资费"], "title")
    assert not of_word("资费", "title") <= pieces(["移机资费"])


def test_full_width_traditional_and_capitals_are_the_same_and_marks_themselves() -> None:
    assert pieces(folded("寬頻ＡＢＣ").split()) == pieces(folded("宽频abc").split())
    kept = pieces(folded("折扣 100%_").split())
    assert of_word("%_") <= kept
    assert not of_word("%%") <= kept


@given(st.integers(1, 2**40))
def test_a_key_lies_in_one_stretch_of_each_length(key: int) -> None:
    assert len(stretches(key)) == LEVELS
    same = (key // STRETCH) * STRETCH
    assert stretches(same) == stretches(key)


@given(st.sets(st.integers(0, 2**31 - 1)))
def test_terms_come_back_as_they_were_kept(terms: set[int]) -> None:
    text = as_words(sorted(terms))
    found = Terms().process_result_value(text, None)  # type: ignore[arg-type]
    assert found == sorted(terms)


def test_the_index_on_sqlite_follows_the_rows() -> None:
    with closing(sqlite3.connect(":memory:")) as one:
        one.execute("CREATE TABLE x (id INTEGER PRIMARY KEY, terms TEXT)")
        one.execute("INSERT INTO x VALUES (1, 'aa bb')")
        for statement in create_index("x", "id", "sqlite"):
            one.execute(statement)

        def found(words: str) -> list[int]:
            query = "SELECT rowid FROM x_index WHERE x_index MATCH ? ORDER BY rowid DESC"
            return [key for (key,) in one.execute(query, (words,))]

        one.execute("INSERT INTO x VALUES (2, 'bb or')")
        assert found("bb") == [2, 1]
        assert found("aa bb") == [1]
        one.execute("UPDATE x SET terms = 'cc' WHERE id = 1")
        assert found("bb") == [2]
        assert found("cc") == [1]
        one.execute("DELETE FROM x WHERE id = 2")
        assert found("bb or") == []
        one.execute("INSERT INTO x_index(x_index) VALUES ('integrity-check')")
