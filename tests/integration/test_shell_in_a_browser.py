"""What all pages share, by keyboard and by press: search, navigation, appearance, times of day."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from permissions.roles import Role
from tests.integration.browser_room import Shown, shown
from tests.integration.desk_room import NUMBER, call_id

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shown]:
    async with shown(tmp_path_factory.mktemp("shell")) as found:
        yield found


async def _page(
    desk: Shown, path: str, *, width: int = 1280, role: Role = Role.TEAM_LEADER
) -> Page:
    window = await desk.window(role, width=width, language="en")
    page = await window.new_page()
    await page.goto(path)
    return page


async def test_a_caller_is_found_from_any_page_without_the_mouse(desk: Shown) -> None:
    page = await _page(desk, "/handover")
    await page.keyboard.press("Control+k")
    await page.keyboard.type(call_id(3))
    option = page.get_by_role("option", name=NUMBER)
    await expect(option).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await expect(option).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/calls/{call_id(3)}")


async def test_escape_closes_what_was_found_and_enter_alone_shows_everything(desk: Shown) -> None:
    page = await _page(desk, "/handover")
    box = page.get_by_role("combobox", name="Find a number")
    await box.fill(NUMBER)
    await expect(box).to_have_attribute("aria-expanded", "true")
    await box.press("Escape")
    await expect(box).to_have_attribute("aria-expanded", "false")
    await expect(box).to_have_value(NUMBER)
    await box.press("Enter")
    await page.wait_for_url(f"**/search?q={NUMBER}")


async def test_the_first_stop_of_the_keyboard_leads_past_the_navigation(desk: Shown) -> None:
    page = await _page(desk, "/handover")
    await page.keyboard.press("Tab")
    await expect(page.locator("a.skip")).to_be_focused()
    await expect(page.locator("a.skip")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()


async def test_a_group_opens_its_pages_and_escape_leads_back_to_it(desk: Shown) -> None:
    page = await _page(desk, "/handover")
    group = page.get_by_role("button", name="Outbound")
    await group.focus()
    await page.keyboard.press("Enter")
    await expect(group).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("Escape")
    await expect(group).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Wake-ups").click()
    await page.wait_for_url("**/wake-ups")


async def test_the_navigation_stays_as_it_was_folded(desk: Shown) -> None:
    page = await _page(desk, "/handover", width=1440)
    fold = page.get_by_role("button", name="Fold or unfold")
    await expect(fold).to_have_attribute("aria-expanded", "true")
    await fold.click()
    await expect(fold).to_have_attribute("aria-expanded", "false")
    await page.goto("/calls")
    assert await page.locator(".rail").evaluate("rail => rail.offsetWidth") < 80


async def test_a_report_that_waits_is_counted_beside_its_page(desk: Shown) -> None:
    page = await _page(desk, "/calls", width=1440)
    badge = page.locator(".group-pages [data-due='/handover']")
    await expect(badge).to_have_text("1")
    await expect(badge).to_have_attribute("title", "1 due")


async def test_on_a_phone_one_signs_out_from_the_menu(desk: Shown) -> None:
    page = await _page(desk, "/wake-ups", width=390, role=Role.SWITCHBOARD)
    assert await page.evaluate("scrollY") == 0
    await expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    await page.get_by_role("button", name="Signed in as").click()
    await expect(page.get_by_role("button", name="Sign out")).to_be_in_viewport()
    await expect(page.get_by_role("button", name="Desk")).to_be_in_viewport()


async def test_the_appearance_is_kept(desk: Shown) -> None:
    page = await _page(desk, "/handover")
    await page.get_by_role("button", name="Look of the pages").click()
    await page.get_by_role("radio", name="Dark").check()
    await page.get_by_role("radio", name="Dense").check()
    await page.get_by_role("button", name="Close").click()
    await page.goto("/calls")
    root = page.locator("html")
    await expect(root).to_have_attribute("data-theme", "dark")
    await expect(root).to_have_attribute("data-density", "dense")


async def test_a_time_is_by_24_hours_in_english_too(desk: Shown) -> None:
    page = await _page(desk, "/wake-ups")
    wall = page.locator("input[name=wall]")
    await wall.fill("2305")
    await wall.blur()
    await expect(wall).to_have_value("23:05")
    await wall.press("PageUp")
    await expect(wall).to_have_value("00:05")
    await page.goto("/emergency-notifications")
    happened = page.locator("input[name=happened_at_time]")
    await happened.fill("905")
    await happened.blur()
    await expect(happened).to_have_value("09:05")


async def test_a_dialog_and_a_message_can_be_closed_and_are_told(desk: Shown) -> None:
    page = await _page(desk, "/components", role=Role.ADMINISTRATOR)
    await page.get_by_role("button", name="Open a dialog").click()
    dialog = page.get_by_role("dialog", name="Open a dialog")
    await expect(dialog).to_be_visible()
    await dialog.locator("button[data-closes]").first.click()
    await expect(dialog).to_be_hidden()
    await page.get_by_role("button", name="Show bad news").click()
    await expect(page.locator("#toasts .toast.bad")).to_be_visible()
    await page.get_by_role("button", name="Dismiss").click()
    await expect(page.locator("#toasts .toast")).to_have_count(0)
