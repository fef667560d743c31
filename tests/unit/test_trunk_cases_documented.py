"""`docs/trunk-cases.md` names tests that are there, and every call of the table of cases."""

import ast
import re

from settings import PROJECT
from tests.end_to_end.trunk.cases import called, callers, offers

PAGE = (PROJECT / "docs" / "trunk-cases.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def test_every_test_that_the_page_names_is_there() -> None:
    assert len(NAMED) > 15
    missing = [f"{file}::{name}" for file, name in NAMED if name not in _tests_in(file)]
    assert missing == []


def test_every_call_of_the_table_of_cases_is_on_the_page() -> None:
    names = {case.name for case in (*offers(), *called(5060), *callers())}
    told = set(re.findall(r"`([^`]+)`", PAGE))
    assert names - told == set()
    begun = {one for one in told if re.match(r"(offer|called|caller|requires|wants us) ", one)}
    assert begun - names == set(), "no case has this name any more"


def test_every_test_of_a_trunk_is_on_the_page() -> None:
    folder = PROJECT / "tests" / "end_to_end" / "trunk"
    files = [str(file.relative_to(PROJECT)) for file in sorted(folder.glob("test_*.py"))]
    there = {(file, name) for file in files for name in _tests_in(file)}
    assert there - set(NAMED) == set()


def _tests_in(file: str) -> set[str]:
    tree = ast.parse((PROJECT / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {one.name for one in tree.body if isinstance(one, kinds) and one.name[:5] == "test_"}
