"""The agents of `bench.ways`: at desk phones and in real browsers, each with its own tone.

All of them can be asked for the same things; how it is done is a phone's or a page's matter.
"""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from caller import audio
from caller.leg import Leg, LineGoneError
from caller.phone import AgentPhone
from tests.end_to_end.agents import Agent
from tests.end_to_end.browser import Desk, beeps
from tests.waiting import until

LOOKS_EVERY_S = 0.15
ANSWERS_WITHIN_S = 20.0


class NotNowError(Exception):
    """What was wished for is not possible in this state; nothing was done."""


@dataclass
class Seated(ABC):
    """Somebody at work; `hertz` is what the caller hears of them."""

    number: str
    seat: str
    hertz: float

    @abstractmethod
    async def call(self) -> str:
        """Return the id of the call that this agent's page shows; empty: none."""

    @abstractmethod
    async def sends(self, to: "Seated") -> None:
        """Send the caller to a colleague without asking first."""

    @abstractmethod
    async def asks(self, to: "Seated") -> None:
        """Ring a colleague about the caller, who hears music meanwhile."""

    @abstractmethod
    async def hands_over(self) -> None:
        """Leave the caller with the colleague who is being asked."""

    @abstractmethod
    async def confers(self, to: "Seated") -> None:
        """Bring a colleague into the call."""

    @abstractmethod
    async def holds(self, seconds: float) -> None:
        """Put the caller on hold and come back."""

    @abstractmethod
    async def says_script(self, name: str) -> None:
        """Press a script key."""


class RefusedError(NotNowError):
    """A step was tried and refused, as another call was quicker; the agent is with the caller."""


@dataclass
class AtDesk(Seated):
    """An agent whose phone stands on the desk, with a page beside it."""

    phone: AgentPhone
    page: Agent
    asking: Leg | None = None
    asked: str = ""

    def leg(self) -> Leg:
        """Return the leg on which the agent talks to the caller."""
        talks = [one for one in self.phone.calls if not one.is_over]
        if not talks:
            raise NotNowError(f"{self.seat} has no call")
        return talks[-1]

    async def call(self) -> str:
        shown = ""
        for event in self.page.events:
            match event.name:
                case "state":
                    shown = (event.data.get("talking") or {}).get("call", "")
                case "talking":
                    shown = event.data["call"]
                case "call_ended" if event.data["call"] == shown:
                    shown = ""
        return shown

    async def sends(self, to: Seated) -> None:
        await self.leg().transfers(to.seat)

    async def asks(self, to: Seated) -> None:
        await self.leg().holds()
        self.asking = await self.phone.dials(to.seat, X_Consult=await self.call())
        self.asked = to.seat
        try:
            await self.asking.answered(within=ANSWERS_WITHIN_S)
        except LineGoneError:
            await self.leg().resumes()
            raise RefusedError(f"{to.seat} has another call by now") from None

    async def hands_over(self) -> None:
        """Hand over; an agent who may not goes back to the caller, as people do."""
        async with self._or_back():
            await self._of_call("complete", **{"with": self.asked})

    async def refers(self) -> None:
        """Hand the caller over by the phone's own transfer key."""
        assert self.asking is not None
        await self.leg().transfers_to(self.asking)

    async def confers(self, to: Seated) -> None:
        async with self._or_back():
            await self._of_call("conference", **{"with": to.number})

    @contextlib.asynccontextmanager
    async def _or_back(self) -> AsyncIterator[None]:
        """Leave the colleague who is asked and go back to the caller when it is refused."""
        try:
            yield
        except NotNowError as refused:
            if self.asking is None or self.asking.is_over:
                raise
            await self.asking.hangs_up()
            await self.leg().resumes()
            raise RefusedError(f"{self.seat} asked {self.asked} in vain: {refused}") from None

    async def holds(self, seconds: float) -> None:
        leg = self.leg()
        await leg.holds()
        await asyncio.sleep(seconds)
        await leg.resumes()

    async def says_script(self, name: str) -> None:
        await self._of_call("script", name=name)

    async def drops(self, seat: str) -> None:
        """Take a colleague out of the call."""
        await self._of_call("drop", seat=seat)

    async def takes_part(self, in_whose: Seated, how: str) -> None:
        """Listen to a colleague's call, whisper, or join."""
        await self._posts(f"/api/v1/agents/{in_whose.number}/watch", how=how)

    async def _of_call(self, what: str, **given: object) -> None:
        await self._posts(f"/api/v1/calls/{await self.call()}/{what}", **given)

    async def _posts(self, path: str, **given: object) -> None:
        answer = await self.page.asks(path, **given)
        if answer.status_code in {409, 422}:
            raise NotNowError(answer.json()["detail"])
        if not answer.is_success:
            raise AssertionError(f"{path}: {answer.status_code} {answer.text[:200]}")


