"""A call of a campaign on the agent's page: whom and why first, the answers as buttons (CBK-3)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import expect

from caller.listen import Samples
from caller.phone import Answering, Phone
from callflow.rules.questions import Result
from features.campaigns.lifecycle import Mode
from tests.end_to_end.browser import Desk, chromium, desk, it_is_so, staff
from tests.end_to_end.outbound.test_campaigns import has, runs

__all__ = ["chromium", "desk", "staff"]

pytestmark = pytest.mark.real
HOTLINE = {"parts": "asterisk calls ledger desk dispatch", "wrap_up_for": 5}
CUSTOMER = "8001"


@pytest.mark.timeout(120)
async def test_the_agent_reads_lifts_asks_and_keeps_the_answers_by_a_click(
    desk: Desk, phone: Phone, words: Callable[[float], Samples]
) -> None:
    says = Answering(after=0.5, says=words(6.0))
    customer = await phone.register(CUSTOMER, desk.house.password(CUSTOMER), says)
    desk.forgiven = ("/ticket'",)  # asked for again until the ledger has the call
    page = await desk.signed_in("1001")
    await desk.on_duty(page)
    by_agents: dict[str, Any] = {
        "mode": Mode.AGENT,
        "preview_for": 3,
        "extra": {"备注": "<b>要回电</b>"},
    }
    async with runs(desk.house, [CUSTOMER], **by_agents) as key:
        await expect(page.locator("#visit")).to_be_visible(timeout=15_000)
        await expect(page.locator("#visit-why")).to_contain_text("回访")
        await expect(page.locator("#visit-extra")).to_contain_text("<b>要回电</b>")
        await expect(page.locator("#pop-state")).to_have_text("3 秒后响铃")
        await expect(page.locator("#pop-number")).to_have_text(CUSTOMER)
        assert not customer.calls
        await it_is_so(page, "seen.some(({ what }) => what === 'rang')")
        await page.keyboard.press("F2")
        leg = await customer.rings(within=15)
        await leg.answered(within=10)
        await expect(page.locator("#state")).to_have_attribute("data-state", "talking")
        await page.check("#visit input[name=satisfaction][value='5']", force=True)
        await page.click("#visit button.main")
        await expect(page.locator("#visit-told")).to_contain_text("没有问完")
        await page.keyboard.press("F4")
        await expect(page.locator("#state")).not_to_have_attribute("data-state", "talking")
        await page.check("#visit input[name=solved][value='1']", force=True)
        await page.click("#visit button.main")
        await expect(page.locator("#visit-told")).to_contain_text("答完")
        done = await has(desk.house, key, CUSTOMER, Result.COMPLETED, within=10)
        await leg.ended(within=20)
    assert dict(done.contact.answers) == {"satisfaction": "5", "solved": "1"}
