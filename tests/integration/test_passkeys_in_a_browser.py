"""Passkeys in a real browser with an authenticator of its own (CDP WebAuthn), by the keyboard."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, CDPSession, Page, expect

from permissions.roles import Role
from tests.integration.browser_room import Shown, shown
from tests.integration.desk_room import NUMBERS, PASSWORD

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]
WHO = Role.INSPECTOR
INSIDE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shown]:
    async with shown(tmp_path_factory.mktemp("passkeys")) as found:
        yield replace(found, address=found.address.replace("127.0.0.1", "localhost"))


async def with_authenticator(window: BrowserContext) -> tuple[Page, CDPSession, str]:
    page = await window.new_page()
    spoken = await window.new_cdp_session(page)
    await spoken.send("WebAuthn.enable")
    made = await spoken.send("WebAuthn.addVirtualAuthenticator", {"options": INSIDE})
    return page, spoken, made["authenticatorId"]


async def is_fine(page: Page) -> None:
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


async def add(page: Page, name: str, *, button: str) -> None:
    await page.goto("/password/passkeys")
    form = page.locator("form[data-passkey=add]")
    await form.locator("input[name=name]").focus()
    await page.keyboard.type(name)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Tab")
    await expect(form.get_by_role("button", name=button)).to_be_focused()
    await page.keyboard.press("Enter")


async def test_a_passkey_is_added_and_signs_in_alone_and_beside_the_password(desk: Shown) -> None:
    window = await desk.window(WHO, width=390, language="en")
    page, spoken, key = await with_authenticator(window)
    await add(page, "This desk", button="Add a passkey")
    await expect(page.get_by_text("Remove “This desk”")).to_be_visible()
    await is_fine(page)

    await add(page, "Once more", button="Add a passkey")
    await expect(page.get_by_role("alert")).to_contain_text("has a passkey for you already")

    await window.clear_cookies(name="thirdring")
    await page.goto("/login?next=/password")
    await page.get_by_role("button", name="Sign in with a passkey").press("Enter")
    await page.wait_for_url("**/password")

    await window.clear_cookies(name="thirdring")
    await page.goto("/login?next=/password/passkeys")
    for _ in range(2):
        await page.get_by_label("Staff number").fill(NUMBERS[WHO])
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        beside = page.get_by_role("button", name="Use a passkey instead of the code")
        if await beside.count():
            break
        await page.get_by_role("button", name="Sign in", exact=True).press("Enter")
        await expect(page.get_by_label("or a recovery code")).to_be_visible()
        await is_fine(page)
    await beside.press("Enter")
    await page.wait_for_url("**/password/passkeys")
    await expect(page.get_by_text("Used last")).to_be_visible()

    await window.clear_cookies(name="thirdring")
    await spoken.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    await page.goto("/login")
    await page.get_by_role("button", name="Sign in with a passkey").press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Nothing was signed")
    await window.close()


async def test_in_chinese_a_passkey_is_added_renamed_and_removed_by_the_keyboard(
    desk: Shown,
) -> None:
    window = await desk.window(Role.DEPARTMENT, width=1280, language="zh")
    page, *_ = await with_authenticator(window)
    await add(page, "办公室", button="添加通行密钥")
    name = page.locator("[data-passkey-id] input[name=name]")
    await expect(name).to_have_value("办公室")
    await is_fine(page)
    await name.fill("手机")
    await name.press("Enter")
    await expect(page.get_by_text("移除“手机”")).to_be_visible()
    await page.get_by_text("移除“手机”").press("Enter")
    password = page.locator("[data-passkey-id] input[name=password]")
    await password.fill("not-the-one-at-all")
    await password.press("Enter")
    await expect(page.get_by_role("alert").first).to_be_visible()
    await page.get_by_text("移除“手机”").press("Enter")
    await password.fill(PASSWORD)
    await password.press("Enter")
    await expect(page.get_by_text("您还没有通行密钥")).to_be_visible()
    await window.close()
