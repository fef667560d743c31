"""The telephones: a SIP stack on loopback, from which people call and on which agents answer.

One `Phone` a process (the stack is one thread in it), any number of calls and numbers on it.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from baresip import Account, Call, Config, Runtime, StackEvent, UserAgent
from baresip.errors import BaresipError

from caller.leg import Leg, LineGoneError
from caller.listen import Samples

STACK = """\
audio_jitter_buffer_type off
audio_buffer 20-160
"""
"""Audio is handed on as it arrives: a jitter buffer would move what was heard in time."""


@dataclass(frozen=True, slots=True)
class Answering:
    """How an agent treats a phone that rings: seconds until it is picked up; None: never."""

    after: float | None = 1.0
    busy: bool = False
    says: Samples | None = None


NEVER = Answering(after=None)
BUSY = Answering(after=None, busy=True)


class AgentPhone:
    """A registered phone, and every call that rang on it."""

    def __init__(
        self, agent: UserAgent, number: str, *, switch: str, adopt: Callable[[Call], Leg]
    ) -> None:
        self.number = number
        self._switch = switch
        self.answering = Answering()
        self.calls: list[Leg] = []
        self._given = 0
        self._agent = agent
        self._adopt = adopt
        self._rang = asyncio.Event()
        self._at_work: set[asyncio.Task[None]] = set()
        agent.on_incoming(self._ring)

    async def rings(self, *, within: float = 20.0) -> Leg:
        """Return the next call that rings, or goes on, here and was not returned before."""
        async with asyncio.timeout(within):
            while True:
                while self._given < len(self.calls):
                    self._given += 1
                    if not self.calls[self._given - 1].is_over:
                        return self.calls[self._given - 1]
                self._rang.clear()
                await self._rang.wait()

    async def dials(self, number: str, **headers: str) -> Leg:
        """Call a number of the house from this phone: `*0`, a colleague.

        `headers` go out with the call, as `X_Consult="…"`.
        """
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._adopt(await self._agent.dial(f"sip:{number}@{self._switch}", headers=named))

    async def signs_off(self) -> None:
        """Take the phone away from the switch."""
        with contextlib.suppress(BaresipError):
            await self._agent.unregister(timeout=3)

    async def put_down(self) -> None:
        """End everything on this phone."""
        for task in list(self._at_work):
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)
        for leg in self.calls:
            await leg.hangs_up()

    def _ring(self, call: Call) -> None:
        leg = self._adopt(call)
        self.calls.append(leg)
        self._rang.set()
        task = asyncio.get_running_loop().create_task(self._treat(leg, self.answering))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def _treat(self, leg: Leg, answering: Answering) -> None:
        with contextlib.suppress(LineGoneError):
            if answering.busy:
                await leg.refuses()
            elif answering.after is not None:
                await leg.waits(answering.after)
                await leg.picks_up()
                if answering.says is not None:
                    await leg.says(answering.says)


class Phone:
    """The SIP stack; `async with Phone(port=…) as phone`."""

    def __init__(self, *, port: int, host: str = "127.0.0.1") -> None:
        self._switch = f"{host}:{port}"
        self._host = host
        self._port = port
        self._runtime = Runtime()
        self._callers: dict[tuple[str, str], UserAgent] = {}
        self._legs: dict[int, Leg] = {}
        self._early: deque[tuple[float, StackEvent]] = deque(maxlen=512)
        self._agents: list[AgentPhone] = []

    async def __aenter__(self) -> Self:
        # What the stack has to say about the network is in the legs' stories already.
        logging.getLogger("baresip").setLevel(logging.CRITICAL)
        await self._runtime.start(
            Config(
                net_interface=self._host,
                max_concurrent_calls=None,
                native_log_level="error",
                extra_config_text=STACK,
            )
        )
        self._runtime.subscribe(self._hand_out)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.gather(
            *(leg.hangs_up() for leg in self._legs.values()), return_exceptions=True
        )
        for agent in self._agents:
            await agent.put_down()
            await agent.signs_off()
        await self._runtime.close()

    async def call(
        self,
        number: str,
        *,
        caller: str = "13800138000",
        name: str = "",
        ref: str = "",
        port: int | None = None,
    ) -> Leg:
        """Dial `number` as `caller` with a display `name`; `ref` goes out as X-Ref.

        `port` is another switch's than the one the phone was made for.

        Raises ValueError for a name that cannot travel in a SIP header.
        """
        agent = await self._caller(caller, name)
        began = self._clock()
        call = await agent.dial(
            f"sip:{number}@{self._host}:{port or self._port}",
            headers={"X-Ref": ref} if ref else {},
        )
        return self._adopt(call, began, f"caller {caller}")

    async def register(
        self, number: str, password: str, answering: Answering | None = None
    ) -> AgentPhone:
        """Register an agent's phone; it treats what rings as `answering` says."""
        account = Account(
            user=number, domain=self._switch, password=password, audio_codecs=("pcma", "pcmu")
        )
        agent = await UserAgent.create(self._runtime, account)
        phone = AgentPhone(
            agent,
            number,
            switch=self._switch,
            adopt=lambda call: self._adopt(call, self._clock(), f"agent {number}"),
        )
        phone.answering = answering or phone.answering
        await agent.register(timeout=5)
        self._agents.append(phone)
        return phone

    @staticmethod
    def _clock() -> float:
        return asyncio.get_running_loop().time()

    def _adopt(self, call: Call, began: float, name: str) -> Leg:
        """Make the leg of a call, and tell it what the stack said before it was there."""
        leg = Leg(call, began=began, clock=self._clock, name=name)
        self._legs[call.handle] = leg
        for at, event in self._early:
            if event.call == call.handle:
                leg.take(event, at)
        return leg

    def _hand_out(self, event: StackEvent) -> None:
        leg = self._legs.get(event.call)
        if leg is not None:
            leg.take(event, self._clock())
        elif event.call:
            self._early.append((self._clock(), event))

    async def _caller(self, number: str, name: str) -> UserAgent:
        known = self._callers.get((number, name))
        if known is not None:
            return known
        if any(c in name for c in '"\\<>;\r\n'):
            raise ValueError(f"the name {name!r} cannot be sent by a decent telephone")
        shown = f'"{name}" ' if name else ""
        agent = await UserAgent.create(
            self._runtime,
            f"{shown}<sip:{number}@{self._switch};transport=udp>;regint=0;answermode=manual"
            ";audio_codecs=pcma,pcmu;dtmfmode=rtpevent",
        )
        self._callers[number, name] = agent
        return agent
