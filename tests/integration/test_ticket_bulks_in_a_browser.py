"""The ticket list in a browser: rows are selected by click, Shift-click and keys."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from permissions.roles import Role
from tests.integration.browser_room import Shown, shown
from tests.integration.desk_room import NUMBERS

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shown]:
    async with shown(tmp_path_factory.mktemp("shown")) as found:
        yield found


async def opened(desk: Shown, width: int = 1280) -> Page:
    window = await desk.window(Role.TEAM_LEADER, width=width, language="en")
    page = await window.new_page()
    await page.goto("/tickets?which=")
    return page


async def picked(page: Page) -> list[int]:
    """Return which rows are selected, counted from 0."""
    boxes = page.locator("input[name=pick]")
    checked: list[bool] = await boxes.evaluate_all("all => all.map((box) => box.checked)")
    return [at for at, is_so in enumerate(checked) if is_so]


async def test_rows_are_selected_by_click_and_a_range_by_shift(desk: Shown) -> None:
    page = await opened(desk)
    rows = page.locator("tbody tr")
    await rows.nth(0).locator("td").nth(2).click()
    assert await picked(page) == [0]
    await rows.nth(3).locator("td").nth(2).click(modifiers=["Shift"])
    assert await picked(page) == [0, 1, 2, 3]
    await rows.nth(1).locator("input").click()
    assert await picked(page) == [0, 2, 3]
    await expect(page.locator("[data-count]")).to_have_text("3 selected")
    await page.locator("[data-pick-all]").check()
    assert await picked(page) == [0, 1, 2, 3, 4]
    await page.context.close()


async def test_the_keyboard_selects_too_and_leads_to_what_is_done(desk: Shown) -> None:
    page = await opened(desk, width=390)
    for key in ("ArrowDown", "x", "ArrowDown", "ArrowDown", "Space"):
        await page.keyboard.press(key)
    assert await picked(page) == [0, 2]
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Shift+X")
    assert await picked(page) == [0, 1, 2]
    await page.locator("#q").press("x")
    assert await picked(page) == [0, 1, 2]
    await page.get_by_role("button", name="Do with them…").click()
    await page.get_by_role("button", name="Hand over").click()
    await page.get_by_label("Hand to (account number)").fill(NUMBERS[Role.SENIOR_AGENT])
    await page.get_by_role("button", name="Do it with").click()
    await expect(page.get_by_text("All are through.")).to_be_visible()
    await page.context.close()
