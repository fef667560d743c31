"""Each figure is defined once, in words: the page of figures says what the pages show (A6)."""

import re

import pytest

from callflow.call import Language
from settings import PROJECT
from web.words import section

ROW = re.compile(r"^\| ([a-z_]+) \| .+? \| (.+) \|$", re.MULTILINE)
MEANINGS = dict(ROW.findall((PROJECT / "docs" / "figures.md").read_text(encoding="utf-8")))
SHOWN = "".join(
    path.read_text(encoding="utf-8") for path in PROJECT.glob("features/*/templates/*.html")
) + (PROJECT / "features" / "call_timeline" / "layout.py").read_text(encoding="utf-8")


def test_the_page_of_figures_says_what_the_pages_say() -> None:
    said = section(Language.ENGLISH, "figure")
    assert {key.removeprefix("figure."): text for key, text in said.items()} == MEANINGS


@pytest.mark.parametrize("name", sorted(MEANINGS))
def test_each_figure_is_explained_where_it_stands(name: str) -> None:
    assert f"figure.{name}" in SHOWN
