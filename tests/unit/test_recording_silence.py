"""An agent of whom nothing is recorded is found, in the talk and after it; a quiet one is not."""

from array import array
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from features.call_recordings.lifecycle import gaps
from features.calls.lifecycle import CallRecord
from ledger.silent_agents import SilentAgentCheck
from recordings.silence import SilenceMeter, is_silent
from recordings.wav import RATE
from tests.unit.test_call_fold import talked

QUIET = 8
"""A-law's own silence."""


def stereo(right: int, seconds: float) -> bytes:
    return array("h", [500, right] * int(seconds * RATE)).tobytes()


def talk() -> CallRecord:
    """A call that an agent has answered, with the agent's talk to its end."""
    call = talked().record()
    assert call.segments
    return call


def going_on() -> CallRecord:
    call = talk()
    return replace(call, ended=None, segments=(replace(call.segments[0], to_at=None),))


def lift_s(call: CallRecord) -> float:
    """Return at which second of the recording the agent lifted."""
    began = call.recording_at or call.answered
    assert began is not None
    return (call.segments[0].from_at - began).total_seconds()


def test_digital_silence_is_found_in_pieces_of_any_size() -> None:
    audio = stereo(QUIET, 2.0) + stereo(0, 4.0) + stereo(QUIET, 1.0) + stereo(0, 1.0)
    for size in (4, 4096, 65_536):
        meter = SilenceMeter()
        for at in range(0, len(audio), size):
            meter.feed(audio[at : at + size])
        assert meter.runs(least_s=3.0) == ((2.0, 6.0),)
    assert is_silent(stereo(0, 0.5))
    assert not is_silent(stereo(QUIET, 0.5))


def test_a_talk_without_a_sound_of_the_agent_is_a_gap() -> None:
    call, lift = talk(), lift_s(talk())
    [gap] = gaps(call, 58.999, [(lift - 0.2, lift + 10.0)])
    assert abs((gap.from_at - call.segments[0].from_at).total_seconds()) < 0.001
    assert (gap.to_at - gap.from_at) == timedelta(seconds=10)
    assert gap.why == f"nothing of {call.segments[0].agent} is in it"


def test_an_agent_who_was_heard_and_then_silent_is_no_gap() -> None:
    lift = lift_s(talk())
    assert not gaps(talk(), 58.999, [(lift + 2.0, lift + 20.0)])
    assert not gaps(talk(), 58.999, [(0.0, lift + 1.0)]), "the queue, and a phone slow to send"


def listened(folder: Path, right: int) -> list[str]:
    """Listen to a talk eight seconds after the lift; return the events' names."""
    call, at_s = going_on(), 8.0
    (folder / f"{call.id}.raw").write_bytes(stereo(QUIET, lift_s(call)) + stereo(right, at_s))
    listening = SilentAgentCheck(folder)
    listening.look_at(call)
    lifted = call.segments[0].from_at.timestamp()
    assert not listening.turn(lifted + 5.0), "too short to judge"
    found = listening.turn(lifted + at_s)
    again = listening.turn(lifted + at_s + 60)
    listening.look_at(call)
    assert not again
    assert not listening.turn(lifted + at_s + 60), "once a talk"
    return [event.name for event in found]


def test_a_silent_agent_is_found_while_the_talk_goes_on_and_once(tmp_path: Path) -> None:
    assert listened(tmp_path, 0) == ["voice_missing"]


def test_an_agent_who_only_listens_is_no_finding(tmp_path: Path) -> None:
    assert not listened(tmp_path, QUIET)
