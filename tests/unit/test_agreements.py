"""What two places must say alike: dialplan and code, prompts and their names, clauses and tests."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from agi.verdicts import variables
from callflow.call import (
    Callback,
    CallbackReason,
    Connect,
    HangUp,
    Language,
    LineOutcome,
    MessageReason,
    Return,
    TakeMessage,
    Topic,
    Verdict,
)
from callflow.dialogues.scripts import Script
from callflow.rules.routing import EVERYBODY
from callservice import routing as router
from callservice.service import ROUTES
from features.outage.rules import OutageKind
from floor.control import CONTEXTS
from floor.control import Script as Key
from settings import PROJECT

DIALPLAN = "\n".join(path.read_text() for path in sorted((PROJECT / "dialplan").glob("*.j2")))
CONFIG = "\n".join(path.read_text() for path in (PROJECT / "asterisk-config").glob("*.j2"))
PROMPTS = tomllib.loads((PROJECT / "sounds" / "prompts.toml").read_text())
BEEP = "beep"
VERDICTS: list[Verdict] = [
    Connect("hotline", Topic.AGENT, Language.CHINESE),
    TakeMessage(MessageReason.NOBODY, Topic.FAULT, Language.ENGLISH),
    HangUp(LineOutcome.SILENT, Language.CHINESE),
    Return(Language.CHINESE),
    Callback(CallbackReason.CANNOT_HEAR, Language.CHINESE),
]


def _sources(folder: str) -> str:
    return "\n".join(path.read_text() for path in sorted((PROJECT / folder).rglob("*.py")))


def test_every_route_that_the_dialplan_visits_is_served_and_the_other_way_round() -> None:
    assert set(re.findall(r"AGI\(\$\{SERVICE\}/(\w+)", DIALPLAN)) == ROUTES


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_has_its_label_in_the_dialplan(verdict: Verdict) -> None:
    assert f"exten => verdict-{variables(verdict)['VERDICT']},1," in DIALPLAN


@pytest.mark.parametrize("verdict", VERDICTS)
def test_the_dialplan_reads_the_variables_that_a_verdict_sets(verdict: Verdict) -> None:
    for name in variables(verdict):
        assert f"${{{name}}}" in DIALPLAN, name


def test_the_dialplan_reads_the_variables_that_a_route_sets() -> None:
    for name in (*router.variables(EVERYBODY), "ROUTE_DONE"):
        assert f"${{{name}}}" in DIALPLAN, name


def test_every_context_that_the_desk_may_name_is_there() -> None:
    for context in CONTEXTS:
        named = f"[{context}]" in DIALPLAN
        assert named or (context.startswith("watch-") and context[6:] in DIALPLAN), context


def test_every_script_key_has_its_script() -> None:
    assert {key.value.replace("-", "_") for key in Key} == {one.value for one in Script}


def test_every_prompt_that_is_named_is_there_in_both_languages() -> None:
    said = set(re.findall(r"\$\{CALL_LANGUAGE\}/(\w+)", DIALPLAN))
    said |= set(re.findall(r"Set\((?:PROMPT|FAREWELL)=(\w+)\)", DIALPLAN))
    said |= set(
        re.findall(r'"((?:sil\d|greeting|farewell|menu|message)_?\w*)"', _sources("callflow"))
    )
    said |= set(
        re.findall(r"paths\.sounds \}\}/(?:\{\{ language \}\}/)?(\w+)$", CONFIG, re.MULTILINE)
    )
    said |= {f"outage_{kind.value}" for kind in OutageKind if kind is not OutageKind.CUSTOM}
    said |= {f"greeting_{kind}" for kind in ("weekend", "holiday")}
    assert len(said) > 20
    for name in said - {BEEP, "message"}:
        assert PROMPTS[name]["zh"], name
        assert PROMPTS[name]["en"], name


CLAUSE = re.compile(r"\b[A-Z]{2,3}-\d")


def _cited(clause: str, text: str) -> bool:
    """Tell whether a clause is named as a whole word: TKT-1 is not in TKT-15."""
    return re.search(rf"(?<![\w-]){clause}(?![\w-])", text) is not None


def _tests_that_assert() -> Iterator[str]:
    """Give the text of each test that can fail by what it says, with its decorators."""
    for path in (PROJECT / "tests").rglob("test_*.py"):
        text = path.read_text()
        if not CLAUSE.search(text):
            continue
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            begin = min(each.lineno for each in (node, *node.decorator_list))
            said = "\n".join(lines[begin - 1 : node.end_lineno])
            if CLAUSE.search(said) and _asserts(node):
                yield said


def _asserts(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    if not node.name.startswith("test_"):
        return False
    said = ast.unparse(node)
    return any(isinstance(each, ast.Assert) for each in ast.walk(node)) or any(
        word in said for word in ("pytest.raises(", "expect(")
    )


CODE = (
    *("callflow", "callservice", "agi", "dispatch", "ledger", "recordings", "features"),
    *("authentication", "web", "floor", "permissions"),
)


def test_every_clause_that_is_kept_is_cited_by_code_and_by_a_test_that_asserts() -> None:
    rules = (PROJECT / "docs/rules.md").read_text()
    kept = re.findall(r"^\| ([A-Z]{2,3}-\d+) \|", rules, re.MULTILINE)
    assert len(kept) >= 14
    assert len(kept) == len(set(kept)), "a clause is explained twice"
    tests = list(_tests_that_assert())
    code = DIALPLAN + CONFIG + "".join(_sources(folder) for folder in CODE)
    assert not [clause for clause in kept if not any(_cited(clause, one) for one in tests)]
    assert not [clause for clause in kept if not _cited(clause, code)]


@pytest.mark.parametrize("text", ["TKT-15", "XTKT-1", "TKT-1-2", "TKT-1a"])
def test_a_clause_is_cited_as_a_whole_word_only(text: str) -> None:
    assert not _cited("TKT-1", f"# {text}, and why")
    assert _cited("TKT-1", "kept (TKT-1), and why")


def test_no_file_of_the_project_names_a_place_of_this_machine() -> None:
    here = str(Path.home())
    for folder in ("dialplan", "asterisk-config", "docs", "scripts"):
        for path in (PROJECT / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc" and here not in {"/", ""}:
                assert here not in path.read_text(errors="ignore"), path
