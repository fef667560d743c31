"""An agent who leaves the page in a call, by any way there is: the customer is not hung up on."""

import asyncio
from collections.abc import Callable

import pytest
from playwright.async_api import Page, Route, expect

from caller.leg import Leg
from caller.listen import Samples
from caller.phone import Phone
from tests.end_to_end.browser import CALLER_HZ, Desk, beeps, chromium, desk, staff
from tests.end_to_end.kinds import AGENTS_AT_PAGES
from tests.end_to_end.pages.talks import (
    DEAD_AIR_S,
    answers,
    are_talking,
    asks_for_an_agent,
    longest_silence,
)
from tests.end_to_end.people import told
from tests.waiting import until

__all__ = ["chromium", "desk", "staff"]

pytestmark = pytest.mark.real
HOTLINE = AGENTS_AT_PAGES
WORDS = Callable[[float], Samples]


async def _is_moved(desk: Desk, old: Page, new: Page, call: Leg, ref: str) -> None:
    """Take the desk to the other window, and see that the call is there, and not in the old one."""
    left, heard = call.now, len(call.heard())
    await expect(new.locator("#elsewhere")).to_be_visible()
    await new.click("#use-here")
    await are_talking(new, call, since=heard)
    await expect(old.locator("#elsewhere")).to_be_visible()
    await expect(old.locator("#ticket-fields")).to_have_attribute("disabled", "")
    await call.says(beeps(CALLER_HZ, 1.0))
    assert longest_silence(call, left, call.now) < DEAD_AIR_S, "the caller was left in dead air"
    await call.hangs_up()
    row = await desk.house.call_of(ref)
    assert (row["agent"], row["disposition"], row["hung_up_by"]) == ("1011", "agent", "caller")


async def test_a_second_window_takes_the_call_along(desk: Desk, phone: Phone, words: WORDS) -> None:
    page = await desk.signed_in("1011")
    await desk.on_duty(page)
    call = await asks_for_an_agent(desk, phone, words(1.5), "second-window")
    await answers(page, call)
    second = await page.context.new_page()
    await second.goto("/work")
    await _is_moved(desk, page, second, call, "second-window")


async def _slowly(route: Route) -> None:
    await asyncio.sleep(2.5)
    await route.continue_()


async def test_a_window_takes_the_call_from_one_that_is_frozen(
    desk: Desk, phone: Phone, words: WORDS
) -> None:
    """The old window cannot take its phone away: the caller does not ring there once more."""
    page = await desk.signed_in("1011")
    await desk.on_duty(page)
    call = await asks_for_an_agent(desk, phone, words(1.5), "frozen-window")
    await answers(page, call)
    second = await page.context.new_page()
    await second.goto("/work")
    await expect(second.locator("#elsewhere")).to_be_visible()
    frozen = await page.context.new_cdp_session(page)
    await frozen.send("Debugger.enable")
    await frozen.send("Debugger.pause")
    await second.route("**/api/v1/duty", _slowly)  # the new phone is not there at once
    left, heard = call.now, len(call.heard())
    await second.click("#use-here")
    await are_talking(second, call, since=heard)
    await call.says(beeps(CALLER_HZ, 1.0))
    assert longest_silence(call, left, call.now) < DEAD_AIR_S, "the caller was left in dead air"
    await frozen.send("Debugger.disable")
    await call.hangs_up()
    row = await desk.house.call_of("frozen-window")
    assert (row["agent"], row["disposition"], row["hung_up_by"]) == ("1011", "agent", "caller")
    asked = "SELECT at FROM call_events WHERE about = :about AND name = 'TR_OFFER'"
    offered = await desk.house.rows(asked, about=row["linkedid"])
    assert len(offered) == 2, "once before and once after the move, not at the frozen window"