@dataclass
class InBrowser(Seated):
    """An agent whose phone is in the page; answers whatever rings."""

    desk: Desk
    page: Page
    _answering: asyncio.Task[None] | None = field(default=None, init=False)

    def begins(self) -> None:
        """Pick up whatever rings from now on."""
        self._answering = asyncio.create_task(self._answers())

    async def ends(self) -> None:
        """Pick up nothing more."""
        if self._answering:
            self._answering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._answering

    async def call(self) -> str:
        try:
            return str(await self.page.evaluate("document.body.dataset.call ?? ''"))
        except PlaywrightError:
            return "?"  # it is being loaded

    async def sends(self, to: Seated) -> None:
        await self._to("#transfer-blind", to.number)

    async def asks(self, to: Seated) -> None:
        await self._to("#transfer-consult", to.number)
        asked = (
            "document.querySelector('#beside').hidden ? 'nobody' "
            ": document.querySelector('#transfer-complete').disabled ? '' : 'asked'"
        )
        await asyncio.sleep(0.3)
        came = await until(
            lambda: self.page.evaluate(asked),
            within=ANSWERS_WITHIN_S,
            what=f"{self.seat} asks {to.seat}",
        )
        if came == "nobody":
            raise RefusedError(f"{to.seat} has another call by now: {await self._told()}")

    async def hands_over(self) -> None:
        """Hand over; an agent who may not goes back to the caller, as people do."""
        await self.page.click("#transfer-complete")
        over = (
            "document.querySelector('#beside').hidden "
            "|| document.querySelector('#phone-told').classList.contains('bad')"
        )
        await until(lambda: self.page.evaluate(over), within=ANSWERS_WITHIN_S, what="handed over")
        if await self.page.evaluate("document.querySelector('#beside').hidden"):
            return
        told = await self._told()
        await self.page.click("#transfer-back")
        raise RefusedError(f"{self.seat} cannot hand over: {told}")

    async def _told(self) -> str:
        return str(await self.page.evaluate("document.querySelector('#phone-told').textContent"))

    async def confers(self, to: Seated) -> None:
        await self._to("#conference", to.number)

    async def holds(self, seconds: float) -> None:
        await self.page.click("#hold")
        await asyncio.sleep(seconds)
        await self.page.click("#hold")

    async def says_script(self, name: str) -> None:
        await self.page.click(f"[data-script='{name}']")

    async def reloads(self) -> None:
        """Load the page anew in the middle of whatever goes on."""
        await self.page.reload()

    async def moves(self) -> None:
        """Open a second tab and take the call along; the first one is closed."""
        old, second = self.page, await self.page.context.new_page()
        second.on("dialog", lambda dialog: dialog.accept())
        await second.goto("/work")
        await second.click("#use-here")
        self.page = second
        await asyncio.sleep(2)
        await old.close()

    async def is_killed(self) -> None:
        """Lose the whole window, sign in anew; the call may be back before all is shown."""
        await self.page.context.close()
        await asyncio.sleep(1)
        self.page = await self.desk.signed_in(self.number)
        self.page.on("dialog", lambda dialog: dialog.accept())
        with contextlib.suppress(PlaywrightError):  # who is at work still goes on by itself
            await self.page.click("#begin-browser", timeout=3000)
        state = "document.querySelector('#state').dataset.state"
        await until(
            lambda: self.page.evaluate(f"['ready', 'talking'].includes({state})"),
            within=ANSWERS_WITHIN_S,
            what=f"{self.number} is at work again",
        )

    async def signs_out(self) -> None:
        """Try to sign out in a call: it is refused."""
        await self.page.click(".me form button")

    async def _to(self, button: str, number: str) -> None:
        if await self.page.evaluate("document.querySelector('#transfer-open').disabled"):
            raise NotNowError(f"{self.seat} cannot transfer now")
        if await self.page.evaluate("document.querySelector('#transfer').hidden"):
            await self.page.click("#transfer-open")
        await self.page.fill("#transfer-to", number)
        await self.page.click(button)

    async def _answers(self) -> None:
        press = (
            "(() => { const b = document.querySelector('#answer'); b?.disabled || b?.click() })()"
        )
        while True:
            with contextlib.suppress(PlaywrightError):
                await self.page.evaluate(press)
            await asyncio.sleep(LOOKS_EVERY_S)


def microphone(folder: Path, hertz: float) -> Path:
    """Write what a browser hears as its microphone."""
    path = folder / f"microphone-{hertz:.0f}.wav"
    audio.write(path, beeps(hertz, 30.0))
    return path
