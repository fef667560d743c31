"""TKT-12, GRT-3: a department is told of its late tickets, and answers each by a key. No I/O.

    who lifted the receiver? (a voicemail or a fax: no more is said)
    “您好，这里是{company}客服中心，有工单等贵部门处理…”       the words of GRT-3
    “工单号 2 0 2 6 … 已经超过期限 3 小时；马上处理请按一，申请延期请按二，不属于贵部门请按三，
     重听请按零”                              listen 5 s; without a key said again twice
    the next ticket                          when the one before has its answer
Only a key counts, and not before the ticket's number was said. What is known is noted in the
journal at once: who hangs up takes nothing of it back. Who presses nothing at all is left alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from callflow.call import Barge, Call, HangUp, Language, LineOutcome, Pressed
from callflow.rules.late_tickets import LateTicket, spoken_lateness, spoken_number
from callflow.rules.who_answered import Who, Witness, after, verdict

LISTEN_FOR: Final = 5.0
"""Seconds after the menu."""
ROUNDS: Final = 3
"""How often a ticket is said to who presses nothing, or a wrong key."""
MOST_AGAIN: Final = 5
"""How often it is said again to who asks for it."""
LOOK_EVERY: Final = 0.1
AGAIN: Final = "0"
ANSWERS: Final[Mapping[str, str]] = {"1": "accepted", "2": "asked_time", "3": "sent_back"}
"""What is noted in the journal for a key."""
_MACHINES: Final = frozenset({Who.VOICEMAIL, Who.FAX})


class _Machine(Exception):
    """It is a machine after all: nothing more is said to it."""


async def late_department(call: Call, tickets: Sequence[LateTicket], language: Language) -> HangUp:
    """Tell a department of its tickets; what it answers to each is noted the moment it is known.

    A ticket is named in the journal by its place among `tickets`, from 1.
    """
    called = _Called(call, language)
    try:
        await called.recognise()
        await called.greet()
        for place, ticket in enumerate(tickets, 1):
            if not await called.ask(place, ticket):
                return await called.give_up()
    except _Machine:
        return HangUp(LineOutcome.ALIVE, language)
    await called.say("department_thanks", barge=Barge.NOTHING)
    return HangUp(LineOutcome.ALIVE, language)


class _Called:
    """One department on the telephone."""

    def __init__(self, call: Call, language: Language) -> None:
        self._call, self._language = call, language
        self._witness = Witness()
        self._pressed = False

    async def recognise(self) -> None:
        """Listen until it is known who it is, or nobody says anything."""
        while (who := self._who()) is None:
            if await self._call.await_key(LOOK_EVERY):
                self._pressed = True
                return
        self._call.note("lifted_by", who=who.value)

    async def greet(self) -> None:
        """Say who calls, and why (GRT-3)."""
        self._witness = replace(self._witness, we_spoke=True)
        await self.say("department_opening")

    async def ask(self, place: int, ticket: LateTicket) -> bool:
        """Ask about one ticket until a key answers; False: none does."""
        rounds = again = 0
        while rounds < ROUNDS and again <= MOST_AGAIN:
            key = await self._key_for(place, ticket, is_first=not rounds and not again)
            if key in ANSWERS:
                self._call.note(ANSWERS[key], by="key", ticket=str(place))
                await self.say(f"department_{ANSWERS[key]}", barge=Barge.NOTHING)
                return True
            if key == AGAIN:
                again += 1
                continue
            rounds += 1
            if key:
                await self.say("survey_again")
        return False

    async def give_up(self) -> HangUp:
        """Part from who gives no answer: the department is called again later."""
        self._call.note("reached", result="silent")
        await self.say("department_no_answer", barge=Barge.NOTHING)
        return HangUp(LineOutcome.SILENT, self._language)

    async def say(self, *prompts: str, barge: Barge = Barge.KEY) -> str:
        """Speak; return the key that cut it short, empty for none."""
        sign = await self._call.say(*prompts, language=self._language, barge=barge)
        return self._digit(sign)

    async def _key_for(self, place: int, ticket: LateTicket, *, is_first: bool) -> str:
        """Say a ticket and the menu; return the key, which counts from the number's end on."""
        opening = "department_next" if is_first and place > 1 else "department_ticket"
        first = Barge.NOTHING if is_first else Barge.KEY
        key = await self.say(opening, *spoken_number(ticket), barge=first)
        if is_first:
            self._call.note("announced", ticket=str(place))
        key = key or await self.say(*spoken_lateness(ticket, self._language))
        key = key or await self.say("department_menu")
        return key or self._digit(await self._call.await_key(LISTEN_FOR))

    def _digit(self, sign: object) -> str:
        if isinstance(sign, Pressed):
            self._pressed = True
            return sign.digit
        if not self._pressed:  # a machine gives itself away later: talks over us, beeps
            self._who()
        return ""

    def _who(self) -> Who | None:
        heard = self._call.overhear()
        self._witness = after(self._witness, heard)
        who = verdict(self._witness, heard.now)
        if who in _MACHINES:
            assert who is not None
            self._call.note("lifted_by", who=who.value)
            self._call.note("reached", result=who.value)
            raise _Machine
        return who
