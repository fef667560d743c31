"""A day is typed or chosen, in the page's language, by mouse or by keys, with scripts or none."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from permissions.roles import Role
from tests.integration.browser_room import Shown, shown

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]
FIRST = "input[name=first_day]"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shown]:
    async with shown(tmp_path_factory.mktemp("days")) as found:
        yield found


async def _page(
    desk: Shown, path: str, *, language: str = "en", width: int = 1280, **cookies: str
) -> Page:
    window = await desk.window(Role.TEAM_LEADER, width=width, language=language, **cookies)
    page = await window.new_page()
    await page.goto(path)
    return page


async def _page_without_scripts(desk: Shown, path: str) -> Page:
    page = await (await desk.window_without_scripts(Role.TEAM_LEADER)).new_page()
    await page.goto(path)
    return page


def _today(desk: Shown, days: int = 0) -> str:
    return f"{datetime.now(desk.room.settings.zone) + timedelta(days=days):%Y-%m-%d}"


async def test_a_day_is_written_as_it_is_kept_however_it_is_typed(desk: Shown) -> None:
    page = await _page(desk, "/wake-ups")
    first = page.locator(FIRST)
    for typed, means in (
        ("30.11.2027", "2027-11-30"),
        ("2027年1月3日", "2027-01-03"),
        ("tomorrow", _today(desk, 1)),
        ("今天", _today(desk)),
    ):
        await first.fill(typed)
        await first.blur()
        await expect(first).to_have_value(means)
    await first.press("ArrowUp")
    await expect(first).to_have_value(_today(desk, 1))
    await first.fill("31.4.")
    await first.blur()
    said = await first.evaluate("field => field.validationMessage")
    assert said == "This must be a day, like 2026-11-30, 30.11. or tomorrow."
    await first.fill("1.5.2027")
    await first.blur()
    assert await first.evaluate("field => field.checkValidity()")


@pytest.mark.parametrize(
    ("language", "month", "day"),
    [
        ("en", "November 2027", "Tuesday, 30 November 2027"),
        ("zh", "2027年11月", "2027年11月30日星期二"),
    ],
)
async def test_the_calendar_speaks_the_pages_language_and_goes_by_keys(
    desk: Shown, language: str, month: str, day: str
) -> None:
    page = await _page(desk, "/wake-ups", language=language)
    first = page.locator(FIRST)
    await first.fill("2027-11-30")
    await first.press("Alt+ArrowDown")
    calendar = page.get_by_role("dialog")
    await expect(calendar.get_by_role("heading")).to_have_text(month)
    at = calendar.locator("[tabindex='0']")
    name = await at.get_attribute("aria-label")
    assert name
    assert set(re.findall(r"\w+", name)) == set(re.findall(r"\w+", day))
    await expect(at).to_be_focused()
    await expect(calendar.locator("[aria-selected=true] button")).to_have_text("30")
    for key in ("ArrowRight", "PageDown", "Home"):
        await page.keyboard.press(key)
    await expect(calendar.locator("[tabindex='0']")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(calendar).to_be_hidden()
    await expect(first).to_have_value("2027-12-27")
    await expect(first).to_be_focused()


async def test_the_calendar_is_opened_by_press_and_left_without_a_choice(desk: Shown) -> None:
    page = await _page(desk, "/wake-ups", width=390)
    first = page.locator(FIRST)
    await first.fill("2027-11-30")
    button = page.locator(".day", has=first).get_by_role("button", name="Open the calendar")
    await button.click()
    calendar = page.get_by_role("dialog")
    box = await calendar.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    await calendar.get_by_role("button", name="Next month").click()
    await expect(calendar.get_by_role("heading")).to_have_text("December 2027")
    await page.keyboard.press("Escape")
    await expect(calendar).to_be_hidden()
    await expect(button).to_be_focused()
    await expect(first).to_have_value("2027-11-30")
    await button.click()
    await calendar.get_by_role("button", name="Today", exact=True).click()
    await expect(first).to_have_value(_today(desk))


async def test_nothing_serious_stands_in_the_way_in_an_open_calendar(desk: Shown) -> None:
    for theme in ("light", "dark"):
        page = await _page(desk, "/wake-ups", theme=theme)
        await page.locator(FIRST).press("Alt+ArrowDown")
        found: dict[str, Any] = (await Axe().run(page)).response
        wrong = [each for each in found["violations"] if each["impact"] in {"serious", "critical"}]
        assert not wrong, wrong


async def test_without_scripts_a_day_is_typed_and_a_wrong_one_is_told_beside_the_field(
    desk: Shown,
) -> None:
    page = await _page_without_scripts(desk, "/wake-ups")
    await expect(page.locator("[data-calendar]").first).to_be_hidden()
    await page.locator("input[name=room]").fill("8003")
    first = page.locator(FIRST)
    await first.fill("soon")
    await page.get_by_role("button", name="Register").click()
    told = page.locator("#fault-first_day")
    await expect(told).to_contain_text("23.11.")
    await expect(first).to_have_value("soon")
    await expect(first).to_have_attribute("aria-describedby", "fault-first_day")
    await first.fill("tomorrow")
    await page.get_by_role("button", name="Register").click()
    await page.wait_for_url("**/wake-ups?saved=*")
    await page.locator("input[name=day]").fill("31.4.")
    await page.get_by_role("button", name="Export CSV").click()
    await expect(page.locator("#fault-day")).to_contain_text("This must be a day")


async def test_without_scripts_an_incidents_moment_is_kept_as_it_was_typed(desk: Shown) -> None:
    page = await _page_without_scripts(desk, "/emergency-notifications")
    when = datetime.now(UTC).astimezone(desk.room.settings.zone) - timedelta(days=1)
    await page.locator("input[name=what]").fill("Gas")
    await page.locator("input[name=reporter]").fill("1001")
    await page.locator("textarea[name=message]").fill("请关煤气")
    await page.locator("input[name=happened_at_day]").fill("yesterday")
    await page.locator("input[name=happened_at_time]").fill("08:30")
    await page.get_by_role("button", name="Record").click()
    await page.wait_for_url("**/emergency-notifications/*")
    await expect(page.locator("main")).to_contain_text(f"{when:%m-%d} 08:30")


async def test_calls_of_yesterday_are_looked_for_in_words(desk: Shown) -> None:
    page = await _page_without_scripts(desk, "/calls?from=昨天&to=today")
    await expect(page.locator("input[name=from]")).to_have_value(_today(desk, -1))
    await expect(page.locator("input[name=to]")).to_have_value(_today(desk))
    await page.goto("/calls?from=soon")
    await expect(page.locator("#fault-from")).to_contain_text("This must be a day")
    await page.goto("/audit?to=soon")
