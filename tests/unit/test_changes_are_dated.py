"""A change of a row that says when it was last changed says so: forms and pages go by it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import inspect

import features.tables  # noqa: F401 (all tables)
import ledger.tables  # noqa: F401
from db.base import Base

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "callservice",
    "commands",
    "db",
    "dispatch",
    "features",
    "floor",
    "imports",
    "ledger",
    "web",
)
DATED = {
    mapper.class_.__name__
    for mapper in Base.registry.mappers
    if "updated_at" in inspect(mapper.class_).columns
}
UNSEEN = {
    "features/tickets/writes.py: open_ticket": "the ticket's first number, as it is made",
    "features/tickets/saves.py: ask_once": "a question to its agent; no page shows it",
}
"""Changes that nobody sees in the row."""


def _changes(tree: ast.AST) -> Iterator[tuple[str, ast.Call, ast.Call | None]]:
    """Give each `update(Row)` of a dated table, in which function, and its `.values(…)`."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        calls = [each for each in ast.walk(function) if isinstance(each, ast.Call)]
        for call in calls:
            if not (isinstance(call.func, ast.Name) and call.func.id == "update" and call.args):
                continue
            if not (isinstance(call.args[0], ast.Name) and call.args[0].id in DATED):
                continue
            values = [
                each
                for each in calls
                if isinstance(each.func, ast.Attribute)
                and each.func.attr == "values"
                and call in ast.walk(each)
            ]
            yield function.name, call, values[0] if values else None


def _is_dated(values: ast.Call | None) -> bool:
    """Tell whether it is said when; a whole row says so by itself."""
    if values is None:
        return False
    return bool(values.args) or any(each.arg == "updated_at" for each in values.keywords)


def test_every_change_of_a_dated_row_says_when() -> None:
    found, silent = 0, set[str]()
    for folder in FOLDERS:
        for file in (ROOT / folder).rglob("*.py"):
            for name, _, values in _changes(ast.parse(file.read_text())):
                found += 1
                if not _is_dated(values):
                    silent.add(f"{file.relative_to(ROOT)}: {name}")
    assert {"CustomerRow", "KnowledgeRow", "TicketRow"} <= DATED
    assert found >= 6, "the test sees the changes"
    assert silent == set(UNSEEN)
