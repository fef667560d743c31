"""One visit's conversation: order kept, hang-ups noticed, nothing taken for another's reply."""

import asyncio

import pytest

from agi import session as agi_session
from agi.session import CommandRefused, LinkLost, Session
from agi.verdicts import tell, variables
from agi.wire import Environment, Unsendable, Wire
from callflow.call import (
    Connect,
    HangUp,
    Hangup,
    Language,
    LineOutcome,
    MessageReason,
    TakeMessage,
    Topic,
    Verdict,
)
from tests.fakes.agi_switch import ENVIRONMENT


class Line:
    """A session and what it has sent; `hears` are Asterisk's bytes."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.wire = Wire()
        (environment,) = self.wire.feed(ENVIRONMENT.encode())
        assert isinstance(environment, Environment)
        self.session = Session(environment, self.wire, lambda line: self.sent.append(line.decode()))

    def hears(self, text: str) -> None:
        for message in self.wire.feed(text.encode()):
            self.session.receive(message)


async def test_a_variable_is_set_and_read_back() -> None:
    line = Line()
    setting = asyncio.create_task(line.session.set_variable("NAME", '王"小明'))
    await asyncio.sleep(0)
    line.hears("200 result=1\n")
    await setting
    asking = asyncio.create_task(line.session.get_variable("NAME"))
    await asyncio.sleep(0)
    line.hears('200 result=1 (王"小明)\n')
    assert await asking == '王"小明'
    assert line.sent == ['SET VARIABLE "NAME" "王\\"小明"\n', 'GET VARIABLE "NAME"\n']


async def test_a_hangup_during_an_application_ends_the_dialogue_with_its_reply() -> None:
    line = Line()
    dialling = asyncio.create_task(line.session.execute("Dial", "A/b", "", "g", timeout=None))
    await asyncio.sleep(0)
    assert line.sent == ['EXEC "Dial" "A/b,,g"\n']
    line.hears("200 result=-1\nHANGUP\n")
    with pytest.raises(Hangup):
        await dialling
    assert line.session.hung_up


async def test_a_hung_up_call_can_still_be_told_its_verdict_but_plays_nothing_more() -> None:
    line = Line()
    line.hears("HANGUP\n")
    assert line.session.on_hangup.is_set()
    setting = asyncio.create_task(line.session.set_variable("X", "1"))
    await asyncio.sleep(0)
    line.hears("200 result=1\n")
    await setting
    with pytest.raises(Hangup):
        await line.session.execute("Playback", "beep", timeout=1)
    assert line.sent == ['SET VARIABLE "X" "1"\n']


async def test_an_application_that_was_given_up_keeps_its_place_among_the_replies() -> None:
    line = Line()
    with pytest.raises(TimeoutError):
        await line.session.execute("Wait", "9", timeout=0)
    asking = asyncio.create_task(line.session.get_variable("X"))
    await asyncio.sleep(0)
    line.hears("200 result=0\n")
    assert not asking.done()
    line.hears("200 result=1 (right)\n")
    assert await asking == "right"


async def test_a_lost_link_ends_whatever_waits_and_whatever_comes_after() -> None:
    line = Line()
    dialling = asyncio.create_task(line.session.execute("Dial", "A/b", timeout=None))
    await asyncio.sleep(0)
    line.session.lose()
    with pytest.raises(LinkLost):
        await dialling
    with pytest.raises(LinkLost):
        await line.session.set_variable("X", "1")
    with pytest.raises(LinkLost):
        await line.session.execute("Dial", "A/b", timeout=None)


async def test_a_switch_that_answers_no_more_is_a_lost_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(agi_session, "PROMPT", 0.0)
    with pytest.raises(LinkLost):
        await Line().session.get_variable("X")


@pytest.mark.parametrize("reply", ["510 Invalid\n", "520-U\n520 End\n", "200 result=-2\n"])
async def test_what_asterisk_does_not_know_is_refused_not_a_hangup(reply: str) -> None:
    line = Line()
    asking = asyncio.create_task(line.session.execute("NoSuch", timeout=1))
    await asyncio.sleep(0)
    line.hears(reply)
    with pytest.raises(CommandRefused):
        await asking
    assert not line.session.hung_up


@pytest.mark.parametrize("name", ["", "a b", "X\n", "SHELL(rm)", "A(b)", "${X}"])
async def test_only_plain_names_of_variables_are_sent(name: str) -> None:
    line = Line()
    with pytest.raises(Unsendable):
        await line.session.set_variable(name, "1")
    assert line.sent == []


VERDICTS: list[tuple[Verdict, list[str]]] = [
    (
        Connect("hotline", Topic.FAULT, Language.CHINESE),
        ["connect", "hotline", "fault", "zh", "", "1"],
    ),
    (
        TakeMessage(MessageReason.AFTER_HOURS, Topic.COMPLAINT, Language.ENGLISH),
        ["message", "", "complaint", "en", "after_hours", "1"],
    ),
    (HangUp(LineOutcome.TOO_QUIET, Language.CHINESE), ["hangup", "", "", "zh", "too_quiet", "1"]),
]


@pytest.mark.parametrize(("verdict", "values"), VERDICTS)
async def test_a_verdict_becomes_variables_and_done_comes_last(
    verdict: Verdict, values: list[str]
) -> None:
    line = Line()
    page_events = asyncio.create_task(tell(line.session, verdict))
    for _ in values:
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # one turn to send, one for the timer around it
        line.hears("200 result=1\n")
    await page_events
    names = [*variables(verdict), "VERDICT_DONE"]
    assert names[-1] == "VERDICT_DONE"
    assert line.sent == [
        f'SET VARIABLE "{name}" "{value}"\n' for name, value in zip(names, values, strict=True)
    ]
