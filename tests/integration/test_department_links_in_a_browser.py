"""A department on a telephone: the link of a real letter, opened and answered in a real browser."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

from features.ticket_life.verbs import Verb
from features.tickets.lifecycle import TicketState
from settings import Settings
from tests.integration.browser_room import served, started
from tests.integration.desk_room import Room
from tests.integration.link_house import CALLER, LinkHouse, in_hours, linked
from tests.integration.mail_house import House
from tools import chromium
from web.assets import Assets

WIDTH = 390
pytestmark = pytest.mark.timeout(300)


@dataclass
class Telephone:
    """A department's telephone with a browser, and the house whose letter it got."""

    house: LinkHouse
    browser: Browser
    address: str

    async def opens(self, path: str, *, language: str = "zh", scripts: bool = True) -> Page:
        context = await self.browser.new_context(
            base_url=self.address,
            viewport={"width": WIDTH, "height": 844},
            java_script_enabled=scripts,
        )
        cookie = {"name": "language", "value": language, "url": self.address}
        await context.add_cookies([cookie])  # type: ignore[list-item]
        page = await context.new_page()
        await page.goto(path)
        return page


@pytest_asyncio.fixture
async def telephone(mail_house: House) -> AsyncIterator[Telephone]:
    found = chromium.find(Settings())
    if found is None:
        pytest.skip("no Chromium on this machine; `make test` brings one where it can")
    async with linked(mail_house) as house, async_playwright() as playwright:
        house.app.state.assets = Assets(house.mail.settings.cache / "web")
        room = Room(house.mail.settings, house.app, {})
        async with served(room) as address:
            browser = await started(playwright, found)
            try:
                yield Telephone(house, browser, address)
            finally:
                await browser.close()


@pytest.mark.sqlite_first
async def test_a_department_takes_the_work_and_answers_on_a_telephone(
    telephone: Telephone,
) -> None:
    house = telephone.house
    number = await house.is_dispatched()
    await house.writes_to_departments()
    link = await house.link()
    page = await telephone.opens(link)
    await expect(page.locator("h1")).to_contain_text(f"{number}-1")
    assert CALLER not in await page.content()
    assert await page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    found = await Axe().run(page)
    wrong = [one["id"] for one in found.response["violations"] if one["impact"] != "minor"]
    assert wrong == []
    await page.get_by_role("button", name="接单").click()
    await page.wait_for_url("**/department-links/*?done=accept")
    assert (await house.ticket(number)).state is TicketState.ACCEPTED
    await page.get_by_text("申请延期…").click()
    asked = page.locator("form[action$='/ask_time']")
    typed = in_hours(30)
    await asked.locator("[name=deadline_day]").fill(typed["deadline_day"])
    await asked.locator("[name=deadline_time]").fill(typed["deadline_time"])
    await asked.locator("[name=note]").fill("等配件")
    await asked.get_by_role("button", name="申请延期").click()
    await page.wait_for_url("**?done=ask_time")
    handled = page.locator("summary", has_text="处理完")
    await handled.focus()
    await page.keyboard.press("Enter")
    await page.locator("#handle-handling").fill("更换外线")
    await page.locator("form[action$='/handle'] button").click()
    await expect(page.locator("h1")).to_contain_text("已记录")
    assert (await house.ticket(number)).state is TicketState.HANDLED
    await page.goto(link)
    await expect(page.locator("h1")).to_have_text("这个链接不能使用")


@pytest.mark.sqlite_first
async def test_without_scripts_and_in_english_it_does_the_same(telephone: Telephone) -> None:
    house = telephone.house
    number = await house.is_dispatched()
    await house.writes_to_departments()
    page = await telephone.opens(await house.link(), language="en", scripts=False)
    assert await page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    await page.locator("summary", has_text="Send back").click()
    form = page.locator("form[action$='/send_back']")
    await form.locator("[name=note]").fill("not ours")
    await form.get_by_role("button").click()
    await expect(page.locator("h1")).to_contain_text("Noted")
    assert (await house.ticket(number)).state is TicketState.RETURNED
    await house.does(number, Verb.TAKE)
