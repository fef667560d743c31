"""A supervisor goes on as another version: the same process, and Asterisk is not touched."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from settings import Settings
from supervisor import handover, render
from supervisor.handover import Successor
from supervisor.supervise import alone
from tests.integration.test_setup_supervision import lives, pid
from tests.waiting import until
from tools.errors import SetupError

VERSION = """
import asyncio, os, sys
from pathlib import Path
from supervisor import handover, probes, supervise
from supervisor.children import Adopted, Child, Start
from tools.errors import SetupError

home, name = Path(sys.argv[1]), sys.argv[2]
supervise.RENEWED_WITHIN = 1.0
before = handover.inherited()
print("version", name, flush=True)
broken = name == "broken"
does = "raise SystemExit('no')" if broken else "import time; time.sleep(600)"
sleeper = (sys.executable, "-c", does)


async def runs() -> bool:
    return not broken


def child(kind: str, which: str) -> Child:
    start = Start(words=sleeper, tale={"name": which})
    ready = probes.always if kind == "switch" else runs
    return Child(name=which, kind=kind, start=lambda: start, is_ready=ready)


def say(text: str) -> None:
    print(name, "says", text, flush=True)


with supervise.alone(home, os.getpid(), held=before.lock if before else None) as lock:
    words = (sys.executable, "-c", os.environ["VERSION"], str(home), name)
    turn = handover.Turn(home, words, lock, before, say)
    left = before.pids if before else {}
    adopted = {each: life for each in left if (life := Adopted.alive(left[each], {"name": each}))}
    children = [child("switch", "asterisk"), child("service", "calls"), child("service", "ledger")]
    supervisor = supervise.Supervisor(
        home=home, journal=home / "journal", children=children, say=say, adopted=adopted,
        hand_over=turn.over, hand_back=turn.back, quiet=lambda cut: cut.wait(0.2),
    )
    asyncio.run(supervisor.run(turn.done))
"""
PROGRAMS = ("asterisk", "calls", "ledger")


def version(home: Path, name: str) -> Successor:
    return handover.current((sys.executable, "-c", VERSION, str(home), name))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    render.folders(Settings.model_validate({"home": tmp_path}))
    return tmp_path


@asynccontextmanager
async def running(home: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    with (home / "out").open("w") as out:
        process = await asyncio.create_subprocess_exec(
            *version(home, "first").words, stdout=out, env={**os.environ, "VERSION": VERSION}
        )
    try:
        await until(lambda: handover.is_offered(home, process.pid), within=20)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def came_of(home: Path, process: asyncio.subprocess.Process, wanted: Successor) -> str:
    environment = {**wanted.environment, "VERSION": VERSION}
    asked = Successor(wanted.words, wanted.folder, environment, wanted.token)
    handover.ask(home, process.pid, asked)
    await until(lambda: handover.answered(home, asked.token) is not None, within=30)
    return handover.answered(home, asked.token) or ""


async def test_the_same_process_goes_on_with_the_same_asterisk_and_programs_of_the_new_version(
    home: Path,
) -> None:
    async with running(home) as process:
        before = {name: pid(home, name) for name in PROGRAMS}
        for name in ("second", "third"):
            assert await came_of(home, process, version(home, name)) == ""
            assert f"version {name}" in (home / "out").read_text()
            after = {name: pid(home, name) for name in PROGRAMS}
            assert after["asterisk"] == before["asterisk"]
            assert lives(after["asterisk"])
            assert not {after["calls"], after["ledger"]} & {before["calls"], before["ledger"]}
            assert not lives(before["calls"])
            held = f"already run by process {process.pid}"
            with pytest.raises(SetupError, match=held), alone(home, 1):
                pass
            before = after
        os.kill(before["asterisk"], 9)
        await until(lambda: pid(home, "asterisk") not in {0, before["asterisk"]}, within=10)
        assert not (home / "run" / "successor.json").exists()
    assert process.returncode == 0
    assert not any(map(lives, before.values()))


async def test_a_version_that_does_not_get_going_hands_back_to_the_one_before(home: Path) -> None:
    async with running(home) as process:
        switch = pid(home, "asterisk")
        said = await came_of(home, process, version(home, "broken"))
        assert said.startswith("the one before goes on: calls ended 3 times")
        await until(lambda: handover.is_offered(home, process.pid), within=20)
        assert (home / "out").read_text().count("version first") == 2
        assert pid(home, "asterisk") == switch
        assert lives(switch)
        assert lives(pid(home, "calls"))
        assert await came_of(home, process, version(home, "second")) == ""
        assert pid(home, "asterisk") == switch


async def test_a_version_that_is_not_there_is_told_and_nothing_changes(home: Path) -> None:
    async with running(home) as process:
        before = {name: pid(home, name) for name in PROGRAMS}
        gone = handover.current((str(home / "no" / "thirdring"), "run"))
        assert "it cannot be started" in await came_of(home, process, gone)
        assert {name: pid(home, name) for name in PROGRAMS} == before
        assert all(map(lives, before.values()))


async def test_who_asks_to_stop_twice_waits_for_no_call(home: Path) -> None:
    async with running(home) as process:
        process.send_signal(handover.AT_ONCE)
        async with asyncio.timeout(10):
            assert await process.wait() == 0
