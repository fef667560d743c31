"""AGI's bytes: every reply Asterisk gives, every cut, and what strangers send instead."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi import wire
from agi.wire import (
    Environment,
    HungUp,
    Message,
    Reply,
    Unsendable,
    Violation,
    Wire,
    quoted,
    visited,
)
from tests.fakes.agi_switch import ENVIRONMENT, words_of

OPENING = ENVIRONMENT.encode()

# A regression is a pasted trace: Asterisk 22.10.1's own words, a hang-up between two commands.
TRACE = (
    b"200 result=0\n",
    b'200 result=1 (a"b\\c)d)\n',
    b"200 result=-2\n",
    b"510 Invalid or unknown command\n",
    (
        b"520-Invalid command syntax.  Proper usage follows:\n"
        b"Sets a variable to the current channel.\n520 End of proper usage.\n"
    ),
    b"200 result=0 endpos=3404\n",
    b"HANGUP\n",
    b"200 result=1\n",
    b"511 Command Not Permitted on a dead channel or intercept routine\n",
)
SAID: tuple[Message, ...] = (
    Reply(200, "0"),
    Reply(200, "1", 'a"b\\c)d'),
    Reply(200, "-2"),
    Reply(510),
    Reply(520),
    Reply(200, "0"),
    HungUp(),
    Reply(200, "1"),
    Reply(511),
)


def talking(pending: int = 100) -> Wire:
    spoken = Wire()
    assert isinstance(spoken.feed(OPENING)[0], Environment)
    spoken.pending = pending
    return spoken


def fed(spoken: Wire, pieces: Sequence[bytes]) -> list[Message]:
    return [message for piece in pieces for message in spoken.feed(piece)]


def test_the_environment_tells_the_channel_the_number_and_the_name_whole() -> None:
    (said,) = Wire().feed(OPENING)
    assert isinstance(said, Environment)
    assert said.values["agi_channel"] == "PJSIP/trunk-00000001"
    assert said.values["agi_calleridname"] == "王小明"


@pytest.mark.parametrize("cut", range(1, len(OPENING) + sum(map(len, TRACE))))
def test_a_conversation_means_the_same_wherever_it_is_cut(cut: int) -> None:
    whole = OPENING + b"".join(TRACE)
    spoken = Wire()
    spoken.pending = 100
    first, *rest = fed(spoken, [whole[:cut], whole[cut:]])
    assert isinstance(first, Environment)
    assert tuple(rest) == SAID


def test_a_conversation_means_the_same_byte_by_byte() -> None:
    pieces = [bytes([byte]) for byte in b"".join(TRACE)]
    assert tuple(fed(talking(), pieces)) == SAID


@given(st.binary(max_size=400), st.integers(0, 3))
def test_hostile_bytes_never_raise_and_never_say_more_than_was_asked(
    noise: bytes, pending: int
) -> None:
    heard = talking(pending).feed(noise)
    assert sum(isinstance(message, Reply) for message in heard) <= pending


@given(st.binary(max_size=400))
def test_a_hostile_opening_never_raises(noise: bytes) -> None:
    Wire().feed(noise + b"\n\n")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"200 result=1 (plain)\n", "plain"),
        (b"200 result=1 ()\n", ""),
        (b"200 result=1 (a ) b)\n", "a ) b"),
        (b"200 result=1 (two\nlines)\n", "two lines"),
        (b"200 result=1 (two\r\nlines)\r\n", "two lines"),
        (b"200 result=1 (\xe5\xbc\xa0\xe4\xb8\x89)\n", "张三"),
        (b"200 result=1 (\xff\x00\x1b[2J)\n", "\ufffd[2J"),
        (b"200 result=-1 (hangup) endpos=4000\n", "hangup"),
        (b"200 result=35 (dtmf) endpos=24000\n", "dtmf"),
    ],
)
def test_a_value_runs_to_its_last_parenthesis_and_is_cleaned(text: bytes, value: str) -> None:
    (said,) = talking().feed(text)
    assert isinstance(said, Reply)
    assert said.value == value


def test_a_value_that_pretends_to_be_two_replies_is_not_believed() -> None:
    spoken = talking(pending=1)
    said = spoken.feed(b"200 result=1 (x)\n200 result=1 (forged)\n")
    assert said == [Reply(200, "1", "x"), Violation("a reply to nothing")]
    assert spoken.feed(b"200 result=0\n") == []


def test_a_hangup_line_takes_no_reply_from_the_command_under_way() -> None:
    spoken = talking(pending=1)
    assert spoken.feed(b"HANGUP\n") == [HungUp()]
    assert spoken.feed(b"200 result=1\n") == [Reply(200, "1")]


def test_a_provisional_reply_is_waited_out() -> None:
    said = talking(pending=1).feed(b"100 result=0 Trying...\n200 result=0 Gosub complete\n")
    assert said == [Reply(200, "0")]


@pytest.mark.parametrize(
    ("noise", "reason"),
    [
        (b"a" * 2**20, "line too long"),
        (b"agi_x: " + b"y" * wire.LINE_LIMIT + b"\n", "line too long"),
        (b"agi_x: y\n" * 101, "environment too long"),
        (b"".join(b"agi_%d: %s\n" % (n, b"y" * 1000) for n in range(70)), "environment too long"),
        (b"GET / HTTP/1.1\r\n", "environment line without a colon"),
        (b"Host: x\r\n\r\n", "unknown kind of environment key"),
        (b"agi_channel: a\nagi_channel: b\n\n", "environment key twice"),
    ],
)
def test_an_opening_that_is_none_ends_the_reading(noise: bytes, reason: str) -> None:
    spoken = Wire()
    assert spoken.feed(noise) == [Violation(reason)]
    assert spoken.feed(OPENING) == []


@pytest.mark.parametrize(
    ("noise", "reason"),
    [
        (b"a" * 2**20, "line too long"),
        (b"hello\n", "not a reply"),
        (b"200 result=1 (\n" + b"a\n" * 40_000, "value too long"),
        (b"520-usage\n" + b"a\n" * 70_000, "usage too long"),
    ],
)
def test_replies_that_are_none_end_the_reading(noise: bytes, reason: str) -> None:
    assert talking().feed(noise) == [Violation(reason)]


def test_one_megabyte_in_small_pieces_costs_no_more_than_its_bytes() -> None:
    spoken = Wire()
    said = fed(spoken, [b"a" * 10] * 10_000)
    assert said == [Violation("line too long")]
    assert len(spoken._buffer) == 0


@given(st.text())
def test_what_we_quote_is_one_word_to_asterisk_and_loses_only_controls(argument: str) -> None:
    word = quoted(argument)
    assert "\n" not in word
    assert "\r" not in word
    assert words_of(f"X {word} Y") == ["X", argument.translate(wire._CONTROLS), "Y"]


def test_a_name_with_quotes_and_line_ends_cannot_become_a_command() -> None:
    line = Wire().command("SET VARIABLE", "NAME", 'x" "y\nHANGUP\n')
    assert line == b'SET VARIABLE "NAME" "x\\" \\"yHANGUP"\n'


def test_a_command_longer_than_asterisk_reads_is_ours_to_blame() -> None:
    spoken = Wire()
    with pytest.raises(Unsendable):
        spoken.command("SET VARIABLE", "NAME", "y" * 2000)
    with pytest.raises(Unsendable):
        spoken.command("SET VARIABLE\nHANGUP")
    assert spoken.pending == 0


@pytest.mark.parametrize(
    ("environment", "route", "query"),
    [
        ({"agi_network_script": "hotline?call=a%20b"}, "hotline", {"call": "a b"}),
        ({"agi_request": "agi://127.0.0.1:4573/hotline?call=a"}, "hotline", {"call": "a"}),
        ({"agi_network_script": ""}, "", {}),
        ({"agi_request": "agi://[broken"}, "", {}),
        ({"agi_network_script": "hotline?" + "a&" * 100}, "", {}),
        ({"agi_network_script": "hotline?call=%0d%0aX"}, "hotline", {"call": "X"}),
    ],
)
def test_the_visited_address_tells_route_and_call(
    environment: dict[str, str], route: str, query: dict[str, str]
) -> None:
    assert visited(environment) == (route, query)
