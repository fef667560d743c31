"""logrotate at the logs: a program goes on in the file of its name, whoever renamed the old one."""

import subprocess
import sys
from pathlib import Path

import pytest

from settings import PROJECT
from supervisor.reopening import Reopening, holds
from tests.waiting import until

WRITER = """
import logging, sys, time
from pathlib import Path
import logs, structlog
logs.set_up("calls", log=Path(sys.argv[1]))
log = structlog.get_logger()
for line in sys.stdin:
    log.info(line.strip())
    print("printed", line.strip(), flush=True)
"""


@pytest.fixture
def writer(tmp_path: Path) -> "subprocess.Popen[str]":
    log = tmp_path / "calls.log"
    with log.open("a") as file:
        return subprocess.Popen(
            [sys.executable, "-c", WRITER, str(log)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=file,
            text=True,
        )


def says(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdin
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


async def _stands(path: Path, text: str) -> None:
    await until(lambda: path.exists() and text in path.read_text(), within=20)


async def test_a_program_goes_on_in_the_log_of_its_name_after_each_kind_of_rotation(
    writer: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    log = tmp_path / "calls.log"
    says(writer, "first")
    await _stands(log, "printed first")
    log.rename(tmp_path / "calls.log.1")
    says(writer, "second")
    await _stands(log, "printed second")
    assert '"event": "second"' in log.read_text()
    assert oct(log.stat().st_mode & 0o777) == "0o600"
    (tmp_path / "calls.log.2").write_text(log.read_text())
    with log.open("r+") as emptied:
        emptied.truncate()
    says(writer, "third")
    await _stands(log, "printed third")
    assert "second" not in log.read_text()
    log.unlink()
    says(writer, "fourth")
    await _stands(log, "printed fourth")
    assert writer.stdin
    writer.stdin.close()
    assert writer.wait(timeout=20) == 0


async def test_a_program_that_keeps_files_open_is_told_once_when_one_was_renamed(
    tmp_path: Path,
) -> None:
    log, told = tmp_path / "queue_log", tmp_path / "told"
    with log.open("a"):
        here = subprocess.Popen(  # noqa: ASYNC220
            [sys.executable, "-c", f"f = open({str(log)!r}, 'a'); import time; time.sleep(60)"]
        )
        try:
            await until(lambda: holds(here.pid, log), within=20)
            reopening = Reopening(files=(log,), words=("touch", str(told)))
            assert not await reopening.look(here.pid)
            assert not told.exists()
            log.rename(tmp_path / "queue_log.g1")
            assert await reopening.look(here.pid)
            assert told.exists()
        finally:
            here.kill()
            here.wait()
    assert holds(here.pid, log), "of a process that is gone nothing is known"
