"""A browser in which an agent works, and what must never happen in it.

    async def test_…(desk: Desk) -> None:
        page = await desk.signed_in("1001")
        await desk.on_duty(page)

A real Chromium without a screen, whose microphone is a sound file. A test fails with what its pages
complained of: errors on the console, a breach of the content security policy (the console tells
those too), a request to anybody but this desk and its switch.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    async_playwright,
    expect,
)
from playwright.async_api import (
    Error as PlaywrightError,
)

from caller import audio
from caller.listen import RATE, Samples
from settings import Settings
from tests.end_to_end.house import House
from tests.end_to_end.staff import Staff
from tests.waiting import until
from tools import chromium as installed

PATIENCE_MS = 20_000
"""How long a page may take to show anything, on a machine that does much else."""

MICROPHONE_HZ, CALLER_HZ = 620.0, 1150.0
"""What the agent's microphone and the caller are made to sound like, to be told apart."""

expect.set_options(timeout=PATIENCE_MS)

FLAGS = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

SPY = """
(() => {
  const seen = (globalThis.seen = []);
  const now = () => performance.timeOrigin + performance.now();
  const note = (what, call, ms = null) => seen.push({ what, call, ms, at: now() });
  globalThis.WebSocket = class extends WebSocket {
    constructor(...words) {
      super(...words);
      this.addEventListener("message", ({ data }) => {
        const call = /^INVITE [^]*?\\r\\nX-Call: (\\S+)/.exec(data)?.[1];
        if (call) note("invited", call);
      });
    }
  };
  const plain = globalThis.fetch;
  globalThis.fetch = (address, options) => {
    if (address === "/live/seen") {
      const { call, ms } = JSON.parse(options.body);
      note("popped", call, ms);
    }
    return plain(address, options);
  };
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...words) {
    note("rang", "");
    return start.apply(this, words);
  };
})();
"""
"""Notes in a page when its phone is invited, when it has drawn the caller, when it rings aloud."""


@dataclass(frozen=True)
class Noted:
    """Something a page lived through; `at` in ms since 1970."""

    what: str
    call: str
    at: float
    ms: float | None
    """What the page told of the caller's way to the screen; None but for `popped`."""


async def noted(page: Page) -> list[Noted]:
    """Return what the page lived through since it was loaded."""
    return [Noted(**each) for each in await page.evaluate("seen")]


async def it_is_so(page: Page, what: str, *, within: float = 20.0) -> None:
    """Wait until an expression is true in a page (whose policy lets no string be waited for)."""
    await until(lambda: page.evaluate(what), within=within, what=what)


def beeps(hertz: float, seconds: float = 4.0) -> Samples:
    """Return a tone that comes and goes three times a second: steady ones are taken for noise."""
    time = np.arange(int(seconds * RATE)) / RATE
    swell = np.clip(np.sin(2 * np.pi * 3 * time) * 4, 0, 1)
    return np.asarray(np.sin(2 * np.pi * hertz * time) * swell * 12_000, dtype=np.int16)


def share_of(hertz: float, samples: Samples) -> float:
    """Return how much of the sound's power lies within 60 Hz of a tone: 0…1."""
    if not len(samples):
        return 0.0
    power = np.abs(np.fft.rfft(samples.astype(np.float64))) ** 2
    at = np.fft.rfftfreq(len(samples), 1 / RATE)
    heard = power[at > 100].sum()
    return float(power[np.abs(at - hertz) < 60].sum() / heard) if heard else 0.0


