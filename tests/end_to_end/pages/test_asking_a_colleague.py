"""A colleague who is asked about a caller, takes him over, or comes in: what both pages show."""

from collections.abc import Callable

import pytest
from playwright.async_api import Page, expect

from caller.leg import Leg
from caller.listen import Samples
from caller.phone import Phone
from tests.end_to_end.browser import Desk, chromium, desk, staff
from tests.end_to_end.kinds import AGENTS_AT_PAGES
from tests.end_to_end.pages.talks import (
    DEAD_AIR_S,
    answers,
    are_talking,
    asks_for_an_agent,
    longest_silence,
)

__all__ = ["chromium", "desk", "staff"]

pytestmark = pytest.mark.real
HOTLINE = AGENTS_AT_PAGES
WORDS = Callable[[float], Samples]
WRITTEN = "no dial tone since noon"


async def _is_asked(desk: Desk, phone: Phone, words: WORDS, ref: str) -> tuple[Page, Page, Leg]:
    """Bring a call to 1001, who asks 1002 about it; return both pages and the call, at the lift."""
    page, other = await desk.signed_in("1001"), await desk.signed_in("1002")
    await desk.on_duty(page)
    call = await asks_for_an_agent(desk, phone, words(1.5), ref)
    await answers(page, call)
    await desk.on_duty(other)
    await page.fill("textarea[name=body]", WRITTEN)
    await expect(page.locator("#ticket-told")).to_have_text("已保存")
    await page.click("#transfer-open")
    await page.fill("#transfer-to", "1002")
    await page.click("#transfer-consult")
    await expect(other.locator("#state")).to_have_attribute("data-state", "ringing")
    await expect(other.locator("#pop-asked-who")).to_contain_text("1001")
    await expect(other.locator("#pop-asked-body")).to_have_text(WRITTEN)
    await expect(other.locator("#pop-number")).to_have_text("13800138000")
    await other.keyboard.press("F2")
    await expect(page.locator("#transfer-complete")).to_be_enabled()
    return page, other, call


async def _is_at_the_phone(page: Page) -> None:
    """See that the page talks, and that its keys can be pressed."""
    await expect(page.locator("#state")).to_have_attribute("data-state", "talking")
    for key in ("hang-up", "hold", "mute", "transfer-open"):
        await expect(page.locator(f"#{key}")).to_be_enabled()
    await expect(page.locator("[data-script=silent]")).to_be_enabled()
    await expect(page.locator("textarea[name=body]")).to_have_value(WRITTEN)


async def test_who_takes_a_caller_over_knows_him_and_keeps_him_through_a_reload(
    desk: Desk, phone: Phone, words: WORDS
) -> None:
    page, other, call = await _is_asked(desk, phone, words, "handed-over")
    assert await other.input_value("textarea[name=body]") == "", "the caller is not there yet"
    await page.click("#transfer-complete")
    await expect(page.locator("#words-title")).to_contain_text("已转交")
    await expect(page.locator("#beside")).to_be_hidden()
    await _is_at_the_phone(other)
    heard = len(call.heard())
    await are_talking(other, call, since=heard)
    other.on("dialog", lambda dialog: dialog.accept())
    left, heard = call.now, len(call.heard())
    await other.reload()
    await are_talking(other, call, since=heard)
    await _is_at_the_phone(other)
    assert longest_silence(call, left, call.now) < DEAD_AIR_S
    await call.hangs_up()
    row = await desk.house.call_of("handed-over")
    assert row["hung_up_by"] == "caller"


async def test_who_comes_in_is_in_the_list_and_can_be_taken_out(
    desk: Desk, phone: Phone, words: WORDS
) -> None:
    page, other, call = await _is_asked(desk, phone, words, "three")
    await page.click("#beside-join")
    await expect(page.locator("#beside")).to_be_hidden()
    await expect(page.locator("#others")).to_contain_text("1002")
    await expect(other.locator("#others")).to_contain_text("1001")
    await _is_at_the_phone(page)
    await _is_at_the_phone(other)
    heard = len(call.heard())
    await page.click("[data-drop]")
    await expect(page.locator("#others")).to_be_hidden()
    await expect(other.locator("#state")).not_to_have_attribute("data-state", "talking")
    await are_talking(page, call, since=heard)
    await call.hangs_up()
    row = await desk.house.call_of("three")
    assert (row["agent"], row["hung_up_by"]) == ("1001", "caller")
