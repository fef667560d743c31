"""kill -9 at each step of a backup and of a restore: what is there stays usable.

The program kills itself right before its n-th step that others could see: a file that is named,
renamed, linked, a program that is started. So no moment is left to chance.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from backup import manifest, placing, take
from backup.check import checked
from backup.restore import Target, finish, restore
from db.migrate import known
from settings import PROJECT
from tests.backups import Rows, files, path_with_postgres, rows
from tests.postgres import Postgres

PROGRAM = """
import os, signal, sys
left, what, home, url, backup = int(sys.argv[1]), *sys.argv[2:]
STEPS = {"os.rename", "os.link", "os.utime", "os.remove", "subprocess.Popen"}
from pathlib import Path
from backup import take
from backup.restore import Target, restore
from db.migrate import known
def count(event, arguments):
    global left
    if event in STEPS:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
if what == "backup":
    home = Path(home)
    wanted = take.Home(folder=home, run=home / "run", database=url, node="node1", settings={})
    take.take(wanted, Path(backup), say=print)
else:
    target = Target(home=Path(home), database=url, revisions=known())
    restore(Path(backup), target, replace=True, say=print)
"""

MOST_STEPS = 150


def killed_at(step: int, what: str, home: Path, url: str, backup: Path) -> bool:
    """Run it until the step; False when it came to its end before."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(step), what, str(home), url, str(backup)],
        cwd=PROJECT,
        env={**os.environ, "PATH": path_with_postgres()},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode != 0


def quiet(_: str) -> None:
    """Say nothing."""


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_with_postgres())


def small(home: Path, word: str) -> None:
    """Make a home of few files, each with this word."""
    for name in ("store/2026/11/21/a.wav", "journal/node1/cel.csv", "device.key", "outage/on"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(f"{word}\n")
    (home / "run").mkdir(exist_ok=True)


def state(home: Path, url: str) -> tuple[Rows, dict[str, str]]:
    return rows(url), files(home)


def steps(most: int = MOST_STEPS) -> Iterator[int]:
    yield from range(1, most)
    raise AssertionError("it has no end")


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.sqlite_first
@pytest.mark.timeout(600)
def test_a_backup_killed_at_any_step_harms_nothing_and_the_next_one_is_whole(
    template: tuple[Path, str], tmp_path: Path
) -> None:
    home, into = tmp_path / "home", tmp_path / "backups"
    shutil.copytree(template[0], home)
    small(home, "here")
    url = template[1] or f"sqlite+aiosqlite:///{home}/thirdring.db"
    before = state(home, url)
    killed = 0
    for step in steps():
        if not killed_at(step, "backup", home, url, into):
            break
        killed += 1
        assert take.newest(into) is None or checked(take.newest(into) or into, say=quiet)
        shutil.rmtree(take.newest(into) or into / "none", ignore_errors=True)
    assert killed > 5
    assert state(home, url) == before
    assert len(list(into.glob(f"*/{manifest.NAME}"))) == 1
    assert not list(into.glob(f"*{take.UNFINISHED}"))
    checked(take.newest(into) or into, say=quiet)


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.sqlite_first
@pytest.mark.timeout(600)
def test_a_restore_killed_at_any_step_leaves_all_as_it_was_or_all_as_it_shall_be(
    template: tuple[Path, str],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    home, into = tmp_path / "home", tmp_path / "backups"
    shutil.copytree(template[0], home)
    small(home, "backed up")
    first = template[1] or f"sqlite+aiosqlite:///{home}/thirdring.db"
    wanted = take.Home(folder=home, run=home / "run", database=first, node="node1", settings={})
    made, _ = take.take(wanted, into, say=quiet)
    after = state(home, first)
    was_old = was_new = 0
    for step in steps():
        here = tmp_path / f"here{step}"
        url = _another(here, template, request)
        before = state(here, url)
        assert before != after
        was_killed = killed_at(step, "restore", here, url, made)
        target = Target(home=here, database=url, revisions=known())
        finish(target, say=quiet)  # as the next start does
        found = state(here, url)
        assert found in (before, after), f"half of it after step {step}"
        assert not (here / placing.NOTE).exists()
        was_old, was_new = was_old + (found == before), was_new + (found == after)
        if not was_killed:
            break
        restore(made, target, replace=True, say=quiet)
        assert state(here, url) == after
        shutil.rmtree(here)
    assert was_old > 3
    assert was_new > 3, "the steps of putting in place were among them"


def _another(home: Path, template: tuple[Path, str], request: pytest.FixtureRequest) -> str:
    """Make a home with other files and other rows; return the address of its database."""
    home.mkdir()
    small(home, "before")
    url = f"sqlite+aiosqlite:///{home}/thirdring.db"
    if template[1]:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.new_database(like=template[1])
        _execute(url, "DELETE FROM audit_log")
        return url
    shutil.copy(template[0] / "thirdring.db", home)
    _execute(url, "DELETE FROM audit_log")
    return url


def _execute(url: str, statement: str) -> None:
    async def run() -> None:
        made = create_async_engine(url, poolclass=NullPool)
        async with made.begin() as connection:
            await connection.execute(text(statement))
        await made.dispose()

    asyncio.run(run())
