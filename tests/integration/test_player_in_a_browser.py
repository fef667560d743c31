"""The player of a call's page in Chromium: picture, jumps, speed, loop, keys, comments (QA-5)."""

import os
import wave
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.call_judgements import queries as judgements
from features.call_recordings.tables import RecordingRow
from permissions.roles import Role
from recordings.analysis.result import Analysis, Side, Span, Talk
from tests.integration.browser_room import Shown, shown
from tests.integration.desk_room import audit_entries, call_id, recording_id
from tests.integration.page_room import Pages
from tests.waiting import until

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]
SECONDS = 90
TALKS = (((2.0, 12.0), (30.0, 40.0), (70.0, 80.0)), ((10.0, 20.0), (41.0, 60.0)))
VOICE = "document.querySelector('audio[data-voice]')"
STOPS_THE_PAGE = "{ const end = performance.now() + 2500; while (performance.now() < end); }"
"""The sound goes on meanwhile, past the end of a loop, as in a window that is hidden."""
TELLS_WHERE_IT_BEGINS = """
  begins = [];
  document.addEventListener("playing", (event) => begins.push(event.target.currentTime), true);
"""
PICTURES = os.environ.get("PICTURES", "")
"""A folder for pictures of the pages; without it none is taken."""


def _side(which: int) -> Side:
    talks = tuple(Talk(begin, end, 30.0, -25.0) for begin, end in TALKS[which])
    tones = (Span(85.0, 86.0),) if which == 0 else ()
    return Side(talks=talks, noise_db=-60.0, peak_db=-6.0, clipped=0.0, tones=tones)


def _write(path: Path) -> None:
    """Write a recording in which each side hums while it is said to speak."""
    at = np.arange(SECONDS * 8000) / 8000
    sides = []
    for which, tone in enumerate((310.0, 440.0)):
        loud = np.zeros(len(at))
        for begin, end in TALKS[which]:
            there = (at >= begin) & (at < end)
            loud[there] = 0.3 + 0.2 * np.sin(at[there] * 5)
        sides.append((loud * np.sin(2 * np.pi * tone * at) * 32000).astype("<i2"))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.array(sides).T.tobytes())


async def _analysed(connection: AsyncConnection) -> None:
    heard = Analysis(version=1, seconds=float(SECONDS), sides=(_side(0), _side(1)))
    await judgements.keep_analysis(connection, recording_id(1), heard, now=datetime.now(UTC))
    await connection.execute(
        update(RecordingRow)
        .where(RecordingRow.id == recording_id(1))
        .values(seconds=float(SECONDS))
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shown]:
    async with shown(tmp_path_factory.mktemp("player")) as found:
        [path] = found.room.settings.paths.store.glob(f"**/{recording_id(1)}.wav")
        _write(path)
        await Pages(found.room).write(_analysed)
        yield found


async def _call(
    desk: Shown, *, role: Role = Role.INSPECTOR, width: int = 1280, at: str = "", **more: str
) -> Page:
    said = {"language": "en", **more}
    page = await (await desk.window(role, width=width, **said)).new_page()
    await page.add_init_script(TELLS_WHERE_IT_BEGINS)
    await page.goto(f"/calls/{call_id(1)}{at}")
    return page


async def _say_why(page: Page) -> None:
    why = page.get_by_role("dialog")
    await why.get_by_label("Checking a complaint").check()
    await why.get_by_role("button", name="Go on").click()


async def _second(page: Page) -> float:
    return float(await page.evaluate(f"{VOICE}.currentTime"))


async def _plays_from(page: Page, second: float) -> None:
    """Wait until a stretch is played that begins there, wherever the sound may be by now."""

    async def there() -> bool:
        begins = await page.evaluate("begins")
        return any(abs(begin - second) < 0.3 for begin in begins)

    await until(there, within=30, what=f"the sound is played from {second}", every=0.1)


async def _passes(page: Page, second: float) -> None:
    async def there() -> bool:
        return await _second(page) > second

    await until(there, within=30, what=f"the sound passes {second}", every=0.1)


async def test_both_sides_are_drawn_and_coloured_before_any_sound_is_fetched(desk: Shown) -> None:
    page = await _call(desk)
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url))
    await page.reload()
    await expect(page.locator("[data-wave][data-drawn]")).to_be_visible()
    await expect(page.get_by_text("both at once")).to_be_visible()
    colours = await page.evaluate(
        """() => {
          const canvas = document.querySelector("[data-wave] canvas");
          const pen = canvas.getContext("2d");
          const x = (second) => Math.round((second / 90) * canvas.width);
          const data = (at, y) => pen.getImageData(x(at), y * devicePixelRatio, 1, 1).data;
          const dot = (at, y) => [...data(at, y)].join();
          return {
            both: dot(11, 82), silent: dot(25, 82), caller: dot(7, 24), nobody: dot(25, 24),
          };
        }"""
    )
    assert len(set(colours.values())) == 4, colours
    assert not [each for each in asked if "/audio" in each]


