"""A recording is taken home as a file: by whom it may be heard, with a reason, by a name that says
which call it is.
"""

import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from permissions.roles import Role
from tests.integration.browser_room import Shown, shown
from tests.integration.desk_room import audit_entries, call_id, recording_id
from tests.waiting import until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]
MENU = "Download: WAV / MP3 / Ogg"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shown]:
    async with shown(tmp_path_factory.mktemp("downloads")) as found:
        yield found


async def _call(desk: Shown, role: Role) -> Page:
    page = await (await desk.window(role, width=1280, language="en")).new_page()
    await page.goto(f"/calls/{call_id(1)}")
    return page


@pytest.mark.parametrize(
    ("role", "number"), [(Role.TEAM_LEADER, "13812345678"), (Role.INSPECTOR, "138xxxxxx78")]
)
async def test_a_recording_is_downloaded_once_the_reason_is_said(
    desk: Shown, role: Role, number: str, tmp_path: Path
) -> None:
    page = await _call(desk, role)
    await page.get_by_text(MENU).click()
    await expect(page.get_by_label("Why you need it")).to_be_hidden()
    await page.get_by_role("button", name="WAV").click()
    why = page.get_by_role("dialog")
    await why.get_by_label("Checking a complaint").check()
    async with page.expect_download() as came:
        await why.get_by_role("button", name="Go on").click()
    file = await came.value
    assert file.suggested_filename == f"2026-11-21_11-59-00_{number}_call.wav"
    await file.save_as(tmp_path / "kept.wav")
    with wave.open(str(tmp_path / "kept.wav")) as kept:
        assert kept.getnchannels() == 2
    async with page.expect_download() as came:
        await page.get_by_role("button", name="MP3").click()
    assert (await came.value).suggested_filename.endswith("_call.mp3"), "the reason is asked once"
    seen = await audit_entries(desk.room, recording_id(1))
    assert {(each.detail, each.why) for each in seen} >= {
        ("whole, downloaded", "Checking a complaint"),
        ("whole, mp3, downloaded", "Checking a complaint"),
    }


async def test_without_scripts_the_reason_is_typed_beside_the_formats(desk: Shown) -> None:
    page = await (await desk.window_without_scripts(Role.TEAM_LEADER)).new_page()
    await page.goto(f"/calls/{call_id(1)}")
    await page.get_by_text(MENU).click()
    await page.get_by_label("Why you need it").fill("court")
    await page.get_by_role("button", name="Ogg").click()

    async def is_on_record() -> bool:
        seen = await audit_entries(desk.room, recording_id(1))
        return ("whole, ogg, downloaded", "court") in {(each.detail, each.why) for each in seen}

    await until(is_on_record, within=10, what="the file was fetched", every=0.2)


async def test_who_may_not_listen_is_offered_no_file(desk: Shown) -> None:
    page = await _call(desk, Role.RECORDS_CLERK)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert MENU not in (await page.content())
