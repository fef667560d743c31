"""Every page in both languages, from a telephone's width to a large screen's: nothing is cut off,
nothing is wider than the window, and people with a screen reader or only a keyboard can use it.
"""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page

from permissions.roles import Role
from tests.integration.browser_room import Shown, shown

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]

WIDTHS = (390, 1280, 1440, 1920)
HEIGHT = 800
CUT = (Path(__file__).parent / "what_is_cut.js").read_text()
AT_WORK = """() => {
  const texts = {
    name: "Bartholomew Featherstone", number: "1001", role: "team leader", state: "wraps up",
    reason: "training", since: "1:02:03", seat: "w01", calls: "120", talk: "2:03:04", missed: "12",
  };
  for (let row = 0; row < 3; row += 1) {
    const made = document.querySelector("#agent-row").content.cloneNode(true);
    for (const [name, text] of Object.entries(texts)) {
      const place = made.querySelector(`[data-${name}]`);
      if (place) place.textContent = text;
    }
    document.querySelector("#agents").append(made);
  }
}"""
"""People at work, as the page draws them; here is no switch that would tell of any."""

SERIOUS = {"serious", "critical"}
WRONG = {"resultTypes": ["violations"]}
OF_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
THEMES: Mapping[str, dict[str, Any]] = {"light": WRONG, "dark": WRONG | OF_COLOURS}
"""What axe is asked: everything, and once more what the other theme may change."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shown]:
    async with shown(tmp_path_factory.mktemp("shown")) as found:
        yield found


async def _each_page(desk: Shown, language: str) -> AsyncIterator[tuple[str, Page]]:
    """Give every page, opened once."""
    windows: dict[Role | None, BrowserContext] = {}
    for path, role in desk.pages():
        if role not in windows:
            windows[role] = await desk.window(role, width=1280, language=language)
        page = await windows[role].new_page()
        answer = await page.goto(path)
        assert answer is not None
        assert answer.status < 500, path
        if path == "/floor":
            await page.evaluate(AT_WORK)
        yield path, page
        await page.close()
    for window in windows.values():
        await window.close()


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_nothing_is_cut_off_and_nothing_is_wider_than_the_window(
    desk: Shown, language: str
) -> None:
    wrong: list[str] = []
    async for path, page in _each_page(desk, language):
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": HEIGHT})
            if not await page.locator("body.at-work").count():
                whole: int = await page.evaluate("document.documentElement.scrollHeight")
                await page.set_viewport_size({"width": width, "height": min(9000, whole + 100)})
            wrong += [f"{path} at {width}: {each}" for each in await page.evaluate(CUT)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.thorough
async def test_nothing_serious_stands_in_the_way_of_those_who_hear_or_type_a_page(
    desk: Shown,
) -> None:
    wrong: list[str] = []
    axe = Axe()
    async for path, page in _each_page(desk, "en"):
        for theme, asked in THEMES.items():
            await page.evaluate(f"document.documentElement.dataset.theme = {theme!r}")
            found: dict[str, Any] = (await axe.run(page, options=asked)).response
            wrong += [
                f"{path} {theme}: {_told(each)}" for each in found["violations"] if _bad(each)
            ]
        heads = await page.locator("h1").count()
        if heads != 1:
            wrong.append(f"{path}: {heads} headings of the page")
        if await page.locator(".rail").count() and not await page.locator("a.skip").count():
            wrong.append(f"{path}: no way past the navigation")
    assert not wrong, "\n".join(wrong)


def _bad(violation: dict[str, Any]) -> bool:
    return violation["impact"] in SERIOUS


def _told(violation: dict[str, Any]) -> str:
    where = "; ".join(str(node["html"])[:160] for node in violation["nodes"][:3])
    why = violation["nodes"][0]["failureSummary"].splitlines()[-1].strip()
    return f"{violation['id']}: {where} ({why})"
