"""A leader who listens to a call from the wallboard, and then whispers: one press, no new ring."""

from collections.abc import Callable

import pytest
from playwright.async_api import expect

from caller.listen import Samples
from caller.phone import Phone
from tests.end_to_end.browser import Desk, chromium, desk, noted, staff
from tests.end_to_end.kinds import AGENTS_AT_PAGES
from tests.end_to_end.pages.talks import answers, are_talking, asks_for_an_agent

__all__ = ["chromium", "desk", "staff"]

pytestmark = pytest.mark.real
HOTLINE = AGENTS_AT_PAGES


async def test_a_leader_who_listens_changes_over_to_a_whisper(
    desk: Desk, phone: Phone, words: Callable[[float], Samples]
) -> None:
    page = await desk.signed_in("1001")
    await desk.on_duty(page)
    desk.staff.hires("2001", "team-leader")
    leader = await desk.signed_in("2001")
    await leader.goto("/work")
    await desk.on_duty(leader)
    await leader.select_option("#pause", "meeting")
    await expect(leader.locator("#state")).to_have_attribute("data-state", "paused")
    call = await asks_for_an_agent(desk, phone, words(1.5), "watched")
    await answers(page, call)
    board = await leader.context.new_page()
    await board.goto("/floor")
    row = board.locator("tr[data-agent='1001']")
    await row.locator("[data-watch=listen]").click()
    await expect(leader.locator("#state")).to_have_attribute("data-state", "ringing")
    await leader.keyboard.press("F2")
    await expect(row.locator("[data-watch=listen]")).to_have_attribute("aria-pressed", "true")
    await expect(leader.locator("#hang-up")).to_be_enabled()
    rang = [one.what for one in await noted(leader)].count("rang")
    for how in ("whisper", "join"):
        await row.locator(f"[data-watch={how}]").click()
        await expect(row.locator(f"[data-watch={how}]")).to_have_attribute("aria-pressed", "true")
        await expect(row.locator("[data-watch=listen]")).to_have_attribute("aria-pressed", "false")
    await expect(page.locator("#others")).to_contain_text("2001")
    assert [one.what for one in await noted(leader)].count("rang") == rang, "it rang anew"
    heard = len(call.heard())
    await are_talking(page, call, since=heard)
    await call.hangs_up()