async def test_an_address_with_a_second_opens_there_once_the_reason_is_said(desk: Shown) -> None:
    page = await _call(desk, at="#t=42.5")
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await page.evaluate(f"{VOICE}.getAttribute('src')") is None
    await _say_why(page)
    await _plays_from(page, 42.5)
    seen = await audit_entries(desk.room, recording_id(1))
    assert ("recording.audio", "Checking a complaint") in {(each.action, each.why) for each in seen}


async def test_a_click_jumps_and_speed_keeps_the_pitch(desk: Shown) -> None:
    page = await _call(desk)
    await page.get_by_label("Speed").select_option("2.5")
    wave_box = await page.locator("[data-wave]").bounding_box()
    assert wave_box is not None
    await page.mouse.click(wave_box["x"] + wave_box["width"] / 3, wave_box["y"] + 50)
    await _say_why(page)
    await _plays_from(page, 30)
    told = await page.evaluate(f"[{VOICE}.playbackRate, {VOICE}.preservesPitch]")
    assert told == [2.5, True]


async def _loop_of_a_second(page: Page, begin: float) -> None:
    await page.keyboard.press("[")
    await page.evaluate(f"{VOICE}.currentTime = {begin + 1}")
    await page.keyboard.press("]")
    await page.evaluate(
        f"returned = 0; {VOICE}.addEventListener('seeked', () => "
        f"{{ returned += Math.abs({VOICE}.currentTime - {begin}) < 0.5 }})"
    )


async def _returns(page: Page, *, times: int) -> None:
    """Wait until the loop has begun anew that often."""
    before = await page.evaluate("returned")

    async def there() -> bool:
        return bool(await page.evaluate("returned") >= before + times)

    await until(there, within=30, what="the loop begins anew", every=0.1)


async def test_keys_play_jump_loop_and_change_the_speed(desk: Shown) -> None:
    page = await _call(desk)
    await page.keyboard.press("Space")
    await _say_why(page)
    await _plays_from(page, 0)
    await page.keyboard.press("Space")
    stopped = await _second(page)
    await page.keyboard.press("Shift+ArrowRight")
    await page.keyboard.press("ArrowLeft")
    begin = await _second(page)
    assert begin == pytest.approx(stopped + 25, abs=0.1)
    await _loop_of_a_second(page, begin)
    await page.keyboard.press("Space")
    await _returns(page, times=2)
    await page.evaluate(STOPS_THE_PAGE)
    await _returns(page, times=2)
    await page.keyboard.press("l")
    await _passes(page, begin + 2)
    await page.keyboard.press("+")
    await page.keyboard.press("+")
    await page.keyboard.press("-")
    assert await page.evaluate(f"{VOICE}.playbackRate") == 1.25


async def test_j_and_k_go_from_moment_to_moment(desk: Shown) -> None:
    page = await _call(desk)
    moments = await page.locator("[data-second]").evaluate_all(
        "all => all.map((each) => Number(each.dataset.second)).sort((a, b) => a - b)"
    )
    await page.keyboard.press("k")
    await _say_why(page)
    first = next(each for each in moments if each > 0.05)
    await _plays_from(page, first)


async def test_a_zoom_asks_for_the_peaks_of_its_stretch(desk: Shown) -> None:
    page = await _call(desk)
    await expect(page.locator("[data-wave][data-drawn]")).to_be_visible()
    async with page.expect_response(lambda each: "/peaks" in each.url) as came:
        await page.get_by_role("button", name="Show less, larger").click()
    told = await (await came.value).json()
    assert (told["from_s"], told["to_s"]) == (0, SECONDS / 2)
    await page.get_by_role("button", name="Show the whole recording").click()
    await expect(page.get_by_role("button", name="Show more")).to_be_disabled()


async def test_a_comment_is_made_by_keys_and_its_link_is_heard_by_another(desk: Shown) -> None:
    page = await _call(desk, at="#t=33")
    await _say_why(page)
    await _plays_from(page, 33)
    await page.keyboard.press("c")
    await page.keyboard.type("talks too fast")
    await page.keyboard.press("Enter")
    made = page.locator("[data-comments] li", has_text="talks too fast")
    await expect(made).to_be_visible()
    assert not await page.evaluate(f"{VOICE}.paused"), "the sound goes on"
    address = await made.locator("a[data-second]").get_attribute("href")
    assert address is not None
    assert address.startswith(f"/calls/{call_id(1)}#t=")
    assert float(address.partition("#t=")[2]) >= 33
    leader = await _call(desk, role=Role.TEAM_LEADER, at=address.partition("/calls/")[2][36:])
    await expect(leader.get_by_text("talks too fast")).to_be_visible()
    await _say_why(leader)
    await _plays_from(leader, float(address.partition("#t=")[2]))
    await made.get_by_text("Change").click()
    await made.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("The comment is deleted.")).to_be_visible()
    await page.get_by_role("button", name="Put back").click()
    await expect(made).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_player_fits_and_is_clean_for_a_screen_reader(
    desk: Shown, width: int, language: str
) -> None:
    page = await _call(desk, width=width, language=language)
    await expect(page.locator("[data-wave][data-drawn]")).to_be_visible()
    await expect(page.locator("[data-legend]")).to_be_visible()
    await page.locator("details.keys summary").click()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    found = (await Axe().run(page, options={"resultTypes": ["violations"]})).response
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/player-{width}-{language}.png", full_page=True)
