"""Screenshots of what all pages share: navigation, search, components.

Needs no switch: a desk with something on every page is enough. `python -m scripts.screenshots`
takes these too.
"""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Page

from permissions.roles import Role
from settings import PROJECT
from tests.integration.browser_room import Shown, shown

FOLDER = PROJECT / "docs" / "pages"
SETTLED_MS = 500


async def draw(desk: Shown) -> None:
    """Shoot the shell as several people see it."""
    leader = await desk.window(Role.TEAM_LEADER, width=1440, language="zh")
    page = await leader.new_page()
    await _screenshot(page, "/home", "home.zh")
    english = await desk.window(Role.TEAM_LEADER, width=1280, language="en")
    page = await english.new_page()
    await page.goto("/callbacks")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("138123")
    await page.locator("#find-found a").first.wait_for()
    await page.keyboard.press("ArrowDown")
    await _screenshot(page, "", "search.en")
    appearance = {"theme": "dark", "density": "dense"}
    boss = await desk.window(Role.ADMINISTRATOR, width=1440, language="en", **appearance)
    await _screenshot(await boss.new_page(), "/components", "components.en")


async def _screenshot(page: Page, path: str, name: str) -> None:
    if path:
        await page.goto(path)
    await page.wait_for_timeout(SETTLED_MS)
    await page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
    print(f"screenshots: {name}")


async def main() -> None:
    """Take all screenshots anew."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="screenshots-") as home:
        async with shown(Path(home)) as desk:
            await draw(desk)


if __name__ == "__main__":
    asyncio.run(main())
