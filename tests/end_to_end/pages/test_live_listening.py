"""An inspector hears the call of an agent whose live listening is open, in the browser (QA-1)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.async_api import expect
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from caller.listen import Samples
from caller.phone import Phone
from features.quality_samples.calendar import monday
from features.quality_samples.tables import QualityItemRow
from tests.end_to_end.browser import Desk, chromium, desk, staff
from tests.end_to_end.kinds import AGENTS_AT_PAGES
from tests.end_to_end.matters import Write, write
from tests.end_to_end.pages.talks import answers, are_talking, asks_for_an_agent
from tests.integration.quality_rows import item
from tests.waiting import until

__all__ = ["chromium", "desk", "staff"]

pytestmark = pytest.mark.real
HOTLINE = AGENTS_AT_PAGES


async def test_a_call_is_offered_heard_by_nobody_and_then_scored(
    desk: Desk, phone: Phone, words: Callable[[float], Samples]
) -> None:
    agent = await desk.signed_in("1001")
    await desk.on_duty(agent)
    await write(desk.house, _to_be_heard("1001", datetime.now(desk.house.settings.zone)))
    desk.staff.hires("2002", "inspector")
    inspector = await desk.signed_in("2002")
    assert "/home" in inspector.url, "an inspector's first page is no seat"
    await inspector.goto("/work/listening")
    await inspector.click("#begin-browser")
    await expect(inspector.locator("#nobody")).to_be_visible()
    call = await asks_for_an_agent(desk, phone, words(1.5), "listening")
    await answers(agent, call)
    await expect(inspector.locator("#offered li")).to_contain_text("1001")
    await inspector.keyboard.press("l")
    await expect(inspector.locator("#now-who")).to_contain_text("1001")
    await until(lambda: desk.house.shows("core show channels", "ChanSpy"), within=20)
    await are_talking(agent, call, since=len(call.heard()))
    await expect(agent.locator("#others")).to_be_hidden()
    colleagues = await agent.evaluate("fetch('/api/v1/colleagues').then(found => found.json())")
    assert colleagues["items"] == [], "nobody hands a caller to who only listens"
    await inspector.keyboard.press("F4")
    await expect(inspector.locator("#after-score")).to_be_visible()
    await are_talking(agent, call, since=len(call.heard()))
    await call.hangs_up()
    await inspector.click("#after-score")
    await expect(inspector.locator("main")).to_contain_text("1001")
    with desk.staff.api("2002") as api:
        [heard] = api.get("/api/v1/quality-items", params={"inspector": "2002"}).json()["items"]
        calls = api.get("/api/v1/calls", params={"agent": "1001"}).json()["items"]
    assert heard["subject"] == calls[0]["id"]
    await inspector.goto("/work/listening")
    await inspector.click("#begin-browser")
    await inspector.click("#sign-off")
    await expect(inspector.locator("#begin-browser")).to_be_visible()


def _to_be_heard(agent: str, now: datetime) -> Write:
    begun = monday(now.date())

    async def put(connection: AsyncConnection) -> None:
        fresh = item("live/e2e", thing="live", subject="", call_id=None, reason="live")
        when = {"day": begun, "made_at": now - timedelta(hours=1)}
        await connection.execute(insert(QualityItemRow).values({**fresh, "agent": agent, **when}))

    return put
