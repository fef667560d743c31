"""A caller and an agent whose phone is in the page: the pop, the sound both ways, a reload."""

import contextlib
import signal
from collections.abc import Callable

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, expect

from caller import audio
from caller.listen import Samples
from caller.phone import Answering, Phone
from tests.end_to_end.browser import (
    CALLER_HZ,
    MICROPHONE_HZ,
    Desk,
    beeps,
    chromium,
    desk,
    it_is_so,
    noted,
    share_of,
    staff,
)
from tests.end_to_end.house import House, Row
from tests.end_to_end.kinds import AGENTS_AT_PAGES
from tests.end_to_end.pages.talks import (
    DEAD_AIR_S,
    answers,
    are_talking,
    asks_for_an_agent,
    longest_silence,
)
from tests.waiting import until

__all__ = ["chromium", "desk", "staff"]

pytestmark = pytest.mark.real
HOTLINE = AGENTS_AT_PAGES


async def _is_away(house: House, number: str) -> bool:
    """Return whether the queue would not ring somebody now."""
    return number not in await house.idle()


async def _hangs_up(page: Page) -> None:
    await page.keyboard.press("F4")
    await expect(page.locator("#state")).not_to_have_attribute("data-state", "talking")


async def test_caller_and_agent_hear_each_other_through_the_page(
    desk: Desk, phone: Phone, words: Callable[[float], Samples]
) -> None:
    page = await desk.signed_in("1001")
    await desk.on_duty(page)
    call = await asks_for_an_agent(desk, phone, words(1.5), "in-the-page")
    await answers(page, call)
    await expect(page.locator("#pop-number")).to_have_text("13800138000")
    await call.says(beeps(CALLER_HZ))
    await _hangs_up(page)
    await call.ended(within=20)
    lived = [each.what for each in await noted(page)]
    assert lived.index("popped") < lived.index("rang"), "it rang before the caller was in sight"
    row = await desk.house.call_of("in-the-page")
    assert (row["agent"], row["disposition"]) == ("1001", "agent")
    recording = await desk.house.recording_of(row)
    left, right = audio.read_stereo(desk.house.settings.paths.store / recording["path"])
    assert share_of(CALLER_HZ, left) > 0.3 > share_of(MICROPHONE_HZ, left)
    assert share_of(MICROPHONE_HZ, right) > 0.3 > share_of(CALLER_HZ, right)
    assert share_of(MICROPHONE_HZ, call.heard()) > 0.3, "the caller did not hear the agent"
    await _is_found_and_heard(desk, row)


async def _is_found_and_heard(desk: Desk, row: Row) -> None:
    """QA-5: somebody types the number, says why, hears the call; that is kept."""
    desk.staff.hires("2001", "team-leader")
    page = await desk.signed_in("2001")
    await page.goto("/calls")
    await page.fill("#q", "13800138000")
    await page.keyboard.press("Enter")
    await page.click(f"#calls a[href='/calls/{row['id']}']")
    await page.click("[data-play]")
    await page.check("dialog input[name=reason] >> nth=0")
    await page.keyboard.press("Enter")
    await it_is_so(page, "document.querySelector('[data-voice]').currentTime > 0.5")
    entries = await until(
        lambda: desk.house.rows(
            "SELECT account_id, why FROM audit_log WHERE action = 'recording.audio'"
        ),
        within=10,
        what="the look is on record",
    )
    assert all(look["account_id"] and look["why"] for look in entries)


async def test_a_page_loaded_again_in_a_call_gets_its_caller_back(
    desk: Desk, phone: Phone, words: Callable[[float], Samples]
) -> None:
    page = await desk.signed_in("1001")
    page.on("dialog", lambda dialog: dialog.accept())
    await desk.on_duty(page)
    call = await asks_for_an_agent(desk, phone, words(1.5), "reloaded")
    await answers(page, call)
    left, heard = call.now, len(call.heard())
    await page.reload()
    await are_talking(page, call, since=heard)
    await call.says(beeps(CALLER_HZ, 2.0))
    back = call.now
    await _hangs_up(page)
    await call.ended(within=20)
    assert longest_silence(call, left, back) < DEAD_AIR_S, "the caller was left in dead air"
    row = await desk.house.call_of("reloaded")
    assert row["agent"] == "1001"
    recording = await desk.house.recording_of(row)
    caller, _ = audio.read_stereo(desk.house.settings.paths.store / recording["path"])
    assert share_of(CALLER_HZ, caller[heard:]) > 0.3, "the recording ends with the reload"


async def test_a_browser_killed_in_a_call_costs_the_caller_nothing_but_a_wait(
    desk: Desk, phone: Phone, words: Callable[[float], Samples]
) -> None:
    page = await desk.signed_in("1001")
    await desk.on_duty(page)
    call = await asks_for_an_agent(desk, phone, words(1.5), "killed")
    await answers(page, call)
    colleague = await phone.register("8001", desk.house.password("8001"))
    colleague.answering = Answering(after=0.5, says=words(3.0))
    crashing = await desk.browser.new_browser_cdp_session()
    left = call.now
    with contextlib.suppress(PlaywrightError):
        await crashing.send("Browser.crash")
    await until(lambda: _is_away(desk.house, "1001"), within=15, what="1001 is not rung", every=0.1)
    leg = await colleague.rings(within=40)
    await leg.answered(within=10)
    await call.hears_words(within=10)
    back = call.now
    await call.hangs_up()
    assert longest_silence(call, left, back) < DEAD_AIR_S, "the caller was left in dead air"
    row = await desk.house.call_of("killed")
    assert row["disposition"] == "agent"
    await desk.house.recording_of(row)


async def test_a_desk_that_dies_in_a_call_is_not_heard_by_anybody(
    desk: Desk, phone: Phone, words: Callable[[float], Samples]
) -> None:
    desk.forgiven = ("ERR_", "Failed to load resource", "503")
    page = await desk.signed_in("1001")
    await desk.on_duty(page)
    call = await asks_for_an_agent(desk, phone, words(1.5), "desk-died")
    await answers(page, call)
    left, heard = call.now, len(call.heard())
    pid = desk.house.signal("desk", signal.SIGKILL)
    await call.says(beeps(CALLER_HZ, 2.0))
    await desk.house.is_back("desk", after=pid, within=60)
    await expect(page.locator("#trouble")).to_be_hidden()
    await are_talking(page, call, since=heard)
    assert longest_silence(call, left, call.now) < DEAD_AIR_S
    await expect(page.locator("#ticket-fields")).to_be_enabled(timeout=60_000)
    await page.fill("textarea[name=body]", "after the desk came back")
    await _hangs_up(page)
    await call.ended(within=20)
    row = await desk.house.call_of("desk-died")
    assert (row["agent"], row["disposition"]) == ("1001", "agent")
    await until(
        lambda: desk.house.rows(
            "SELECT id FROM tickets WHERE call_id = :id AND body LIKE 'after the desk%'",
            id=row["id"],
        ),
        within=15,
        what="the ticket has what was typed",
    )
