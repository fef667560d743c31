"""Backups and updates while calls come in; what the benches measure, held to their bars."""

from pathlib import Path

import pytest

from bench import alaw, backing_up, updating
from caller import audio
from settings import Settings
from supervisor import asterisk
from tests.postgres import Postgres

pytestmark = [pytest.mark.real, pytest.mark.soak, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def program() -> list[str]:
    installation = asterisk.find(Settings())
    assert installation is not None, "no Asterisk yet: `make run` fetches it"
    return installation.program("sipp")


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_what_is_backed_up_during_five_calls_a_second_is_restored_to_the_last_entry(
    program: list[str], tmp_path: Path, database: str
) -> None:
    found = backing_up.measured(program, database=database, rate=5, backups=2, folder=tmp_path)
    assert found.faults == []
    assert all(one.calls and one.recordings and one.entries for one in found.backups)


def test_nobody_is_left_ringing_and_no_row_is_missing_when_asterisk_is_ended_under_calls(
    program: list[str], tmp_path: Path
) -> None:
    speech = tmp_path / "speech.alaw"
    speech.write_bytes(alaw.encoded(audio.noise(4.0, -25.0)))
    run = updating.anew(6, program, speech)
    assert (run.unanswered, run.rows) == (0, run.calls), run


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_nobody_is_unanswered_while_older_versions_are_updated_and_brought_back(
    program: list[str], tmp_path: Path, database: str, request: pytest.FixtureRequest
) -> None:
    speech = tmp_path / "speech.alaw"
    speech.write_bytes(alaw.encoded(audio.noise(4.0, -25.0)))
    for commit in updating.commits(10):
        url = ""
        if database == "postgres":
            cluster: Postgres = request.getfixturevalue("postgres")
            url = cluster.new_database()
        run = updating.tried(commit, program, speech, url)
        assert run.is_well, run
