"""The docs name files, folders and pictures that are there, and lead through few of them."""

import re
from pathlib import Path

import pytest

from settings import PROJECT

DOCS = sorted([PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")])
ENDINGS = "py|j2|js|md|toml|html|css|png|in|lock"
NAMED = re.compile(rf"`((?:[a-z_]+/)+[a-z0-9_.-]+\.(?:{ENDINGS}))`")
LINKED = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")
MADE_LATER = frozenset({"app/main.py"})
"""Files that only an installation has."""
MOST_FILES = 8
FOLLOWED = ("a call", "a ticket", "a wake-up")


def _relative(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("doc", DOCS, ids=_relative)
def test_every_file_that_a_page_names_is_there(doc: Path) -> None:
    text = doc.read_text(encoding="utf-8")
    missing = [name for name in NAMED.findall(text) if not (PROJECT / name).exists()]
    assert [name for name in missing if name not in MADE_LATER] == []


@pytest.mark.parametrize("doc", DOCS, ids=_relative)
def test_every_link_of_a_page_leads_somewhere(doc: Path) -> None:
    text = doc.read_text(encoding="utf-8")
    assert [link for link in LINKED.findall(text) if not (doc.parent / link).exists()] == []


@pytest.mark.parametrize("what", FOLLOWED)
def test_each_thing_is_followed_through_few_files_in_order(what: str) -> None:
    text = (PROJECT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    [part] = re.findall(rf"^## Follow {what}\n(.*?)\n\n", text, re.MULTILINE | re.DOTALL)
    steps = re.findall(r"^(\d)\. `([^`]+)`", part, re.MULTILINE)
    assert [int(number) for number, _ in steps] == list(range(1, len(steps) + 1))
    assert 3 <= len(steps) <= MOST_FILES
    assert all((PROJECT / name).is_file() for _, name in steps), steps


def test_every_picture_is_shown() -> None:
    shown = {
        (doc.parent / link).resolve()
        for doc in DOCS
        for link in LINKED.findall(doc.read_text(encoding="utf-8"))
        if link.endswith(".png")
    }
    assert {path.resolve() for path in (PROJECT / "docs").rglob("*.png")} == shown
