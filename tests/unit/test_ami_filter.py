"""What may pass between us and AMI: Chinese names whole, forged events kept out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ami.filter import (
    MESSAGE_LIMIT,
    Frames,
    Heard,
    Overlong,
    Refusal,
    Unsendable,
    admitted,
    sendable,
)

BOOT = "trkaa11bb22"
GREETING = b"Asterisk Call Manager/11.0.0\r\n"
# Pasted from Asterisk 22.10.1.
MEMBER = (
    "Event: QueueMemberStatus\r\nPrivilege: agent,all\r\nTimestamp: 1795296770.400111\r\n"
    f"SystemName: {BOOT}\r\nQueue: hotline\r\nMemberName: 张三\r\nPausedReason: "
)
STREAM = GREETING + (MEMBER + "\r\n\r\n" + MEMBER + "\r\n\r\n").encode()


def judged(text: str, boot: str | None = BOOT) -> Heard | Refusal:
    return admitted(text, boot=boot, prefix="0123abcd-")


@pytest.mark.parametrize("cut", range(1, len(STREAM)))
def test_a_chinese_name_is_whole_wherever_tcp_cuts_it(cut: int) -> None:
    frames = Frames()
    assert frames.feed(STREAM[:cut]) + frames.feed(STREAM[cut:]) == [MEMBER, MEMBER]


def test_a_stream_byte_by_byte_means_the_same() -> None:
    frames = Frames()
    assert [text for byte in STREAM for text in frames.feed(bytes([byte]))] == [MEMBER, MEMBER]


def test_a_message_without_an_end_is_not_kept_for_ever() -> None:
    frames = Frames()
    frames.feed(GREETING)
    with pytest.raises(Overlong):
        frames.feed(b"x" * (MESSAGE_LIMIT + 1))
    with pytest.raises(Overlong):
        Frames().feed(b"x" * (MESSAGE_LIMIT + 1))


@given(st.binary(max_size=300))
def test_hostile_bytes_never_raise(noise: bytes) -> None:
    for text in Frames().feed(GREETING + noise + b"\r\n\r\n"):
        judged(text)


def test_a_genuine_event_is_believed() -> None:
    heard = judged(MEMBER)
    assert isinstance(heard, Heard)
    assert heard.event == "QueueMemberStatus"
    assert heard.headers["MemberName"] == "张三"
    assert heard.headers["PausedReason"] == ""


@pytest.mark.parametrize(
    ("text", "boot", "reason"),
    [
        ("Event: Hangup\r\nChannel: x", BOOT, Refusal.FORGED),
        ("Event: Shutdown\r\nSystemName: other", BOOT, Refusal.FORGED),
        (MEMBER, None, Refusal.FORGED),
        (MEMBER, "another-run", Refusal.FORGED),
        # The name of this run, but not where Asterisk writes it: after a caller's words.
        (f"Event: X\r\nA: 1\r\nB: 1\r\nC: 1\r\nSystemName: {BOOT}", BOOT, Refusal.FORGED),
        (MEMBER + "\r\nQueue: other", BOOT, Refusal.TWICE),
        (MEMBER + f"\r\nSystemName: {BOOT}", BOOT, Refusal.TWICE),
        (MEMBER + "\r\nno header", BOOT, Refusal.MALFORMED),
        (MEMBER + "\r\n: empty key", BOOT, Refusal.MALFORMED),
        (MEMBER + "\nSneaked: in", BOOT, Refusal.MALFORMED),
        (MEMBER + "\r\nA: \x1b[2J", BOOT, Refusal.MALFORMED),
        (MEMBER + "\r\nÄ: x", BOOT, Refusal.MALFORMED),
        ("Response: Success\r\nActionID: guessed-1", BOOT, Refusal.NOT_OURS),
        ("Response: Success", BOOT, Refusal.NOT_OURS),
    ],
)
def test_what_does_not_prove_itself_reaches_nobody(
    text: str, boot: str | None, reason: Refusal
) -> None:
    assert judged(text, boot) == reason


def test_an_answer_to_us_and_the_word_that_asterisk_is_up_need_no_name_of_the_run() -> None:
    answer = judged("Response: Success\r\nActionID: 0123abcd-7", None)
    assert isinstance(answer, Heard)
    assert answer.answers
    booted = judged("Event: FullyBooted\r\nPrivilege: system,all", None)
    assert isinstance(booted, Heard)
    assert not booted.answers


@pytest.mark.parametrize(
    "fields",
    [
        {"Reason": "a\r\nAction: Originate"},
        {"Reason": "a\nb"},
        {"Reason": "a\x00"},
        {"Reason": "a\u2028b"},
        {"Reason": "a\x85b"},
        {"Reason": "\ud800"},
        {"A\r\nB": "x"},
        {"": "x"},
        {"Reason": "x" * 1001},
    ],
)
def test_no_value_of_ours_can_become_a_header(fields: dict[str, str]) -> None:
    with pytest.raises(Unsendable):
        sendable(fields)


@given(st.text(), st.text())
def test_whatever_is_sendable_is_one_line(key: str, value: str) -> None:
    try:
        ((sent_key, sent_value),) = sendable({key: value}).items()
    except Unsendable:
        return
    assert len(f"{sent_key}: {sent_value}".splitlines()) == 1
