"""A recording that is in S3 alone, in Opus and sealed, is played in a real browser, with jumps."""

import hashlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import engine
from features.call_recordings.hearing import Hearing
from features.call_recordings.tables import RecordingRow
from features.recording_copies.worker import CopyWorker
from permissions.roles import Role
from tests.integration.archive_house import sound
from tests.integration.browser_room import Shown, shown
from tests.integration.desk_room import call_id, recording_id
from tests.integration.page_room import Pages
from tests.integration.s3_storage import storage
from tests.waiting import until

pytestmark = pytest.mark.timeout(300)
VOICE = "document.querySelector('audio[data-voice]')"
SECONDS = 40.0


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Shown]:
    """A desk whose first recording is a minute's Opus, sealed, in S3 alone."""
    with storage(tmp_path) as s3:
        async with shown(tmp_path / "home") as found:
            content = sound(1, SECONDS / 2)
            store = found.room.settings.paths.store
            (store / f"2026/11/21/{recording_id(1)}.wav").write_bytes(content)

            async def is_whole(connection: AsyncConnection) -> None:
                values = {
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "bytes": len(content),
                    "seconds": SECONDS,
                }
                where = RecordingRow.id == recording_id(1)
                await connection.execute(update(RecordingRow).where(where).values(**values))
                others = RecordingRow.id != recording_id(1)
                await connection.execute(
                    update(RecordingRow).where(others).values(state="missing", path="")
                )

            await Pages(found.room).write(is_whole)
            away = {**s3.settings(), "recording_format": "opus", "recording_sealed": True}
            settings = found.room.settings.model_copy(update={**away, "recording_local_days": 0})
            settings.paths.run.mkdir(parents=True, exist_ok=True)
            made = engine(settings.database)
            worker = CopyWorker(made, settings)
            for _ in range(30):
                await worker.turn_here()
                await worker.turn_there()
            worker.close()
            await made.dispose()
            assert not list(store.rglob(f"{recording_id(1)}*"))
            assert len(s3.objects()) == 1
            found.room.app.state.waveforms.hearing = Hearing(settings)
            yield found


async def test_it_is_drawn_played_and_jumped_in(desk: Shown) -> None:
    page = await (await desk.window(Role.INSPECTOR, width=1280, language="en")).new_page()
    await page.goto(f"/calls/{call_id(1)}#t=31.5")
    await expect(page.locator("[data-wave][data-drawn]").first).to_be_visible()
    why = page.get_by_role("dialog")
    await why.get_by_label("Checking a complaint").check()
    begun = time.monotonic()
    await why.get_by_role("button", name="Go on").click()
    await _reaches(page, 31.5, 39)
    print(f"first sound after {time.monotonic() - begun:.2f} s")
    await page.evaluate(f"{VOICE}.currentTime = 5")
    await _reaches(page, 5.05, 20)
    assert await page.evaluate(f"{VOICE}.error") is None
    assert abs(float(await page.evaluate(f"{VOICE}.duration")) - SECONDS) < 0.1


async def _reaches(page: Page, low: float, high: float) -> None:
    async def there() -> bool:
        return low <= float(await page.evaluate(f"{VOICE}.currentTime")) <= high

    await until(there, within=20, what=f"the sound is at {low} to {high}")
