"""A caller and an agent whose phone is in the page: how they come to talk, what is heard."""

from playwright.async_api import Page, expect

from caller.leg import Leg
from caller.listen import RATE, Samples
from caller.phone import Phone
from tests.end_to_end.browser import MICROPHONE_HZ, Desk, it_is_so, share_of
from tests.end_to_end.people import answers_the_greeting
from tests.waiting import until

DEAD_AIR_S = 5.0
"""Seconds in which a caller may hear nothing, whatever dies on our side."""


async def asks_for_an_agent(desk: Desk, phone: Phone, speech: Samples, ref: str) -> Leg:
    call = await phone.call(desk.house.settings.hotline_number, ref=ref)
    await answers_the_greeting(call, speech)
    await call.presses("3")
    return call


async def answers(page: Page, call: Leg) -> None:
    """Pick up the call that rings in the page."""
    await it_is_so(page, "seen.some(({ what }) => what === 'rang')")
    await page.keyboard.press("F2")
    await are_talking(page, call)


async def are_talking(page: Page, call: Leg, *, since: int = 0) -> None:
    """Wait until caller and page say so; what was heard before the sample `since` is old."""
    await until(
        lambda: (
            len(call.heard()) - since > RATE and share_of(MICROPHONE_HZ, call.heard()[-RATE:]) > 0.3
        ),
        within=30,
        what="the caller hears the agent",
    )
    await expect(page.locator("#state")).to_have_attribute("data-state", "talking")


def longest_silence(call: Leg, since: float, until_then: float) -> float:
    """Return the longest time in which the caller heard nothing between two moments, in s."""
    heard = [s for s in call.words(gap=0.1) if s.end > since and s.start < until_then]
    edges = [since, *(edge for s in heard for edge in (s.start, s.end)), until_then]
    return max(after - before for before, after in zip(edges[::2], edges[1::2], strict=True))
