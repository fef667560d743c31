"""Whatever strangers send as a name or number comes out as one line of visible characters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callflow.text import LIMIT, clean, decoded, named, paragraphs


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("王小明", "王小明"),
        ("  Wang,  Ming \t", "Wang, Ming"),
        ("a\r\nEvent: Hangup\r\n\r\n", "a Event: Hangup"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("\u202e321\u202c", "321"),
        ("\u200bhid\ufeffden", "hidden"),
        ("line\u2028and\u2029paragraph", "lineandparagraph"),
        ("\x85\x9b0m", "0m"),
        ("e\u0301", "é"),
        ("\ud800x", "x"),
        ("", ""),
    ],
)
def test_controls_line_ends_and_marks_are_gone_and_names_are_whole(sent: str, kept: str) -> None:
    assert clean(sent) == kept


@given(st.text(max_size=400))
def test_nothing_invisible_ever_comes_out(sent: str) -> None:
    kept = clean(sent)
    assert len(kept) <= LIMIT
    assert kept == clean(kept)
    assert not [c for c in kept if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]


@given(st.binary(max_size=200))
def test_any_bytes_from_the_wire_can_be_read(sent: bytes) -> None:
    assert len(decoded(sent)) <= LIMIT


def test_ten_thousand_characters_are_cut_to_the_limit() -> None:
    assert clean("a" * 10_000) == "a" * LIMIT
    assert len(clean("\N{SNOWMAN}\n" * 10_000, 40)) <= 40


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("第一行\r\n第二行", "第一行\n第二行"),
        ("a\r\rb\n\n ", "a\n\nb\n\n "),
        ("  x\ty\x00\x1b[0m\u202e\n", "  x y[0m\n"),
        ("<b>粗</b>", "<b>粗</b>"),
        ("", ""),
    ],
)
def test_what_a_person_types_keeps_its_lines_and_loses_what_nobody_sees(
    typed: str, kept: str
) -> None:
    assert paragraphs(typed, 100) == kept


@given(st.text(max_size=300), st.integers(0, 120))
def test_typed_text_is_clean_line_by_line_and_stays_so(typed: str, limit: int) -> None:
    kept = paragraphs(typed, limit)
    assert len(kept) <= limit
    for line in kept.split("\n"):
        assert clean(line, limit) == " ".join(line.split())
    assert paragraphs(kept, limit) == kept


@pytest.mark.parametrize(
    ("name", "number"),
    [
        *(("<unknown>", ""), ("unknown", "138"), ("Anonymous", "138"), ("Unavailable", "")),
        *(('"UNKNOWN"', "1"), ("13800138000", "13800138000"), ("138 0013 8000", "13800138000")),
        *(("+8613800138000", "13800138000"), ("  ", ""), ("未知", "1")),
    ],
)
def test_what_stands_where_there_is_no_name_is_no_name(name: str, number: str) -> None:
    assert named(name, number) == ""


@pytest.mark.parametrize("name", ["张三", "Unknown Pleasures Ltd", "8 号楼", "李未知", "360"])
def test_a_name_stays_a_name(name: str) -> None:
    assert named(name, "13800138000") == name
