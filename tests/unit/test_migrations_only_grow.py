"""A migration that databases have run is never changed, and none is put before it.

`db/migrations/order.txt` has a line for each, in order: its revision and a digest of what it does.
A new migration is a new line at the end. A change of another line is what this test is against: a
database that has run it would lack what was added, and no message would say so.
"""

import ast
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from db.migrate import MIGRATIONS, known, newest
from settings import PROJECT

ORDER = MIGRATIONS / "order.txt"
VERSIONS = sorted((MIGRATIONS / "versions").glob("*.py"))
# On one day three branches met, and their migrations were put in order as they came. The list of
# that day's end is the first that a database outside has run; from there on it only grows.
SETTLED_LINES = 13


def _what_it_does(file: Path) -> ast.Module:
    """Return a migration without its words and without its way back."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    tree.body = [
        node
        for node in tree.body
        if not isinstance(node, ast.Expr)
        and not (isinstance(node, ast.FunctionDef) and node.name == "downgrade")
    ]
    return tree


def _line(file: Path) -> str:
    digest = hashlib.sha256(ast.unparse(_what_it_does(file)).encode()).hexdigest()
    return f"{file.name[:4]} {digest[:32]}"


def _assigned(file: Path, name: str) -> object:
    for node in _what_it_does(file).body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.Constant(value=value)):
                if found == name:
                    return value
    raise AssertionError(f"{file.name} has no {name}")


def _listed() -> list[str]:
    return ORDER.read_text().splitlines()


def test_each_migration_is_in_the_list_as_it_was_and_new_ones_are_at_its_end() -> None:
    lines = [_line(file) for file in VERSIONS]
    listed = _listed()
    changed = [line[:4] for line in listed if line not in lines]
    assert not changed, f"changed or removed after they were run: {changed}; add a new one instead"
    fresh = [line for line in lines if line not in listed]
    assert lines == [*listed, *fresh], "a new migration must have a higher number than all others"
    assert not fresh, f"add to the end of {ORDER.relative_to(PROJECT)}:\n" + "\n".join(fresh)


def test_they_are_one_chain_in_the_order_of_their_numbers() -> None:
    before: object = None
    for file in VERSIONS:
        assert _assigned(file, "revision") == file.name[:4]
        assert _assigned(file, "down_revision") == before, f"{file.name} does not follow {before}"
        before = file.name[:4]
    assert newest() == before
    assert known() == {line[:4] for line in _listed()}


def test_every_list_that_main_has_had_is_the_beginning_of_this_one() -> None:
    git = shutil.which("git")
    if git is None or not (PROJECT / ".git").exists():
        pytest.skip("no history here")
    path = str(ORDER.relative_to(PROJECT))
    asked = [git, "-C", str(PROJECT), "log", "--first-parent", "--format=%H", "main", "--", path]
    commits = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
    for commit in commits:
        shown = [git, "-C", str(PROJECT), "show", f"{commit}:{path}"]
        then = subprocess.run(shown, capture_output=True, text=True, check=True).stdout.splitlines()
        if len(then) < SETTLED_LINES:
            continue
        assert _listed()[: len(then)] == then, f"the list of {commit[:8]} was changed"


def test_the_digest_sees_a_change_and_no_other_words(tmp_path: Path) -> None:
    text = VERSIONS[1].read_text()
    same, other = tmp_path / "0102_same.py", tmp_path / "0102_other.py"
    same.write_text(re.sub(r'^""".*?"""', '"""Other words."""', text, count=1, flags=re.DOTALL))
    other.write_text(text.replace('"talk_segments"', '"stretches"'))
    assert _line(same) == _line(VERSIONS[1])
    assert _line(other) != _line(VERSIONS[1])
