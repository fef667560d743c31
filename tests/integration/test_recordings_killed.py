"""Who copies recordings may be killed anywhere: it goes on, nothing is twice, nothing is lost."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from features.audit import log as audit
from features.recording_copies import queries
from features.recording_copies.archive import Archive
from features.recording_copies.lifecycle import CopyState
from features.recording_copies.worker import CopyWorker
from recordings.s3 import Objects
from tests.integration.archive_house import ArchiveHouse, filled, sound
from tests.integration.desk_room import recording_id
from tests.integration.s3_storage import Storage, storage

STEPS = 40
"""More than there are from a recording that was taken in to one that is in S3 alone."""


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    with storage(tmp_path_factory.mktemp("s3")) as found:
        yield found


class Killed:
    """Kills this very process before the n-th thing that leaves a trace, rows also after it."""

    def __init__(self, at: int) -> None:
        self.left = at

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, where: Any, name: str) -> None:
        work = getattr(where, name)

        def worked(*words: Any, **more: Any) -> Any:
            self.step()
            return work(*words, **more)

        async def awaited(*words: Any, **more: Any) -> Any:
            self.step()
            done = await work(*words, **more)
            self.step()
            return done

        setattr(where, name, awaited if asyncio.iscoroutinefunction(work) else worked)


async def _with(
    make: Callable[[], Awaitable[ArchiveHouse]], work: Callable[[ArchiveHouse], Awaitable[Any]]
) -> Any:
    house = await make()
    try:
        return await work(house)
    finally:
        for each in house.workers:
            each.close()
        await house.engine.dispose()


def dies_at(step: int, run: Callable[[], Any]) -> bool:
    """Run in a process that is killed at a step; False: it ended before that."""
    child = os.fork()
    if child == 0:
        try:
            killed = Killed(step)
            for where, name in (
                *((Archive, "make"), (Archive, "prove"), (Archive, "destroy")),
                *((Path, "replace"), (Objects, "put"), (Objects, "destroy")),
                *((queries, "add"), (CopyWorker, "_keep")),
            ):
                killed.around(where, name)
            run()
        finally:
            os._exit(0)
    _, ended = os.waitpid(child, 0)
    return os.WIFSIGNALED(ended)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_recording_survives_a_kill_at_every_step(tmp_path: Path, s3: Storage) -> None:
    """From the WAV to a sealed object in S3: killed at each step, and then gone on with."""
    died = 0
    for step in range(1, STEPS):
        home = tmp_path / f"home{step}"
        prefix = f"step{step}"
        settings = {**s3.settings(), "s3_prefix": prefix, "recording_sealed": True}
        begun = asyncio.run(filled(home, "", recordings=1, recording_local_days=0, **settings))

        async def opened(begun: ArchiveHouse = begun) -> ArchiveHouse:
            from db.engine import engine  # noqa: PLC0415 (each process has its own)

            return ArchiveHouse(begun.settings, engine(begun.settings.database))

        asyncio.run(begun.engine.dispose())
        killed = dies_at(step, lambda: asyncio.run(_with(opened, lambda one: one.work())))
        died += killed
        print(f"step {step}: {'killed' if killed else 'done'}", flush=True)
        assert asyncio.run(_with(opened, lambda one: one.plain())) == sound(1), f"step {step}"
        asyncio.run(_with(opened, _goes_on))
        asyncio.run(_with(opened, _is_as_if_nothing_had_been))
        [only] = [each for each in s3.objects() if each.startswith(f"{prefix}/")]
        assert only.endswith(".wav.sealed")
        if not killed:
            break
    assert died >= 15
    assert not killed, "there are more steps than were tried"


async def _goes_on(house: ArchiveHouse) -> None:
    worker = await house.work()
    for _ in range(5):
        if not worker.backlog.waiting:
            return
        house.later(hours=2)  # a busy machine's storage may have been slow to answer
        await house.work(worker)


async def _is_as_if_nothing_had_been(house: ArchiveHouse) -> None:
    assert house.files() == []
    assert await house.plain() == sound(1)
    copies = await house.copies()
    assert [each.state for each in copies] == [CopyState.GONE, CopyState.GONE, CopyState.PROVEN]
    async with house.engine.connect() as connection:
        entries = await audit.entries_of(connection, recording_id(1))
    assert [each.action for each in entries] == ["recording.copied"] * 2
