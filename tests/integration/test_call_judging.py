"""Every call that has ended is judged once all of it is there, and anew when something changed."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from db.engine import engine
from features.call_judgements import queries
from features.call_judgements.clauses import Limits, Measure, Outcome
from features.call_judgements.marking import mark
from features.call_judgements.tables import CallJudgementRow, CallReviewRow, RecordingAnalysisRow
from features.call_judgements.worker import JudgementWorker
from features.recording_copies.archive import Archive
from tests.integration.ledger_room import Room, home
from tests.integration.test_recording_intake import Ledger, spool_call, tell
from tests.unit.scripted_journal import CALL
from tests.unit.test_call_fold import hung_up_while_ringing, talked

LATER = datetime.now(UTC) + timedelta(days=1)
LIMITS = Limits()


@pytest_asyncio.fixture
async def room(tmp_path: Path, database_url: str) -> AsyncIterator[Room]:
    made = engine(database_url)
    yield Room(home(tmp_path / "home", database_url), made)
    await made.dispose()


@pytest.fixture
def judge(room: Room) -> "Judge":
    return Judge(room)


class Judge:
    """Workers that judge what is due, each as a new process would have it."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def worker(self, limits: Limits = LIMITS, *, now: datetime = LATER) -> JudgementWorker:
        return JudgementWorker(
            self.room.engine,
            archive=Archive(self.room.settings),
            node=self.room.settings.node,
            limits=limits,
            clock=lambda: now,
        )

    async def works(self, limits: Limits = LIMITS, *, now: datetime = LATER) -> int:
        """Judge until nothing is due; return how many calls were judged."""
        worker = self.worker(limits, now=now)
        try:
            while await worker.turn() == 0.0:
                pass
            return worker.judged
        finally:
            worker.close()


async def rows_of(room: Room, table: Any) -> Sequence[Any]:
    async with room.engine.connect() as connection:
        return (await connection.execute(select(table.__table__))).mappings().all()


async def outcomes(room: Room) -> dict[Measure, Outcome]:
    async with room.engine.connect() as connection:
        return {one.measure: one.outcome for one in await queries.of_call(connection, CALL)}


async def talked_and_recorded(room: Room) -> Ledger:
    tell(room, talked())
    spool_call(room, 59.0)
    ledger = Ledger(room)
    await ledger.work()
    return ledger


async def test_a_call_is_judged_once_when_its_recording_is_there(room: Room, judge: Judge) -> None:
    await talked_and_recorded(room)
    assert await judge.works() == 1
    found = await outcomes(room)
    assert set(found) == set(Measure)
    assert found[Measure.ANSWER] is Outcome.KEPT
    assert found[Measure.RECORDED] is Outcome.KEPT
    assert found[Measure.DEAD_AIR] is Outcome.BROKEN, "a minute of silence"
    [heard] = await rows_of(room, RecordingAnalysisRow)
    assert heard["seconds"] == pytest.approx(59.0)
    assert await judge.works() == 0
    [review] = await rows_of(room, CallReviewRow)
    assert (review["due_at"], review["why"]) == (None, "")


async def test_a_call_without_a_recording_is_judged_too(room: Room, judge: Judge) -> None:
    tell(room, hung_up_while_ringing())
    await Ledger(room).work()
    assert await judge.works() == 1
    assert set(await outcomes(room)) == set(Measure)


async def test_a_change_in_the_middle_of_judging_is_judged_after_it(
    room: Room, judge: Judge
) -> None:
    await talked_and_recorded(room)
    async with room.engine.connect() as connection:
        [seen] = await queries.due(connection, now=LATER, node=room.settings.node, limit=9)
    writing = room.engine.execution_options(writing=True)
    async with writing.begin() as connection:
        await mark(connection, [CALL], due_at=LATER)
    worker = judge.worker()
    await worker._judge(seen)  # as it was read before the mark
    worker.close()
    assert worker.judged == 0
    assert await judge.works() == 1


async def test_other_limits_judge_again_and_the_old_judgement_is_kept(
    room: Room, judge: Judge
) -> None:
    await talked_and_recorded(room)
    await judge.works()
    first = await rows_of(room, CallJudgementRow)
    assert await judge.works(replace(LIMITS, dead_air_s=500.0), now=LATER + timedelta(days=1)) == 1
    assert (await outcomes(room))[Measure.DEAD_AIR] is Outcome.KEPT
    every = await rows_of(room, CallJudgementRow)
    assert len(every) == len(first) + 1, "what is judged as before is not written twice"
    [gone] = [one for one in every if one["superseded_at"] is not None]
    assert (gone["measure"], gone["outcome"]) == ("QA-3.dead_air", "broken")


async def test_a_recording_that_cannot_be_read_is_told_and_the_others_go_on(
    room: Room, judge: Judge
) -> None:
    await talked_and_recorded(room)
    for file in room.settings.paths.store.rglob("*.wav"):
        file.write_bytes(b"no sound at all")
    worker = judge.worker()
    await worker.turn()
    worker.close()
    assert (worker.judged, worker.failures) == (0, 1)
    [review] = await rows_of(room, CallReviewRow)
    assert review["tries"] == 1
    assert review["due_at"] > LATER
    assert "NotAWav" in review["why"]


async def test_a_recording_that_is_never_read_does_not_keep_the_call_from_being_judged(
    room: Room, judge: Judge
) -> None:
    await talked_and_recorded(room)
    for file in room.settings.paths.store.rglob("*.wav"):
        file.write_bytes(b"no sound at all")
    judged = [await judge.works(now=LATER + timedelta(hours=hour)) for hour in range(5)]
    assert judged == [0, 0, 0, 0, 1]
    found = await outcomes(room)
    assert found[Measure.ANSWER] is Outcome.KEPT
    assert found[Measure.DEAD_AIR] is Outcome.NOT_APPLICABLE


async def test_two_workers_keep_one_judgement(room: Room, judge: Judge) -> None:
    await talked_and_recorded(room)
    one, other = judge.worker(), judge.worker()
    async with room.engine.connect() as connection:
        [seen] = await queries.due(connection, now=LATER, node=room.settings.node, limit=9)
    await one._judge(seen)
    await other._judge(seen)
    one.close()
    other.close()
    assert (one.judged, other.judged) == (1, 0)
    assert len(await rows_of(room, CallJudgementRow)) == len(Measure)
