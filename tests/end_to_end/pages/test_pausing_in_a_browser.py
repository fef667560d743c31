"""An agent pauses the recording in the page, with Alt+P, and a leader sees it in the player."""

import re
from collections.abc import Callable

import pytest
from playwright.async_api import Page, expect

from caller.listen import RATE, Samples
from caller.phone import Phone
from tests.end_to_end.browser import (
    CALLER_HZ,
    MICROPHONE_HZ,
    Desk,
    beeps,
    chromium,
    desk,
    it_is_so,
    share_of,
    staff,
)
from tests.end_to_end.house import Row
from tests.end_to_end.kinds import AGENTS_AT_PAGES
from tests.end_to_end.pages.talks import answers, asks_for_an_agent
from tests.end_to_end.voices import sides
from tests.waiting import until

__all__ = ["chromium", "desk", "staff"]

pytestmark = pytest.mark.real
HOTLINE = AGENTS_AT_PAGES
LONGEST_S = 120
_LEFT = "document.querySelector('#recording-left').textContent"
_HATCHED = re.compile(r"\[\[[\d.]+,[\d.]+\]\]")


async def _pauses(desk: Desk, row: Row) -> list[Row]:
    query = "SELECT * FROM recording_pauses WHERE call_id = :call ORDER BY id"
    return await desk.house.rows(query, call=row["id"])


async def _is_recorded(page: Page, *, paused: bool) -> None:
    key = page.locator("#pause-recording")
    await expect(key).to_have_attribute("aria-pressed", str(paused).lower())


async def _seconds_left(page: Page) -> int:
    said = await page.locator("#recording-left").inner_text()
    return int("".join(one for one in said if one.isdigit()))


async def test_a_page_pauses_counts_down_goes_on_and_the_player_shows_it(
    desk: Desk, phone: Phone, words: Callable[[float], Samples]
) -> None:
    page = await desk.signed_in("1001")
    await desk.on_duty(page)
    await expect(page.locator("#pause-recording")).to_be_disabled()
    call = await asks_for_an_agent(desk, phone, words(1.5), "paused-in-the-page")
    await answers(page, call)
    call.has_a_noisy_line(beeps(CALLER_HZ))
    await call.waits(2.0)
    await page.focus("textarea[name=body]")
    await page.keyboard.press("Alt+P")  # also while one types
    await _is_recorded(page, paused=True)
    assert LONGEST_S - 10 < await _seconds_left(page) <= LONGEST_S
    before = await _seconds_left(page)
    await it_is_so(page, f"parseInt({_LEFT}.replace(/\\D/g, '')) < {before}")
    await call.waits(3.0)
    await page.keyboard.press("Alt+P")
    await _is_recorded(page, paused=False)
    await expect(page.locator("#recording-left")).to_be_hidden()
    await call.waits(3.0)
    await page.keyboard.press("F4")
    await call.ended(within=20)
    row = await desk.house.call_of("paused-in-the-page")
    [pause] = await _pauses(desk, row)
    assert (pause["by"], pause["why"], pause["ended_how"]) == ("1001", "card", "resumed")
    left, right = await sides(desk.house, row)
    for side, tone in ((left, CALLER_HZ), (right, MICROPHONE_HZ)):
        assert share_of(tone, side[-3 * RATE :]) > 0.2, "it did not go on"
    await _is_seen(desk, row)


async def test_a_page_that_is_loaded_again_in_a_pause_still_counts(
    desk: Desk, phone: Phone, words: Callable[[float], Samples]
) -> None:
    page = await desk.signed_in("1001")
    page.on("dialog", lambda dialog: dialog.accept())
    await desk.on_duty(page)
    call = await asks_for_an_agent(desk, phone, words(1.5), "paused-and-reloaded")
    await answers(page, call)
    await page.click("#pause-recording")
    await _is_recorded(page, paused=True)
    await page.reload()
    await _is_recorded(page, paused=True)
    assert 0 < await _seconds_left(page) <= LONGEST_S
    await page.click("#pause-recording")
    await _is_recorded(page, paused=False)
    await page.keyboard.press("F4")
    await call.ended(within=20)


async def _is_seen(desk: Desk, row: Row) -> None:
    """The leader's player hatches the pause, and the page says who paused it and for what."""
    desk.forgiven = ("/analysis",)  # of a call that has just ended there may be none yet
    desk.staff.hires("2001", "team-leader")
    page = await desk.signed_in("2001")
    await page.goto(f"/calls/{row['id']}")
    wave = page.locator("[data-wave]").first
    await expect(wave).to_have_attribute("data-pauses", _HATCHED)
    await expect(page.locator(".legend .paused")).to_be_visible()
    await expect(page.locator("section.pauses li")).to_have_count(1)
    await expect(page.locator("section.pauses li")).to_contain_text("1001")
    await page.goto("/recording-pauses")
    await expect(page.locator("tbody tr")).to_have_count(1)
    await until(
        lambda: desk.house.rows("SELECT id FROM audit_log WHERE action = 'recording_pause.list'"),
        within=10,
        what="the look is on record",
    )
