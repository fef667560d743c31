"""What who leads sees of the floor: the figures are those of the server, and say what they mean."""

import pytest
from playwright.async_api import expect

from callflow.call import Language
from desk.words import said
from tests.end_to_end.browser import Desk, chromium, desk, staff
from tests.end_to_end.house import WITH_DESK

__all__ = ["chromium", "desk", "staff"]

pytestmark = pytest.mark.real
HOTLINE = {"parts": WITH_DESK}


async def test_a_leader_at_work_in_no_queue_is_not_counted_as_free(desk: Desk) -> None:
    say = said(Language.CHINESE)
    desk.staff.hires("1001")
    desk.staff.hires("3001", "team-leader")
    await desk.on_duty(await desk.signed_in("1001"))
    works = await desk.signed_in("3001")
    await desk.on_duty(works)
    leader = await works.context.new_page()
    await leader.goto("/floor")
    await expect(leader.locator("#free")).to_have_text("1")
    row = leader.locator("tr[data-agent='3001']")
    await expect(row.locator("[data-state]")).to_have_text(say("floor.state_off_queue"))
    await expect(leader.locator("#others")).to_contain_text(say("floor.state_off_queue"))
    agent = leader.locator("tr[data-agent='1001'] [data-state]")
    await expect(agent).to_have_text(say("floor.state_ready"))
    await expect(leader.locator("#abandoned")).to_have_text(say("floor.abandoned", count=0))
    for figure in ("waiting", "longest", "free", "answered", "missed", "level"):
        tile = leader.locator(".tile", has=leader.locator(f"#{figure}"))
        await expect(tile.locator("h2")).to_have_attribute("title", say(f"figure.{figure}"))
