"""What two places must say alike: dialplan and code, prompts and their names, clauses and tests."""

import re
import tomllib
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


def test_every_clause_that_is_kept_is_cited_by_code_and_by_a_test() -> None:
    kept = set(
        re.findall(r"^\| ([A-Z]{3}-\d+) \|", (PROJECT / "docs/rules.md").read_text(), re.MULTILINE)
    )
    assert len(kept) >= 14
    tests = _sources("tests")
    code = DIALPLAN + "".join(
        _sources(folder)
        for folder in (
            *(
                "callflow",
                "callservice",
                "agi",
                "dispatch",
                "ledger",
                "recordings",
                "features",
                "web",
                "floor",
            ),
        )
    )
    for path in (PROJECT / "asterisk-config").glob("*.j2"):
        code += path.read_text()
    assert not {clause for clause in kept if clause not in tests}
    assert not {clause for clause in kept if clause not in code}


def test_no_file_of_the_project_names_a_place_of_this_machine() -> None:
    here = str(Path.home())
    for folder in ("dialplan", "asterisk-config", "docs", "scripts"):
        for path in (PROJECT / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc" and here not in {"/", ""}:
                assert here not in path.read_text(errors="ignore"), path
