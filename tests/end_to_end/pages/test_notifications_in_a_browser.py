"""A team leader tells a street of an emergency, in a real browser (CBK-5)."""

import pytest
from playwright.async_api import Page, expect

from tests.end_to_end.browser import Desk, chromium, desk, staff
from tests.end_to_end.kinds import A_DESK

__all__ = ["chromium", "desk", "staff"]

pytestmark = pytest.mark.real
HOTLINE = A_DESK
BAD = "王小明,滨江花园1栋201,8001;8002\n李梅,老街\n张三,老街,一二三"


async def _records(page: Page) -> None:
    await page.goto("/emergency-notifications")
    await expect(page.locator(".nothing")).to_be_visible()
    await page.fill("input[name=what]", "燃气泄漏")
    await page.fill("input[name=reporter]", "物业")
    await page.fill("textarea[name=message]", "请马上关闭阀门。")
    await page.click("form.card button.main")
    await expect(page.locator("#notification h1")).to_have_text("燃气泄漏")
    await expect(page.locator("#notification")).to_contain_text("正在合成语音")


async def test_nobody_is_rung_before_the_count_is_confirmed_and_progress_is_live(
    desk: Desk,
) -> None:
    desk.staff.hires("3001", "team-leader")
    desk.forgiven = ("422",)
    page = await desk.signed_in("3001")
    await _records(page)
    await page.fill("textarea[name=list]", BAD)
    await page.click("form[action$='/list'] button")
    await expect(page.locator("li.fault")).to_have_text(
        "C3 第 3 行：“一二三”不是电话号码。 服务短号，不能由名单拨打"
    )
    await expect(page.locator("textarea[name=list]")).to_have_value(BAD)
    await page.check("input[name=without_bad]")
    await page.click("form[action$='/list'] button")
    await expect(page.locator("#notification")).to_contain_text(
        "共 2 户：有电话 1 户，无电话 1 户。"
    )
    await expect(page.locator("form[action$='/start']")).to_have_count(0)
    await desk.house.changes("UPDATE incidents SET voice = 'ready'")
    begin = page.locator("form[action$='/start'] button")
    await expect(begin).to_have_text("开始通知 1 户")
    await begin.click()
    await expect(begin).to_have_text("确定拨打 1 户？再按一次")
    await begin.click()
    await expect(page.locator("#notification")).to_contain_text("等待 1")
    await desk.house.changes(
        "UPDATE notification_households SET state = 'told' WHERE state = 'waiting'"
    )
    await expect(page.locator("#notification")).to_contain_text("已通知 1，未通知 0，无电话 1")
    await page.click("a[href$='/door']")
    await expect(page.locator("table.doors tbody tr")).to_have_count(1)
    await page.click("table.doors button")
    await expect(page.locator("table.doors")).to_contain_text("☑")
