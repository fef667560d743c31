"""CBK-3, GRT-3: a customer is called by nobody but us: a few questions, or a notice. Does no I/O.

    who lifted the receiver? (a voicemail or a fax: no more is said)
    “您好!我是{company}客服中心…”                       the words of GRT-3
    each question, an answer by a key                    listen 4 s; not understood: once more
    “感谢您的配合,再见!”                                 the person hangs up; else SIL-5
What is known is noted in the journal at once: who hangs up takes nothing of it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from callflow.call import Barge, Call, HangUp, Language, LineOutcome, Pressed
from callflow.rules.questions import CALL_AGAIN, NOT_AGAIN, Kind, Question, Result, questions_in
from callflow.rules.who_answered import Who, Witness, after, verdict

LISTEN_FOR = 4.0
"""Seconds after a question."""
ROUNDS = 2
LOOK_EVERY = 0.1
STAYS_FOR = 3.0
"""Seconds after the thanks, and after the request to hang up (SIL-5)."""

_OF_MACHINES: Mapping[Who, Result] = {Who.VOICEMAIL: Result.VOICEMAIL, Who.FAX: Result.FAX}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a campaign asks, and in which language."""

    kind: Kind
    questions: tuple[Question, ...]
    language: Language


def asked_in(script: Mapping[str, Any], language: Language) -> Asked:
    """Return what the file of a campaign asks. Raises KeyError, TypeError, ValueError."""
    return Asked(Kind(script["kind"]), questions_in(script["questions"]), language)


class _Machine(Exception):
    """It is a machine after all: nothing more is said to it."""


async def survey(call: Call, asked: Asked) -> HangUp:
    """Ask a customer the questions of a campaign; what came of it is noted in the journal."""
    called = _Called(call, asked)
    try:
        await called.recognise()
        await called.greet()
        for question in asked.questions:
            if not await called.ask(question):
                return await called.give_up()
    except _Machine:
        return HangUp(LineOutcome.ALIVE, asked.language)
    return await called.thank()


class _Called:
    """One customer on the telephone."""

    def __init__(self, call: Call, asked: Asked) -> None:
        self._call = call
        self._asked = asked
        self._witness = Witness()
        self._pressed = False
        self._words_before = 0
        """How often a voice had stopped before we asked anything."""
        self._result = Result.COMPLETED

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
        notice = self._asked.kind is Kind.NOTICE
        await self._say("notice_opening" if notice else f"{self._asked.kind.value}_opening")
        self._words_before = self._witness.words

    async def ask(self, question: Question) -> bool:
        """Ask one question, twice if need be; False: nobody there presses any key."""
        for again in range(ROUNDS):
            if again:
                await self._say("survey_again")
            key = await self._say(*self._words(question))
            key = key or await self._listen()
            if key is None:
                continue
            self._pressed = True
            if key.digit in question.keys:
                self._keep(question, key.digit)
                return True
        return self._pressed

    async def give_up(self) -> HangUp:
        """Part from who presses no key: somebody who talks to us is a person all the same."""
        talked = self._witness.words > self._words_before or self._witness.voice_since is not None
        self._reached(Result.BROKEN_OFF if talked else Result.SILENT)
        await self._say("survey_sorry", barge=Barge.NOTHING)
        return HangUp(LineOutcome.SILENT, self._asked.language)

    async def thank(self) -> HangUp:
        """Thank, and let the person hang up first (SIL-6); who stays on is asked to (SIL-5)."""
        self._reached(self._result)
        await self._say("survey_thanks", barge=Barge.NOTHING)
        await self._call.await_key(STAYS_FOR)
        await self._say("sil5_second", barge=Barge.NOTHING)
        await self._call.await_key(STAYS_FOR)
        return HangUp(LineOutcome.STAYED_ON, self._asked.language)

    def _words(self, question: Question) -> tuple[str, ...]:
        if self._asked.kind is Kind.NOTICE:
            return question.spoken, "notice_press"
        return (question.spoken,)

    def _keep(self, question: Question, key: str) -> None:
        self._call.note("keyed", question=question.name, key=key)
        if question.name == CALL_AGAIN and key == NOT_AGAIN:
            self._result = Result.DECLINED

    def _reached(self, result: Result) -> None:
        self._call.note("reached", result=result.value)

    async def _say(self, *prompts: str, barge: Barge = Barge.KEY) -> Pressed | None:
        sign = await self._call.say(*prompts, language=self._asked.language, barge=barge)
        self._judge()
        return sign if isinstance(sign, Pressed) else None

    async def _listen(self) -> Pressed | None:
        key = await self._call.await_key(LISTEN_FOR)
        if key is None:
            self._judge()
        return key

    def _judge(self) -> None:
        """Part from a machine that gives itself away later: talks over us, beeps."""
        if not self._pressed:
            self._who()

    def _who(self) -> Who | None:
        heard = self._call.overhear()
        self._witness = after(self._witness, heard)
        who = verdict(self._witness, heard.now)
        if who is not None and who in _OF_MACHINES:
            self._call.note("lifted_by", who=who.value)
            self._reached(_OF_MACHINES[who])
            raise _Machine
        return who
