"""Folders stay small, and nobody reaches into the tables of a feature (ADR 10).

A check in the style of a linter: it says what is wrong, and where. What import-linter can say is in
`pyproject.toml`.
"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import PROJECT

LONGEST_FILE = 350
LARGEST_FOLDER = 3_000
"""Lines of Python; a feature that is larger is two."""

FEATURES = PROJECT / "features"
FOLDERS = [PROJECT / "web", *sorted(file.parent for file in FEATURES.glob("*/__init__.py"))]
WRITTEN_BY_HAND = ("*.py", "*.js", "*.css", "*.html", "*.j2")
NOT_OURS = frozenset({".venv", ".cache", "node_modules", "build", "var"})


def _files(*kinds: str) -> Iterator[Path]:
    for kind in kinds:
        for file in sorted(PROJECT.rglob(kind)):
            if not NOT_OURS & set(file.relative_to(PROJECT).parts):
                yield file


def _lines(file: Path) -> int:
    return file.read_text(encoding="utf-8").count("\n")


def _of_tables(module: str) -> str | None:
    """Return whose tables a module is: `features.calls.tables` is that of `calls`."""
    parts = module.split(".")
    return parts[1] if len(parts) == 3 and parts[::2] == ["features", "tables"] else None


def owners_imported(source: str) -> Iterator[tuple[int, str]]:
    """Give the features whose tables a source imports, each with the line."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                modules = [module, *(f"{module}.{each.name}" for each in names)]
            case ast.Import(names=names):
                modules = [each.name for each in names]
            case _:
                continue
        for owner in filter(None, map(_of_tables, modules)):
            yield node.lineno, owner


def test_no_file_is_longer_than_one_can_read_at_once() -> None:
    long = {file: _lines(file) for file in _files(*WRITTEN_BY_HAND)}
    too_long = {str(file): count for file, count in long.items() if count > LONGEST_FILE}
    assert len(long) > 500
    assert not too_long, f"over {LONGEST_FILE} lines: {too_long}"


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_a_feature_is_small_enough_to_be_known_by_one_person(folder: Path) -> None:
    count = sum(map(_lines, folder.rglob("*.py")))
    assert 0 < count < LARGEST_FOLDER, f"{folder.name} has {count} lines of Python: make it two"


def test_nobody_but_a_feature_itself_imports_its_tables() -> None:
    wrong = [
        f"{file.relative_to(PROJECT)}:{line} imports the tables of {owner}"
        for file in _files("*.py")
        if file.relative_to(PROJECT).parts[0] not in {"tests", "bench"}
        for line, owner in owners_imported(file.read_text(encoding="utf-8"))
        if file.parent != FEATURES / owner
    ]
    assert not wrong, "\n".join([*wrong, "ask its queries, or join its references.py"])


@pytest.mark.parametrize(
    "source",
    [
        "from features.calls.tables import Call",
        "from features.calls import queries, tables",
        "import features.calls.tables as calls",
        "def late():\n    from features.calls.tables import Call",
    ],
)
def test_an_import_of_tables_is_seen_however_it_is_written(source: str) -> None:
    assert [owner for _, owner in owners_imported(source)] == ["calls"]
    assert not list(owners_imported(source.replace("tables", "references")))


def test_every_package_is_installed_and_held_to_the_import_contracts() -> None:
    """What is not listed is there in tests, which run in the checkout, and not for our programs."""
    told = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    there = {file.parent.name for file in PROJECT.glob("*/__init__.py")} - {"tests", "bench"}
    listed = told["tool"]["setuptools"]["packages"]["find"]["include"]
    assert there - {"scripts"} <= {name.rstrip("*") for name in listed}
    assert there - {"scripts"} <= set(told["tool"]["importlinter"]["root_packages"])
