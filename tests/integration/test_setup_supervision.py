"""The process tree: what dies comes back, what the supervisor started never outlives it."""

import asyncio
import errno
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from settings import Settings
from supervisor import children, probes, render, supervise
from supervisor.children import Child, Start
from supervisor.supervise import Supervisor, alone
from tests.waiting import until
from tools.errors import SetupError

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""
STUBBORN = (sys.executable, "-c", DEAF)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    render.folders(Settings.model_validate({"home": tmp_path}))
    return tmp_path


def child(name: str, words: Sequence[str]) -> Child:
    start = Start(words=words, tale={"name": name})
    return Child(name=name, kind="service", start=lambda: start, is_ready=probes.always)


@asynccontextmanager
async def supervised(home: Path, *kept: Child) -> AsyncIterator[asyncio.Task[None]]:
    ready = asyncio.Event()
    task = asyncio.create_task(
        Supervisor(home=home, journal=home / "journal", children=kept).run(ready.set)
    )
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, SetupError):
            await task


def has_begun(pid: int) -> bool:
    """Tell whether a program's environment is to be read: a moment after exec it is not yet."""
    return bool(Path(f"/proc/{pid}/environ").read_bytes())


def pid(home: Path, name: str) -> int:
    try:
        return int((home / "run" / f"{name}.pid").read_text())
    except (OSError, ValueError):
        return 0


def lives(number: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{number}/status").read_text()
    except OSError:
        return False


def journal(home: Path) -> list[tuple[str, str]]:
    lines = (home / "journal" / "site.jsonl").read_text().splitlines()
    return [(line["what"], line["name"]) for line in map(json.loads, lines)]


async def test_a_program_that_is_killed_is_started_again_and_both_are_on_record(home: Path) -> None:
    async with supervised(home, child("calls", SLEEPER)):
        first = pid(home, "calls")
        os.kill(first, signal.SIGKILL)
        await until(lambda: pid(home, "calls") not in {0, first}, within=10)
    assert journal(home) == [
        ("service_started", "calls"),
        ("service_died", "calls"),
        ("service_started", "calls"),
    ]


async def test_a_program_that_answers_nobody_any_more_is_killed_and_started_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "ASKED_EVERY", 0.05)
    hung: list[int] = []

    async def answers() -> bool:
        return pid(home, "asterisk") not in {0, *hung}

    start = Start(words=SLEEPER, tale={"name": "asterisk"})
    asterisk = Child(name="asterisk", kind="switch", start=lambda: start, is_ready=answers)
    async with supervised(home, asterisk):
        first = pid(home, "asterisk")
        await asyncio.sleep(0.3)
        assert pid(home, "asterisk") == first, "killed though it answers"
        hung.append(first)
        await until(lambda: pid(home, "asterisk") not in {0, first}, within=10)
        assert not lives(first)
    assert [what for what, _ in journal(home)] == [
        "switch_started",
        "switch_died",
        "switch_started",
    ]


async def test_a_program_that_hangs_right_after_its_start_is_not_given_a_starts_patience(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "ASKED_EVERY", 0.3)
    hung: list[int] = []

    async def answers() -> bool:
        return pid(home, "asterisk") not in {0, *hung}

    start = Start(words=SLEEPER, tale={"name": "asterisk"})
    asterisk = Child(name="asterisk", kind="switch", start=lambda: start, is_ready=answers)
    async with supervised(home, asterisk):
        first = pid(home, "asterisk")
        await asyncio.sleep(0.1)
        hung.append(first)
        await until(lambda: pid(home, "asterisk") not in {0, first}, within=5)


async def test_everything_is_gone_after_the_end_even_a_program_that_ignores_sigterm(
    home: Path,
) -> None:
    async with supervised(home, child("deaf", STUBBORN), child("calls", SLEEPER)) as running:
        started = [pid(home, name) for name in ("deaf", "calls")]
        await until(lambda: "deaf" in (home / "log" / "deaf.log").read_text(), within=10)
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(10):
            await running
    assert all(started)
    assert not any(map(lives, started))
    assert not list((home / "run").glob("*.pid"))


async def test_a_program_that_never_stays_ends_the_start_with_its_own_last_words(
    home: Path,
) -> None:
    broken = (sys.executable, "-c", "raise SystemExit('no such table: calls')")

    async def never() -> bool:
        return False

    start = Start(words=broken, tale={"name": "desk"})
    desk = Child(name="desk", kind="service", start=lambda: start, is_ready=never)
    with pytest.raises(SetupError, match=r"desk ended 3 times .*\n.*no such table: calls"):
        await Supervisor(home=home, journal=home / "journal", children=[desk]).run(lambda: None)


async def test_what_a_killed_supervisor_started_dies_with_it(home: Path) -> None:
    script = f"""
import asyncio, sys
from pathlib import Path
from tests.integration.test_setup_supervision import child, SLEEPER
from supervisor.supervise import Supervisor
home = Path({str(home)!r})
supervisor = Supervisor(home=home, journal=home / "journal", children=[child("calls", SLEEPER)])
asyncio.run(supervisor.run(lambda: print("up", flush=True)))
"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script), stdout=asyncio.subprocess.PIPE, cwd=Path.cwd()
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        await process.stdout.readline()
    calls = pid(home, "calls")
    assert lives(calls)
    process.kill()
    await process.communicate()
    await until(lambda: not lives(calls), within=5)


async def test_what_outlived_its_supervisor_all_the_same_is_ended_by_the_next_start(
    home: Path,
) -> None:
    process = await asyncio.create_subprocess_exec(
        *SLEEPER, env={**os.environ, children.MARK: str(home)}, start_new_session=True
    )
    other = await asyncio.create_subprocess_exec(
        *SLEEPER, env={**os.environ, children.MARK: str(home) + "-two"}, start_new_session=True
    )
    try:
        await until(lambda: has_begun(process.pid), within=5)
        ended = children.end_leftovers(home)
        assert [str(process.pid) in text for text in ended] == [True]
        assert await process.wait() == -signal.SIGKILL
        assert other.returncode is None
    finally:
        other.kill()
        await other.wait()


def test_a_home_is_run_only_once_and_the_second_start_says_who_has_it(home: Path) -> None:
    with (
        alone(home, 4711),
        pytest.raises(SetupError, match=r"already run by process 4711.*THIRDRING_HOME"),
        alone(home, 4712),
    ):
        pass
    with alone(home, 4713):  # given back
        pass


async def test_a_start_that_fails_while_the_hotline_runs_is_tried_again(home: Path) -> None:
    starts = iter([True, False, False])

    def start() -> Start:
        if next(starts, True):
            return Start(words=SLEEPER, tale={"name": "asterisk"})
        raise OSError(errno.ENOSPC, "No space left on device")

    switch = Child(name="asterisk", kind="switch", start=start, is_ready=probes.always)
    async with supervised(home, switch) as running:
        first = pid(home, "asterisk")
        os.kill(first, signal.SIGKILL)
        await until(lambda: pid(home, "asterisk") not in {0, first}, within=10)
        assert not running.done()


async def test_what_could_not_be_written_on_a_full_disk_is_on_record_when_there_is_room(
    home: Path,
) -> None:
    folder = home / "journal"
    (folder / "site.jsonl").mkdir()  # even root cannot append to a folder
    async with supervised(home, child("calls", SLEEPER)):
        first = pid(home, "calls")
        (folder / "site.jsonl").rmdir()
        os.kill(first, signal.SIGKILL)
        await until(lambda: pid(home, "calls") not in {0, first}, within=10)
    assert [what for what, _ in journal(home)] == [
        "service_started",
        "service_died",
        "service_started",
    ]
