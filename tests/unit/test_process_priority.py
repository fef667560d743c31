"""Whoever is on the telephone goes first, also where sessions share alike."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from process_priority import FIRST, NICEST, give_priority, priority_of
from settings import PROJECT

needs_autogroups = pytest.mark.skipif(
    not Path("/proc/self/autogroup").exists(), reason="this kernel has no autogroups"
)
WAITS = [sys.executable, "-c", "import sys; sys.stdin.read()"]


def _placed(beside: tuple[int, int], by: int) -> tuple[int, int]:
    """Return the priority of a session that was given a place."""
    with subprocess.Popen(WAITS, stdin=subprocess.PIPE, start_new_session=True) as process:
        try:
            give_priority(process.pid, beside=beside, by=by)
            return priority_of(process.pid)
        finally:
            process.kill()


@needs_autogroups
def test_a_program_and_its_session_go_after_the_one_that_they_are_placed_beside() -> None:
    own, _ = priority_of(os.getpid())
    beside = min(own, NICEST - 5), 3
    assert _placed(beside, 5) == (beside[0] + 5, 8)


@needs_autogroups
def test_nothing_is_placed_after_the_last() -> None:
    assert _placed((NICEST, 12), 10) == (NICEST, NICEST)


@needs_autogroups
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may go before others")
def test_the_switch_goes_before_who_started_it() -> None:
    assert _placed((0, 0), -10) == (-10, -10)
    assert _placed((-15, 5), -10) == (FIRST, -5)


NOBODY = """
import os, resource
from process_priority import give_priority
resource.setrlimit(resource.RLIMIT_NICE, (0, 0))
if os.geteuid() == 0:
    os.setuid(65534)
before = os.nice(0)
give_priority(os.getpid(), beside=(before, 0), by=-10)
print(os.nice(0) - before)
"""


def test_who_may_not_go_first_stays_as_it_was_started() -> None:
    said = subprocess.check_output([sys.executable, "-c", NOBODY], cwd=PROJECT, text=True)
    assert int(said) == 0
