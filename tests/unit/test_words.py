"""What the pages say: the same keys and gaps in each language, and none that is missing."""

import re
from pathlib import Path

import pytest

from callflow.call import Language
from settings import PROJECT
from web.words import UnknownWordsError, said, section, words

GAP = re.compile(r"\{\w*\}")
KEY = re.compile(r"""\bt\(["']([a-z_]+\.[a-z_]+)["']\s*[,)]""")
SOURCES = [
    *(PROJECT / "desk" / "pages").rglob("*.html"),
    *(PROJECT / "desk" / "static").rglob("*.js"),
]


def test_both_languages_say_the_same_things() -> None:
    chinese, english = words(Language.CHINESE), words(Language.ENGLISH)
    assert chinese.keys() == english.keys()
    for key, text in chinese.items():
        assert sorted(GAP.findall(text)) == sorted(GAP.findall(english[key])), key
        assert text.strip(), key
        assert english[key].strip(), key


def test_chinese_is_chinese_and_english_is_not() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    english = words(Language.ENGLISH)
    mixed = [key for key, text in english.items() if chinese.search(text)]
    assert mixed == ["common.language"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_text_of_a_page_or_script_has_its_words(source: Path) -> None:
    asked = set(KEY.findall(source.read_text()))
    assert not {key for key in asked if key not in words(Language.CHINESE)}


def test_a_gap_is_filled_and_a_key_without_words_is_a_fault() -> None:
    assert "w07" in said(Language.ENGLISH)("work.seat", seat="w07")
    with pytest.raises(UnknownWordsError):
        said(Language.ENGLISH)("work.no_such_words")


def test_a_page_gets_only_the_sections_it_asks_for() -> None:
    assert {key.partition(".")[0] for key in section(Language.CHINESE, "phone", "pop")} == {
        "phone",
        "pop",
    }
