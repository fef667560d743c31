"""An agent who passes a caller on from the page: to somebody, never to nobody, no goodbye."""

from collections.abc import Callable

import pytest
from playwright.async_api import Page, expect

from caller.listen import Samples
from caller.phone import Phone
from tests.end_to_end.browser import Desk, chromium, desk, staff
from tests.end_to_end.house import WITH_DESK
from tests.end_to_end.pages.talks import answers, are_talking, asks_for_an_agent
from tests.end_to_end.work import at_work

__all__ = ["chromium", "desk", "staff"]

pytestmark = pytest.mark.real
OWN_HOUSE = True  # its people are its own
HOTLINE = {"parts": WITH_DESK, "max_wait": 60, "ring_agent_for": 15, "wrap_up_for": 30}


async def _passes_on(page: Page, to: str) -> None:
    if await page.locator("#transfer").is_hidden():
        await page.click("#transfer-open")
    await page.fill("#transfer-to", to)
    await page.click("#transfer-blind")


async def test_a_caller_is_passed_on_to_somebody_only_and_nobody_says_goodbye(
    desk: Desk, phone: Phone, words: Callable[[float], Samples]
) -> None:
    desk.forgiven = ("422",)
    page = await desk.signed_in("1001")
    await desk.on_duty(page)
    call = await asks_for_an_agent(desk, phone, words(1.5), "passed-on")
    await answers(page, call)
    for nobody in ("9999", "8104", "w07"):
        heard = len(call.heard())
        await _passes_on(page, nobody)
        await expect(page.locator("#phone-told.bad")).not_to_be_empty()
        await are_talking(page, call, since=heard)
    async with at_work(desk.house, phone, "1031", "8102") as colleague:
        await _passes_on(page, "1031")
        there = await colleague.phone.rings(within=15)
        await there.answered(within=5)
        await expect(page.locator("#state")).not_to_have_attribute("data-state", "talking")
        await expect(page.locator("#words-title")).to_contain_text("已转交")
        await expect(page.locator("#pop-state")).to_have_text("已交给同事")
        await call.hangs_up()
    row = await desk.house.call_of("passed-on")
    assert row["hung_up_by"] == "caller"
