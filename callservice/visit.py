"""One visit of a caller: opens the line, leads the dialogue, tells the dialplan the verdict.

Whatever goes wrong here ends the visit without VERDICT_DONE, and the fallback takes the call.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from agi import verdicts
from agi.session import Session
from callflow.call import Call, Hangup, Language, Verdict
from callflow.dialogues.good_morning import Proof, Waking, good_morning
from callflow.dialogues.hotline import Opening, hotline
from callflow.dialogues.late_department import late_department
from callflow.dialogues.notify import notify
from callflow.dialogues.please_knock import please_knock
from callflow.dialogues.scripts import Script, spoken
from callflow.dialogues.survey import asked_in, survey
from callflow.dialogues.wake_menu import wake_menu
from callflow.rules.hours import Calendar, WorkingTimes, farewell, greeting
from callflow.rules.late_tickets import late_tickets
from callservice.channels import Channels
from callservice.guest_wake_ups import GuestWakeUps
from callservice.journal import DialogueJournal
from callservice.prompts import Prompts, with_message
from callservice.telephone import Note, Opinion, Telephone
from callservice.watchdog import Switch, held
from features.outage import rules as outage
from line.line import Line, LineEnded
from line.server import LineServer

Dialogue = Callable[[Call], Awaitable[Verdict]]

OPENED_WITHIN: Final = 0.5
"""Seconds for the line's audio to come; a leg that is mute so long is hung up and tried again."""
TRIES: Final = 2
GONE_WITHIN: Final = 1.0
"""Seconds for Asterisk to say that the caller hung up, after the line has ended."""


NUMBERLESS: Final = "NUMBERLESS"
"""Variable of a caller who hides the number, or has none (dialplan/hotline.conf)."""


class LineRefused(Exception):
    """Asterisk could not bring the caller's audio to us, twice."""