@dataclass
class Desk:
    """The pages of a running hotline, in a browser; and who may sign in."""

    house: House
    staff: Staff
    browser: Browser
    faults: list[str] = field(default_factory=list)
    forgiven: tuple[str, ...] = ()
    """Parts of complaints that belong to what a test does to the desk."""

    async def window(self, *, language: str = "zh", width: int = 1280, height: int = 800) -> Page:
        """Return a new, empty window of somebody who has no cookie yet."""
        context = await self.browser.new_context(
            base_url=self.house.desk,
            locale="zh-CN" if language == "zh" else "en-US",
            viewport={"width": width, "height": height},
            permissions=["microphone"],
        )
        context.set_default_timeout(PATIENCE_MS)
        await context.add_cookies([{"name": "language", "value": language, "url": self.house.desk}])
        await context.add_init_script(SPY)
        self._watch(context)
        return await context.new_page()

    async def signed_in(self, number: str, page: Page | None = None, **window: str | int) -> Page:
        """Return a window in which this person has signed in, on the first page of their role."""
        person = self.staff.hires(number)
        page = page or await self.window(**window)  # type: ignore[arg-type]  # window's own
        await page.goto("/login")
        await page.fill("input[name=number]", number)
        await page.fill("input[name=password]", person.password)
        await page.click("form.login button.main")
        await expect(page.locator("header.top")).to_be_visible()
        return page

    async def on_duty(self, page: Page, seat: str = "browser") -> str:
        """Begin work on the agent's page: in the browser, or at a desk phone; return the seat.

        Who is on duty still, from a page that was closed a moment ago, goes on there.
        """
        state = page.locator("#state")
        for _ in range(5):
            with suppress(PlaywrightError):  # it began by itself, and the button was gone
                if seat != "browser":
                    await page.select_option("#begin-phone-number", seat, timeout=2000)
                button = "#begin-browser" if seat == "browser" else "#begin-phone button"
                await page.click(button, timeout=2000)
            if await state.get_attribute("data-state") != "off":
                break
        if await state.get_attribute("data-state") == "paused":
            await page.click("#ready")
        await expect(state).to_have_attribute("data-state", "ready")
        said = await page.inner_text("#seat")
        found = seat if seat != "browser" else said.split()[-1]
        await self.is_rung(found)
        return found

    async def is_rung(self, seat: str) -> None:
        """Wait until Asterisk has a way to the seat's phone."""
        await until(
            lambda: self.house.shows("pjsip show contacts", f"{seat}/sip:"),
            within=20,
            what=f"{seat} is registered",
            every=0.2,
        )

    def _watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"error: {error.error}"))
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text} {message.location}")

    def _request(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme not in {"data", "blob"} and where.hostname != "127.0.0.1":
            self.faults.append(f"request to another host: {request.url}")

    def unforgiven(self) -> list[str]:
        """Return the complaints of the pages that no test brought about."""
        return [fault for fault in self.faults if not any(part in fault for part in self.forgiven)]


@asynccontextmanager
async def chromium_with(microphone: Path) -> AsyncIterator[Browser]:
    """Run a Chromium that hears a sound file as its microphone, over and over."""
    found = installed.find(Settings())
    if found is None:
        pytest.skip("no Chromium on this machine; `make test` brings one where it can")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=str(found.program),
            env={**os.environ, **found.environment},
            args=[*FLAGS, f"--use-file-for-fake-audio-capture={microphone}"],
        )
        try:
            yield browser
        finally:
            await browser.close()


_STAFF: dict[Path, Staff] = {}
"""Who has an account, by the home of their hotline, which modules share."""


@pytest.fixture
def staff(house: House) -> Staff:
    """The people of this hotline."""
    return _STAFF.setdefault(house.home, Staff(house))


@pytest_asyncio.fixture
async def chromium(tmp_path: Path) -> AsyncIterator[Browser]:
    """A browser whose microphone beeps at MICROPHONE_HZ."""
    microphone = tmp_path / "microphone.wav"
    audio.write(microphone, beeps(MICROPHONE_HZ))
    async with chromium_with(microphone) as browser:
        yield browser


@pytest_asyncio.fixture
async def desk(house: House, staff: Staff, chromium: Browser) -> AsyncIterator[Desk]:
    """The desk in a browser; after the test, what its pages complained of fails it."""
    found = Desk(house, staff, chromium)
    yield found
    assert not found.unforgiven(), "\n".join(found.unforgiven())
