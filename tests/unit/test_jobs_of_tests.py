"""Tests go side by side in jobs: each file in one, and whoever is on the telephone comes first."""

from collections import Counter

from scripts.tests import CALLS, E2E, PROJECT, SOAK, WORK, _files

CATCH_ALL = {"whole hotlines", "others"}
"""Jobs for files that no other job names: there may be none."""


def test_every_file_of_tests_is_in_one_job_and_every_job_has_files() -> None:
    there = {str(path.relative_to(PROJECT)) for path in PROJECT.glob("tests/**/test_*.py")}
    jobs = dict(_files())
    counted = Counter(file for files in jobs.values() for file in files)
    assert set(counted) == there
    assert set(counted.values()) == {1}
    assert {name for name, files in jobs.items() if not files} <= CATCH_ALL
    assert not CALLS.keys() & WORK.keys(), "one of them would be lost"


def test_no_call_waits_for_work() -> None:
    gives_way = [file for name, files in _files() if name in WORK for file in files]
    assert not [file for file in gives_way if file.startswith(E2E)]


def test_the_soak_names_folders_that_are_there() -> None:
    named = [word for words in SOAK.values() for word in words if word.startswith("tests")]
    assert named
    assert all((PROJECT / one).is_dir() for one in named)
