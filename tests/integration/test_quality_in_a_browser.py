"""An inspector's day of twenty items by keyboard alone, and nothing that is typed is lost (QA-2).

PICTURES=docs/pages keeps how the pages look.
"""

import os
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from features.quality_samples.tables import QualityItemRow
from features.quality_scores.tables import QualityScoreDraftRow, QualityScoreRow
from permissions.roles import Role
from tests.integration.browser_room import Shown, shown
from tests.integration.desk_room import BEGAN, NUMBERS
from tests.integration.page_room import Pages
from tests.integration.quality_rows import item

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

TWENTY = 20
INSPECTOR = NUMBERS[Role.INSPECTOR]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shown]:
    async with shown(tmp_path_factory.mktemp("shown")) as found:
        await Pages(found.room).write(_twenty)
        yield found


async def _twenty(connection: AsyncConnection) -> None:
    """Let twenty items wait, with the one that waits already."""
    rows = [
        item(f"more/{which}", made_at=BEGAN + timedelta(minutes=which))
        for which in range(1, TWENTY)
    ]
    await connection.execute(insert(QualityItemRow), rows)


async def opened(desk: Shown, path: str, role: Role = Role.INSPECTOR, width: int = 1280) -> Page:
    window = await desk.window(role, width=width, language="zh")
    page = await window.new_page()
    await page.goto(path)
    return page


async def kept(desk: Shown, table: type, **wanted: object) -> list[object]:
    """Return the rows of a table with these values."""
    found: list[object] = []

    async def look(connection: AsyncConnection) -> None:
        query = select(table.__table__)  # type: ignore[attr-defined]
        for name, value in wanted.items():
            query = query.where(getattr(table, name) == value)
        found.extend((await connection.execute(query)).mappings().all())

    await desk.room.app.state.database.ask(look, within=30)
    return found


async def pictured(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        path = str(Path(folder) / f"{name}.png")
        await page.evaluate("window.scrollTo(0, 0)")
        await page.screenshot(path=path, animations="disabled", full_page=True)


async def test_what_is_typed_is_kept_without_a_click(desk: Shown) -> None:
    page = await opened(desk, "/quality")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/quality/items/*")
    await page.keyboard.press("1")
    await page.keyboard.press("0")
    await page.keyboard.press("c")
    await page.keyboard.type("语速偏快")
    await expect(page.locator("[data-status]")).to_contain_text("已保存")
    await page.reload()
    await expect(page.locator("input[name=answer_1][value=full]")).to_be_checked()
    await expect(page.locator("input[name=answer_2][value=na]")).to_be_checked()
    await expect(page.locator("input[name=mark_words_0]")).to_have_value("语速偏快")
    await expect(page.locator("input[name=mark_second_0]")).to_have_value("0:00")
    [draft] = await kept(desk, QualityScoreDraftRow, inspector=INSPECTOR)
    assert draft["answers"] == {"1": "full", "2": "na"}  # type: ignore[index]
    await pictured(page, "quality-item.zh")
    await page.context.close()


async def test_a_day_of_twenty_items_is_done_by_keyboard_alone(desk: Shown) -> None:
    page = await opened(desk, "/quality")
    await pictured(page, "quality.zh")
    for which in range(TWENTY):
        await expect(page.get_by_role("button", name="评下一项")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/quality/items/*")
        await page.wait_for_selector("[data-question][data-here]")
        for _ in range(3):
            await page.keyboard.press("ArrowUp")
        for key in ("1", "2" if which % 2 else "1", "1"):
            await page.keyboard.press(key)
        await page.keyboard.press("Control+Enter")
        await page.wait_for_url("**/quality")
    scores = await kept(desk, QualityScoreRow, scorer=INSPECTOR)
    assert len(scores) == TWENTY + 1  # one was there
    assert not await kept(desk, QualityScoreDraftRow, inspector=INSPECTOR)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("没有您可以评的。")).to_be_visible()
    await page.context.close()


