"""Copies of SIP messages are read, and nothing else is: they hold what strangers sent."""

import socket
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hep import sip
from hep.wire import NotHepError, copied

PASSWORD = "secret"
INVITE = (
    b"INVITE sip:10050@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1\r\n"
    b'f: "x" <sip:13800138000@1.2.3.4>;tag=1\r\nTo: <sip:10050@127.0.0.1>\r\n'
    b"i: abc\r\nCSeq: 1 INVITE\r\n\r\nv=0\r\nm=audio 4000 RTP/SAVP 18 97 101\r\n"
    b"a=rtpmap:97 iLBC/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)


def packet(message: bytes, *, password: str = PASSWORD, about: str = "abc") -> bytes:
    chunks = [
        (3, socket.inet_aton("192.0.2.7")),
        (4, socket.inet_aton("127.0.0.1")),
        (14, password.encode()),
        (15, message),
        (17, about.encode()),
    ]
    body = b"".join(struct.pack("!HHH", 0, kind, 6 + len(it)) + it for kind, it in chunks)
    return struct.pack("!4sH", b"HEP3", 6 + len(body)) + body


def test_a_packet_says_who_sent_what() -> None:
    found = copied(packet(INVITE), password=PASSWORD)
    assert (found.source, found.target, found.about) == ("192.0.2.7", "127.0.0.1", "abc")
    message = sip.read(found.message)
    assert message is not None
    assert (message.method, message.status, message.call_id) == ("INVITE", 0, "abc")
    assert (message.user(""), message.user("from"), message.user("to")) == (
        "10050",
        "13800138000",
        "10050",
    )
    assert sip.codecs(message.body) == "RTP/SAVP G729 iLBC"


@pytest.mark.parametrize("cut", [0, 3, 6, 20, len(packet(INVITE)) - 1])
def test_what_is_no_whole_packet_is_refused(cut: int) -> None:
    with pytest.raises(NotHepError):
        copied(packet(INVITE)[:cut], password=PASSWORD)


def test_who_does_not_know_the_password_is_not_heard() -> None:
    with pytest.raises(NotHepError):
        copied(packet(INVITE, password="guessed"), password=PASSWORD)


def test_an_answer_has_a_status_and_the_method_that_it_answers() -> None:
    answer = sip.read(
        b"SIP/2.0 420 Bad Extension\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\nUnsupported: x\r\n\r\n"
    )
    assert answer is not None
    assert (answer.status, answer.method, answer.headers["unsupported"]) == (420, "INVITE", "x")


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5"),
        ("application/dtmf-relay", "Signal= 11\r\n", "#"),
        ("application/dtmf-relay", "Duration=160\r\nsignal=*\r\n", "*"),
        ("application/dtmf", "7", "7"),
        ("application/dtmf", " #\r\n", "#"),
        ("application/DTMF-Relay;x=1", "Signal=a\r\n", "A"),
        ("application/dtmf", "", ""),
        ("text/plain", "Signal=5", ""),
        ("application/media_control+xml", "<x/>", ""),
    ],
)
def test_an_info_tells_a_key_in_both_kinds(kind: str, body: str, key: str) -> None:
    message = sip.read(
        f"INFO sip:x@y SIP/2.0\r\nCSeq: 3 INFO\r\nContent-Type: {kind}\r\n\r\n{body}".encode()
    )
    assert message is not None
    assert sip.key(message) == key


@given(st.binary(max_size=400))
def test_whatever_comes_is_read_or_refused_and_never_more(raw: bytes) -> None:
    message = sip.read(raw)
    if message is not None:
        assert all(value.isprintable() for value in message.headers.values())
        sip.codecs(message.body)
        sip.key(message)
    with suppress(NotHepError):
        copied(raw, password=PASSWORD)
