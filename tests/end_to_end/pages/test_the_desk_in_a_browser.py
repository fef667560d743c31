"""Somebody comes to work: sign-in, the first page, the language, and what a page asks for."""

import pytest
from playwright.async_api import expect

from callflow.call import Language
from tests.end_to_end.browser import Desk, chromium, desk, it_is_so, staff
from tests.end_to_end.kinds import A_DESK
from web.words import said

__all__ = ["chromium", "desk", "staff"]

pytestmark = pytest.mark.real
HOTLINE = A_DESK


async def test_an_agent_signs_in_and_finds_the_page_to_work_on(desk: Desk) -> None:
    page = await desk.signed_in("1001")
    await expect(page).to_have_url(f"{desk.house.desk}/work")
    await expect(page.locator("#begin-browser")).to_be_visible()


async def test_a_wrong_password_is_told_in_words_and_opens_nothing(desk: Desk) -> None:
    desk.staff.hires("1001")
    desk.forgiven = ("401",)
    page = await desk.window(language="en")
    await page.goto("/work")
    await expect(page).to_have_url(f"{desk.house.desk}/login?next=%2Fwork")
    await page.fill("input[name=number]", "1001")
    await page.fill("input[name=password]", "not the password")
    await page.click("form.login button.main")
    await expect(page.get_by_role("alert")).to_be_visible()
    assert "login." not in await page.inner_text("main"), "a key is shown in place of words"


HEAVIEST = 300_000
"""Bytes over the wire of a page's first load, everything with it."""


@pytest.mark.parametrize(
    ("number", "role", "addresses"),
    [
        ("3001", "team-leader", ("/work", "/floor", "/calls", "/handover", "/knowledge")),
        ("1000", "administrator", ("/accounts", "/password")),
    ],
)
async def test_a_first_load_is_light_and_asks_nobody_else(
    desk: Desk, number: str, role: str, addresses: tuple[str, ...]
) -> None:
    desk.staff.hires(number, role)
    page = await desk.signed_in(number)
    wire = await page.context.new_cdp_session(page)
    await wire.send("Network.enable")
    await wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    weights: list[int] = []
    wire.on("Network.loadingFinished", lambda done: weights.append(done["encodedDataLength"]))
    for address in addresses:
        weights.clear()
        answer = await page.goto(address)
        assert answer is not None
        assert answer.status == 200, f"{address}: {answer.status}"
        assert 0 < sum(weights) <= HEAVIEST, f"{address} weighs {sum(weights)} bytes"


async def test_a_guest_whom_nobody_woke_is_seen_and_heard_until_somebody_says_awake(
    desk: Desk,
) -> None:
    desk.staff.hires("4001", "switchboard")
    page = await desk.signed_in("4001")
    await page.goto("/wake-ups")
    await page.fill("input[name=room]", "8001")
    await page.fill("input[name=guest]", "王小明")
    await page.click("form.card button.main")
    await expect(page.locator("#night tbody tr").first).to_contain_text("王小明")
    await expect(page.locator("#alarm")).to_be_hidden()
    await desk.house.changes("UPDATE wake_ups SET state = 'alarm', next_at = NULL, tries = 4")
    await expect(page.locator("#alarm")).to_be_visible()
    await it_is_so(page, "seen.some(({ what }) => what === 'rang')")
    await page.click("#quiet")
    await expect(page.locator("#quiet")).to_be_hidden()
    await page.click("form[action$='/awake'] button")
    await expect(page.locator("main")).to_contain_text("已醒")
    await page.goto("/wake-ups")
    await expect(page.locator("#alarm")).to_be_hidden()


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
