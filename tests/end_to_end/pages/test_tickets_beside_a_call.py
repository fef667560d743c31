"""The ticket beside a call: whose it is, what it lacks, what was promised; nothing moves it."""

import asyncio
import re
from collections.abc import Callable

import pytest
from playwright.async_api import Page, Route, expect

from caller.leg import Leg
from caller.listen import Samples
from caller.phone import Phone
from tests.end_to_end.browser import Desk, chromium, desk, staff
from tests.end_to_end.kinds import AGENTS_AT_PAGES
from tests.end_to_end.pages.talks import asks_for_an_agent
from tests.waiting import until

__all__ = ["chromium", "desk", "staff"]

pytestmark = pytest.mark.real
HOTLINE = AGENTS_AT_PAGES
WORDS = Callable[[float], Samples]
BODY = "textarea[name=body]"


async def _rings(desk: Desk, page: Page, phone: Phone, words: WORDS, ref: str) -> Leg:
    call = await asks_for_an_agent(desk, phone, words(1.5), ref)
    await expect(page.locator("#state")).to_have_attribute("data-state", "ringing")
    return call


async def _talks(page: Page) -> None:
    await page.keyboard.press("F2")
    await expect(page.locator("#state")).to_have_attribute("data-state", "talking")
    await expect(page.locator("#ticket-fields:not([disabled])")).to_be_visible()


async def _is_free(page: Page) -> None:
    await expect(page.locator("#state")).to_have_attribute("data-state", "ready")


async def test_the_next_caller_does_not_stand_beside_the_last_ones_ticket(
    desk: Desk, phone: Phone, words: WORDS
) -> None:
    page = await desk.signed_in("1021")
    await desk.on_duty(page)
    first = await _rings(desk, page, phone, words, "first")
    await _talks(page)
    await page.fill(BODY, "half a sentence")
    await first.hangs_up()
    await _is_free(page)
    second = await _rings(desk, page, phone, words, "second")
    assert await page.input_value(BODY) == ""
    await expect(page.locator("#ticket-fields")).to_have_attribute("disabled", "")
    await _talks(page)
    chip = page.locator("#to-finish .chip")
    await expect(chip).to_have_count(1)
    await page.fill(BODY, "of the second")
    await chip.click()
    await expect(page.locator(BODY)).to_have_value("half a sentence")
    await expect(page.locator("#pop-finishing")).to_be_visible()
    await page.fill(BODY, "a whole sentence")
    await page.check("input[name=state][value=answered]", force=True)
    await page.click("#finishing-back")
    await expect(page.locator(BODY)).to_have_value("of the second")
    await expect(page.locator("#pop-finishing")).to_be_hidden()
    await expect(chip).to_have_count(0)
    await second.hangs_up()
    row = await desk.house.call_of("first")
    kept = await desk.house.rows(
        "SELECT body, state FROM tickets WHERE call_id = :id", id=row["id"]
    )
    assert [(each["body"], each["state"]) for each in kept] == [("a whole sentence", "answered")]


async def test_what_is_typed_while_the_desk_is_slow_is_kept(
    desk: Desk, phone: Phone, words: WORDS
) -> None:
    """The page hears of its call again and again while the first answer is still on its way."""
    page = await desk.signed_in("1021")
    await desk.on_duty(page)
    opened = []

    async def late(route: Route) -> None:
        opened.append(route.request.url)
        await asyncio.sleep(0.5 * len(opened))
        await route.continue_()

    await page.route(re.compile(r"/api/v1/calls/[^/]+/ticket$"), late)
    call = await _rings(desk, page, phone, words, "slow")
    await _talks(page)
    await page.check("input[name=kind][value=complaint]", force=True)
    await page.fill(BODY, "account number unreadable")
    await expect(page.locator("#ticket-told")).to_have_text("已保存")
    await call.hangs_up()
    await _is_free(page)
    row = await desk.house.call_of("slow")
    kept = await desk.house.rows("SELECT body FROM tickets WHERE call_id = :id", id=row["id"])
    assert [each["body"] for each in kept] == ["account number unreadable"]
    assert len(opened) == 1


async def test_nothing_moves_and_everything_is_said_while_a_ticket_is_written(
    desk: Desk, phone: Phone, words: WORDS
) -> None:
    page = await desk.signed_in("1022")
    await desk.on_duty(page)
    call = await _rings(desk, page, phone, words, "written")
    await _talks(page)
    before = await page.locator(BODY).bounding_box()
    await page.fill("#knowledge-ask", "a")
    await expect(page.locator("#knowledge-found li")).not_to_have_count(0)
    assert await page.locator(BODY).bounding_box() == before
    callback = page.locator("[data-callback='30']")
    for _ in range(3):
        await callback.click()
    await expect(callback).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#callback-told")).to_be_in_viewport(ratio=1)
    await page.check("input[name=state][value=dispatched]", force=True)
    await expect(page.locator("#ticket-department-told")).not_to_be_empty()
    await page.fill("input[name=department]", "Lines")
    await expect(page.locator("#ticket-department-told")).to_be_empty()
    await call.hangs_up()
    row = await desk.house.call_of("written")
    await until(
        lambda: desk.house.rows(
            "SELECT id FROM tickets WHERE call_id = :id AND state = 'dispatched'", id=row["id"]
        ),
        within=15,
        what="the ticket is dispatched",
    )
    made = "SELECT id FROM callbacks WHERE call_id = :id"
    assert len(await desk.house.rows(made, id=row["id"])) == 1


async def test_the_same_complaint_once_more_is_offered_and_linked_by_the_agent(
    desk: Desk, phone: Phone, words: WORDS
) -> None:  # TKT-13
    page = await desk.signed_in("1021")
    await desk.on_duty(page)
    for ref, body in (("before", "宽带从早上起断线"), ("again", "宽带还是断线，请快修")):
        call = await _rings(desk, page, phone, words, ref)
        await _talks(page)
        await page.check("input[name=kind][value=complaint]", force=True)
        await page.fill(BODY, body)
        if ref == "again":
            break
        await call.hangs_up()
        await _is_free(page)
    offer = page.locator("#ticket-alike")
    await expect(offer.get_by_role("link")).to_have_count(1)
    first = str(await offer.get_by_role("link").text_content())
    linked = "SELECT how FROM ticket_repeats WHERE undone_at IS NULL"
    assert await desk.house.rows(linked) == [], "nothing happens by itself"
    await offer.get_by_role("button").click()
    await expect(offer.get_by_role("link")).to_have_text(first)
    await until(lambda: desk.house.rows(linked), within=10, what="the ticket is linked")
    await call.hangs_up()
    [row] = await desk.house.rows("SELECT what FROM ticket_entries WHERE what = 'repeated'")
    assert row
