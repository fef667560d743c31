"""What people bring costs little, however it was made: lists and recordings, in a sandbox."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

import sandbox
from edge.request_bodies import LARGE_OF_ONE
from imports import worker as import_worker
from imports.faults import UnreadableError, Whole
from permissions.roles import Role
from sandbox import BeyondError, Limit, SandboxLimits
from sounds.uploads import CannotUse, brought
from tests.fakes.hostile_files import WAVS, WORKBOOKS
from tests.integration.desk_room import Room
from tests.numbers import CHINA

MOST_MB = 200
"""Of the process that reads and of what it leaves in ours, together."""

NARROW = SandboxLimits(memory=100 * 2**20, cpu_s=1, within_s=4.0, told=1000)


class Watched:
    """Looks again and again how much memory the processes take that this one has started."""

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self._own = _resident_mb(os.getpid(), "VmRSS")
        self._before = frozenset(_children())

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(0.01)
            ours = _resident_mb(os.getpid(), "VmRSS") - self._own
            begun = [each for each in _children(self._before) if _has_begun(each)]
            theirs = sum(_resident_mb(each, "VmHWM") for each in begun)
            self.peak_mb = max(self.peak_mb, ours + theirs)


def _has_begun(process: int) -> bool:
    """Tell whether a process is its own program: for a moment it is a picture of this one."""
    try:
        own, its = (Path(f"/proc/{one}/cmdline").read_bytes() for one in (os.getpid(), process))
    except OSError:
        return False
    return its != own


def _children(before: frozenset[int] = frozenset()) -> list[int]:
    """Return the processes that this one started, of whatever thread, and those of theirs.

    Without those that were there `before`, a database of other tests for example, and theirs.
    """
    found, left = [], [os.getpid()]
    while left:
        for task in Path(f"/proc/{left.pop()}/task").glob("*/children"):
            try:
                new = [each for each in map(int, task.read_text().split()) if each not in before]
            except OSError:
                continue
            found += new
            left += new
    return found


def _resident_mb(process: int, name: str) -> float:
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


@pytest.mark.parametrize("made", WORKBOOKS.values(), ids=list(WORKBOOKS))
async def test_no_workbook_costs_much_memory_and_each_gets_its_sentence(
    made: Callable[[], bytes],
) -> None:
    content = made()
    assert len(content) < 3 * 2**20
    watched = Watched()
    watching = asyncio.create_task(watched.watch())
    began = time.monotonic()
    try:
        await import_worker.reading(content, plan=CHINA, own=frozenset())
    except UnreadableError as refused:
        helpful = {Whole.TOO_MUCH, Whole.TOO_MUCH_TEXT, Whole.NO_ROWS}
        helpful |= {Whole.TOO_MANY_ROWS, Whole.TOO_MANY_COLUMNS}
        assert refused.why in helpful  # noqa: PT017 (some of them can be read)
    watching.cancel()
    assert 0 < watched.peak_mb < MOST_MB
    assert time.monotonic() - began < import_worker.LIMITS.within_s


@pytest.mark.parametrize("made", WAVS.values(), ids=list(WAVS))
async def test_no_recording_costs_much_memory_whatever_its_header_says(
    made: Callable[[], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "7_1.upload"
    path.write_bytes(made())
    watched = Watched()
    watching = asyncio.create_task(watched.watch())
    try:
        await asyncio.to_thread(brought, path, "wav")
    except CannotUse as refused:
        why = str(refused)
        assert any(said in why for said in ("can be used", "longer than", "ends too early"))
    watching.cancel()
    assert 0 < watched.peak_mb < MOST_MB


WORK = """
import sys, time
import sandbox
from sandbox import SandboxLimits
def memory(): bytearray(400 * 2**20)
def time_():
    while True: pass
def answer(): sys.stdout.write("x" * 2000)
def sleep(): time.sleep(60)
def fail(): sys.exit("it is torn")
def well(): sys.stdout.write("done")
narrow = SandboxLimits(memory=100 * 2**20, cpu_s=1, within_s=4.0, told=1000)
sandbox.run(globals()[sys.argv[1]], narrow)
"""


@pytest.mark.parametrize(
    ("work", "limit"),
    [
        ("memory", Limit.MEMORY),
        ("time_", Limit.TIME),
        ("answer", Limit.ANSWER),
        ("sleep", Limit.TIME),
        ("fail", Limit.NONE),
    ],
)
async def test_a_process_that_goes_beyond_its_fence_ends_and_it_is_known_why(
    work: str, limit: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_command", lambda _, words: [sys.executable, "-c", WORK, *words])
    before = frozenset(_children())
    with pytest.raises(BeyondError) as beyond:
        await sandbox.answer("", [work], b"x" * 2**20, NARROW)
    assert beyond.value.limit is limit
    assert not _children(before)
    assert await sandbox.answer("", ["well"], b"", NARROW) == b"done"


async def test_lists_that_come_all_at_once_wait_or_are_asked_to_come_again() -> None:
    content = "电话\n13812345678\n".encode()
    many = import_worker.AT_ONCE + import_worker.WAITING + 3
    readings = await asyncio.gather(
        *(import_worker.reading(content, plan=CHINA, own=frozenset()) for _ in range(many)),
        return_exceptions=True,
    )
    refused = [each for each in readings if isinstance(each, UnreadableError)]
    assert [each.why for each in refused] == [Whole.BUSY] * 3
    assert not [
        each for each in readings if isinstance(each, BaseException) and each not in refused
    ]
    assert (await import_worker.reading(content, plan=CHINA, own=frozenset())).rows == 1


async def test_one_person_brings_two_large_bodies_at_once_and_others_theirs(
    small_desk: Room,
) -> None:
    """What has come of them lies in our memory."""
    arrived, goes_on = asyncio.Event(), asyncio.Event()
    waiting = LARGE_OF_ONE

    async def slow() -> AsyncIterator[bytes]:
        nonlocal waiting
        yield b"x" * 100_000
        waiting -= 1
        if not waiting:
            arrived.set()
        await goes_on.wait()
        yield b"\n"

    where, large = "/api/v1/campaign-lists", b"x" * 100_000
    another = {"Authorization": f"Bearer {small_desk.tokens[Role.MANAGER]}"}
    async with small_desk.client(Role.SURVEYOR) as one:
        assert (await one.get("/api/v1/session")).status_code == 200  # from now on it is known
        begun = [asyncio.create_task(one.post(where, content=slow())) for _ in range(LARGE_OF_ONE)]
        async with asyncio.timeout(10):
            await arrived.wait()
        refused = await one.post(where, content=large)
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "10"
        assert (await one.post(where, content=large, headers=another)).status_code == 422
        goes_on.set()
        assert {(await each).status_code for each in begun} == {422}
        assert (await one.post(where, content=large)).status_code == 422