async def test_space_plays_after_one_said_why_and_a_comment_has_its_second(desk: Shown) -> None:
    page = await opened(desk, "/quality/items/5", Role.ADMINISTRATOR)
    await page.wait_for_selector("[data-question][data-here]")
    await page.keyboard.press(" ")
    await expect(page.locator("dialog[data-why]")).to_be_visible()
    await page.keyboard.press(" ")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog[data-why]")).to_be_hidden()
    await expect(page.locator("[data-place]")).to_have_text(re.compile("^0:0[1-4]$"))
    await page.locator("[data-question] input").first.focus()
    await page.keyboard.press("c")
    moment = await page.locator("input[name=mark_second_0]").input_value()
    assert moment in {"0:01", "0:02", "0:03", "0:04"}
    await page.keyboard.press("Escape")
    focused = await page.evaluate("document.activeElement.name")
    assert focused.startswith("answer_")
    await page.context.close()


async def test_without_scripts_a_score_is_made_too(desk: Shown) -> None:
    window = await desk.window_without_scripts(Role.ADMINISTRATOR)
    page = await window.new_page()
    await page.goto("/quality/items/5")
    await page.locator("input[name=answer_1][value=full]").check()
    await page.locator("input[name=mark_second_0]").fill("soon")
    await page.get_by_role("button", name="Submit").click()
    assert await page.locator("[role=alert]").count() >= 2
    await expect(page.locator("input[name=answer_1][value=full]")).to_be_checked()
    await expect(page.locator("input[name=mark_second_0]")).to_have_value("soon")
    await page.locator("input[name=mark_second_0]").fill("0:02")
    await page.locator("input[name=mark_words_0]").fill("too fast")
    await page.locator("input[name=answer_2][value=na]").check()
    await page.locator("input[name=answer_3][value=full]").check()
    await page.get_by_role("button", name="Submit").click()
    assert page.url.endswith("/quality")
    await window.close()


async def test_a_form_is_built_in_the_browser_moved_and_published(desk: Shown) -> None:
    page = await opened(desk, "/quality-forms", Role.MANAGER)
    await page.locator("#name").fill("回访质检")
    await page.get_by_role("button", name="建立").click()
    for at, (section, words) in enumerate((("开头", "问候"), ("", "报工号"), ("结尾", "道别"))):
        await page.locator(f"input[name=section_{at}]").fill(section)
        await page.locator(f"input[name=words_{at}]").fill(words)
    await page.locator("input[name=fatal_0]").check()
    await page.locator("button[name=down][value='0']").click()
    await expect(page.locator("input[name=words_0]")).to_have_value("报工号")
    await page.locator("input[name=weight_0]").fill("999")
    await page.get_by_role("button", name="发布").click()
    await expect(page.locator("[role=alert]").first).to_be_visible()
    await expect(page.locator("input[name=weight_0]")).to_have_value("999")
    await page.locator("input[name=weight_0]").fill("20")
    await page.locator("input[name=section_0]").fill("开头")
    await page.get_by_role("button", name="发布").click()
    await expect(page.get_by_text("正在使用第 1 版")).to_be_visible()
    await pictured(page, "quality-form.zh")
    await page.context.close()


@pytest.mark.parametrize(
    ("path", "name", "role", "width"),
    [
        ("/quality", "quality.phone.zh", Role.INSPECTOR, 390),
        ("/quality-results/1", "quality-result.zh", Role.SENIOR_AGENT, 1280),
        ("/quality-results/1", "quality-result.phone.zh", Role.SENIOR_AGENT, 390),
        ("/quality/items/1", "quality-item.phone.zh", Role.MANAGER, 390),
        ("/quality/draws/2026-11-21", "quality-draw.zh", Role.MANAGER, 1280),
        ("/quality/agreement", "quality-agreement.zh", Role.MANAGER, 1280),
    ],
)
async def test_pages_of_inspection_open(
    desk: Shown, path: str, name: str, role: Role, width: int
) -> None:
    page = await opened(desk, path, role, width)
    await expect(page.locator("h1")).to_have_count(1)
    await pictured(page, name)
    await page.context.close()