@dataclass(frozen=True)
class CallService:
    """What every visit needs: the lines, the prompts, the journal, the clock, the days."""

    lines: LineServer
    line_port: int
    prompts: Prompts
    journal: DialogueJournal
    switch: Switch
    channels: Channels
    opinion: Opinion
    """Asked before SIL-1 hangs up."""
    calendar: Calendar
    times: WorkingTimes
    notices: Path
    spoken: Path
    """Where the messages of emergency notifications are."""
    campaigns: Path
    language: Language
    hall_opening: bool
    tells_of_recording: bool
    proof: Proof
    now: Callable[[], datetime]
    guest_wake_ups: GuestWakeUps

    async def receive(self, session: Session) -> None:
        """Lead one call of the hotline; the AGI server's route `hotline`."""
        await self._visited(session, lambda call: hotline(call, self._opening()))

    async def speak(self, session: Session) -> None:
        """Say a script to a caller whom an agent has handed over; the route `script`."""
        script = Script(session.query["name"])
        language = Language(session.query["language"])
        again = session.query.get("again", "") == "1"
        numberless = await session.get_variable(NUMBERLESS) == "1"
        await self._visited(
            session,
            lambda call: spoken(call, script, language, again=again, numberless=numberless),
        )

    async def wake(self, session: Session) -> None:
        """Wake the guest who lifted the receiver; the route `wake`."""
        waking = Waking(
            due=datetime.fromtimestamp(int(session.query["due"]), self.now().tzinfo),
            language=Language(session.query["language"]),
            proof=self.proof,
            now=self.now,
        )
        await self._visited(session, lambda call: good_morning(call, waking))

    async def attend(self, session: Session) -> None:
        """Ask an attendant to knock at rooms; the route `attend`. Without any: the fallback."""
        rooms = [name for name in session.query["rooms"].split(".") if name]
        if not rooms:
            raise ValueError("no room to knock at")
        language = Language(session.query["language"])
        await self._visited(session, lambda call: please_knock(call, rooms, language))

    async def notify(self, session: Session) -> None:
        """Tell a household of an emergency; the route `notify`."""
        message, language = session.query["message"], Language(session.query["language"])
        prompts = await asyncio.to_thread(with_message, self.prompts, self.spoken, message)
        await self._visited(session, lambda call: notify(call, language), prompts)

    async def register_guest(self, session: Session) -> None:
        """Register a wake-up for the guest who dialled the menu; the route `wake_menu`."""
        line, call = session.query.get("line", ""), session.query["call"]
        behind = session.query.get("behind", "") == "1"
        room_line = self.guest_wake_ups.of(line, call, is_behind_a_pbx=behind)
        await self._visited(session, lambda call: wake_menu(call, room_line))

    async def ask(self, session: Session) -> None:
        """Ask what a campaign asks; the route `survey`. Without its file: the fallback."""
        campaign, language = int(session.query["campaign"]), Language(session.query["language"])
        script = json.loads((self.campaigns / f"{campaign}.json").read_text(encoding="utf-8"))
        asked = asked_in(script, language)
        await self._visited(session, lambda call: survey(call, asked))

    async def hurry(self, session: Session) -> None:
        """Tell a department of its late tickets; the route `department`. Without: the fallback."""
        tickets = late_tickets(session.query["tickets"])
        if not tickets:
            raise ValueError("no ticket to tell of")
        language = Language(session.query["language"])
        await self._visited(session, lambda call: late_department(call, tickets, language))

    async def _visited(
        self, session: Session, dialogue: Dialogue, prompts: Prompts | None = None
    ) -> None:
        call = str(UUID(session.query["call"]))
        note = partial(self.journal.note, call)
        note("visited", channel=session.environment["agi_channel"])
        try:
            async with held(session, self.switch):
                verdict = await self._lead(session, note, dialogue, prompts or self.prompts)
        except Hangup:
            note("hung_up")
            raise
        except Exception as error:
            note("failed", error=type(error).__name__)
            raise
        closing = farewell(self.now(), self.calendar)
        await session.set_variable("FAREWELL", closing)
        await verdicts.tell(session, verdict)
        note("verdict", **_facts(verdict))

    async def _lead(
        self, session: Session, note: Note, dialogue: Dialogue, prompts: Prompts
    ) -> Verdict:
        line, leg = await self._opened(session)
        try:
            with self.channels.led(session.environment["agi_channel"], line, note):
                return await dialogue(Telephone(line, prompts, note, self.opinion))
        except LineEnded:
            await _caller_gone(session)
            raise
        finally:
            self.lines.forget(line)
            with suppress(Hangup):
                await leg

    async def _opened(self, session: Session) -> tuple[Line, "asyncio.Task[object]"]:
        """Have Asterisk bring the caller's audio; return the line and the running leg."""
        for _ in range(TRIES):
            line = self.lines.expect(uuid4())
            server = f"127.0.0.1:{self.line_port}"
            # Called from the dialplan it would hang the caller up when we die; here, inside AGI,
            # the visit ends with it and the dialplan goes on. It costs half of what Dial does.
            leg: asyncio.Task[object] = asyncio.create_task(
                session.execute("AudioSocket", str(line.leg), server, timeout=None)
            )
            leg.add_done_callback(_ended)
            opening = asyncio.create_task(line.opened.wait())
            await asyncio.wait(
                {leg, opening}, timeout=OPENED_WITHIN, return_when=asyncio.FIRST_COMPLETED
            )
            opening.cancel()
            if line.opened.is_set() and not line.ended.is_set():
                return line, leg
            self.lines.forget(line)
            await asyncio.wait({leg}, timeout=OPENED_WITHIN)
            if session.hung_up:
                raise Hangup
            leg.cancel()
        raise LineRefused

    def _opening(self) -> Opening:
        now = self.now()
        words = "greeting_hall" if self.hall_opening else greeting(now, self.calendar)
        return Opening(
            greeting=words,
            language=self.language,
            notices=self._notices(),
            agents_at_work=self.times.hold(now, self.calendar),
            told_of_recording=self.tells_of_recording,
        )

    def _notices(self) -> tuple[str, ...]:
        try:
            text = (self.notices / outage.FILE).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ()
        found = outage.read(text)
        return (f"outage_{found.kind.value}",) if found else ()


def _ended(leg: "asyncio.Task[object]") -> None:
    """Note how a leg ended that nobody waits for any more; who waits is told all the same."""
    if not leg.cancelled():
        leg.exception()


async def _caller_gone(session: Session) -> None:
    """Raise `Hangup` when the line ended because the caller hung up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(GONE_WITHIN):
            await session.on_hangup.wait()
    if session.hung_up:
        raise Hangup


def _facts(verdict: Verdict) -> dict[str, str]:
    """Return a verdict as the journal keeps it: the same words that the dialplan gets."""
    return {
        name.removeprefix("VERDICT_").lower() if name != "VERDICT" else "kind": value
        for name, value in verdicts.variables(verdict).items()
        if value
    }
