"""The ledger lets those who are on the telephone go first, also where sessions share alike."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.service import NICE
from settings import PROJECT

AUTOGROUP = Path("/proc/self/autogroup")
NICEST = 19
ASKED = """
import os
from pathlib import Path
from ledger.service import _give_way
_give_way()
print(os.nice(0), Path("/proc/self/autogroup").read_text())
"""


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this kernel has no autogroups")
def test_the_ledger_and_its_session_are_nice() -> None:
    nice = min(NICEST, os.nice(0) + NICE)
    asked = [sys.executable, "-c", ASKED]
    said = subprocess.check_output(asked, cwd=PROJECT, text=True, start_new_session=True)
    assert said.startswith(f"{nice} "), said
    assert said.strip().endswith(f"nice {NICE}"), said
