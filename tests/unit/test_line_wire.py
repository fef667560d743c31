"""The AudioSocket wire: whatever way the bytes are cut, the messages are the same."""

import contextlib
import itertools
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from line.wire import (
    AUDIO_HEADER,
    SILENCE,
    Digit,
    Ended,
    Identified,
    Message,
    NotAudioSocketError,
    Wire,
    packets,
)

LEG = UUID("12345678-1234-4234-8234-123456789abc")
HELLO = b"\x01\x00\x10" + LEG.bytes
SPEECH = bytes(range(256)) + bytes(64)
STREAM = (
    HELLO + AUDIO_HEADER + SPEECH + b"\x03\x00\x01" + b"5" + b"\x10\x00\x02ab" + b"\x00\x00\x00"
)
MESSAGES = [Identified(LEG), SPEECH, Digit("5"), b"ab", Ended()]


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_messages_are_the_same_wherever_the_stream_is_cut(cuts: list[int]) -> None:
    wire, got = Wire(), list[Message]()
    edges = [0, *sorted(cuts), len(STREAM)]
    for start, end in itertools.pairwise(edges):
        got += wire.feed(STREAM[start:end])
    assert got == MESSAGES


@pytest.mark.parametrize(
    "stranger",
    [
        b"GET / HTTP/1.1\r\n",
        AUDIO_HEADER + SPEECH,
        b"\x01\x00\x04" + b"abcd",
        b"\x01\xff\xff" + b"a" * 2000,
        HELLO + b"\x77\x00\x01a",
        HELLO + b"\x03\x00\x01\r",
        HELLO + b"\x03\x00\x02" + b"55",
        HELLO + b"\x10\xff\xff",
    ],
)
def test_a_stranger_is_shown_the_door(stranger: bytes) -> None:
    wire = Wire()
    with pytest.raises(NotAudioSocketError):
        wire.feed(stranger)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_wire_in_any_other_way(data: bytes) -> None:
    with contextlib.suppress(NotAudioSocketError):
        Wire().feed(data)


def test_sound_is_cut_into_packets_and_the_last_is_filled_with_silence() -> None:
    first, second = packets(b"\x01\x02" * 200)
    assert first == AUDIO_HEADER + b"\x01\x02" * 160
    assert second == AUDIO_HEADER + b"\x01\x02" * 40 + bytes(240)
    assert len(SILENCE) == 323
