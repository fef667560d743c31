"""`make test` leaves out the second try of what one try shows, and nothing else."""

import re
import subprocess
import sys

import pytest

from settings import PROJECT
from tests.brief import MAIN_PATHS

ON_BOTH = "tests/integration/test_tickets_queries.py"
OF_CALLERS = "tests/end_to_end/callers/test_agents.py"
NO_MAIN_PATH = "tests/end_to_end/callers/test_outage.py"


def _collected(*words: str) -> list[str]:
    """Return the names of the tests that a run has."""
    said = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-v", *words],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return re.findall(r"<(?:Coroutine|Function) (.+)>", said)


COLLECTS = pytest.mark.thorough
"""What collects tests twice, with all that they import."""


@pytest.fixture(scope="module")
def whole() -> list[str]:
    return _collected(ON_BOTH, OF_CALLERS, NO_MAIN_PATH)


@pytest.fixture(scope="module")
def brief() -> list[str]:
    return _collected("--brief", ON_BOTH, OF_CALLERS, NO_MAIN_PATH)


@COLLECTS
def test_a_test_for_both_databases_is_run_on_one(whole: list[str], brief: list[str]) -> None:
    both = {name.partition("[")[0] for name in whole if "[postgres]" in name}
    assert len(both) > 2
    kept = [name.partition("[")[0] for name in brief if name.partition("[")[0] in both]
    assert sorted(kept) == sorted(both)


@COLLECTS
def test_each_database_has_some(brief: list[str]) -> None:
    assert {"sqlite", "postgres"} <= set(re.findall(r"\[(\w+)\]", "".join(brief)))


@COLLECTS
def test_of_a_main_path_the_first_test_is_left(whole: list[str], brief: list[str]) -> None:
    here = re.findall(r"async def (test_\w+)", (PROJECT / OF_CALLERS).read_text())
    assert len([name for name in whole if name.partition("[")[0] in here]) > 3
    kept = [name.partition("[")[0] for name in brief]
    assert [name for name in kept if name in here] == here[:1]


@COLLECTS
def test_what_is_no_main_path_is_left_out(whole: list[str], brief: list[str]) -> None:
    here = set(re.findall(r"async def (test_\w+)", (PROJECT / NO_MAIN_PATH).read_text()))
    assert here & {name.partition("[")[0] for name in whole}
    assert not here & {name.partition("[")[0] for name in brief}


def test_every_main_path_is_there() -> None:
    assert [path for path in MAIN_PATHS if not path.exists()] == []