async def test_who_is_in_a_talk_goes_before_who_waits_for_the_same_agent(
    desk: Desk, phone: Phone, words: WORDS
) -> None:
    """One comes back from a script and waits; the agent's page is loaded anew in another talk."""
    page = await desk.signed_in("1011")
    await desk.on_duty(page)
    first = await asks_for_an_agent(desk, phone, words(1.5), "waits-after-script")
    await answers(page, first)
    await page.click("[data-script='silent']")
    await expect(page.locator("#state")).not_to_have_attribute("data-state", "talking")
    second = await asks_for_an_agent(desk, phone, words(1.5), "in-a-talk")
    await expect(page.locator("#answer")).to_be_enabled(timeout=20_000)
    await page.keyboard.press("F2")
    await are_talking(page, second)
    await first.says(words(1.5))
    row = await desk.house.call_of("waits-after-script", state="dialogue")
    back = "SELECT at FROM call_events WHERE about = :about AND name = 'TR_VERDICT'"
    await until(
        lambda: desk.house.rows(f"{back} AND data LIKE '%back%'", about=row["linkedid"]),
        within=15,
        what="the first caller waits for the agent",
        every=0.3,
    )
    await asyncio.sleep(3)  # the words of connecting are said
    heard = len(second.heard())
    await page.reload()
    await are_talking(page, second, since=heard)
    row = await desk.house.call_of("in-a-talk", state="talking")
    assert row["agent"] == "1011"
    await second.hangs_up()
    await expect(page.locator("#answer")).to_be_enabled(timeout=20_000)
    await page.keyboard.press("F2")
    await are_talking(page, first)
    await first.hangs_up()


async def test_a_second_browser_asks_before_it_takes_the_call(
    desk: Desk, phone: Phone, words: WORDS
) -> None:
    page = await desk.signed_in("1011")
    await desk.on_duty(page)
    call = await asks_for_an_agent(desk, phone, words(1.5), "second-browser")
    await answers(page, call)
    heard = len(call.heard())
    second = await desk.signed_in("1011")
    await expect(second.locator("#elsewhere")).to_be_visible()
    await are_talking(page, call, since=heard)
    await _is_moved(desk, page, second, call, "second-browser")


async def test_no_way_of_leaving_ends_the_call(desk: Desk, phone: Phone, words: WORDS) -> None:
    desk.forgiven = ("409",)
    page = await desk.signed_in("1011")
    await desk.on_duty(page)
    call = await asks_for_an_agent(desk, phone, words(1.5), "ways-out")
    await answers(page, call)
    async with page.context.expect_page() as opening:
        await page.click(".me a")
    beside = await opening.value
    await page.click("[data-language]")
    await expect(page.locator("#phone-told")).to_contain_text("通话")
    await page.click(".me form button")
    await expect(page.locator("#state")).to_have_attribute("data-state", "talking")
    await beside.click(".me form button")
    await expect(beside.locator("main")).to_contain_text("通话")
    for method, path in (("DELETE", "/api/v1/session"), ("DELETE", "/api/v1/duty")):
        assert await _status(page, method, path) == 409, path
    heard = len(call.heard())
    await are_talking(page, call, since=heard)
    async with page.expect_event("dialog") as asking:
        await page.close(run_before_unload=True)
    question = await asking.value
    await question.dismiss()
    assert question.type == "beforeunload"
    await expect(page.locator("#state")).to_have_attribute("data-state", "talking")
    await call.hangs_up()
    row = await desk.house.call_of("ways-out")
    assert (row["agent"], row["hung_up_by"]) == ("1011", "caller")
    await expect(page.locator("#state")).to_have_attribute("data-state", "ready")
    assert await _status(page, "DELETE", "/api/v1/duty") == 204


@pytest.mark.soak  # the browser is given fifteen seconds to come back
@pytest.mark.timeout(180)
async def test_a_browser_that_is_gone_gives_its_caller_back(
    desk: Desk, phone: Phone, words: WORDS
) -> None:
    page = await desk.signed_in("1011")
    await desk.on_duty(page)
    call = await asks_for_an_agent(desk, phone, words(1.5), "browser-gone")
    await answers(page, call)
    other = await desk.signed_in("1012")
    await desk.on_duty(other)
    await page.close()
    await expect(other.locator("#state")).to_have_attribute("data-state", "ringing", timeout=50_000)
    await answers(other, call)
    await call.hangs_up()
    row = await desk.house.call_of("browser-gone")
    assert (row["disposition"], row["hung_up_by"]) == ("agent", "caller")
    assert len(await told(desk.house, row, "TR_REUNITE")) == 1, "it rings at the lost page first"


async def _status(page: Page, method: str, path: str) -> int:
    """Return what the server says to a wish of this page."""
    wish = """async ([method, path]) => (await fetch(path, { method,
        headers: { "X-CSRF-Token": document.querySelector("meta[name=csrf]").content } })).status"""
    return int(await page.evaluate(wish, [method, path]))
