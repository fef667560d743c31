"""Calls are waited for: until none goes on, for a stated time, or until somebody wants an end."""

import re
import threading

from settings import PROJECT
from supervisor import farewell


def waited(
    *counts: int, within: float = 30.0, cut: threading.Event | None = None
) -> tuple[bool, list[str]]:
    left, said = list(counts), list[str]()

    def count() -> int:
        return left.pop(0) if len(left) > 1 else left[0]

    return farewell.let_calls_end(count, within=within, say=said.append, cut=cut), said


def test_without_a_call_nothing_is_waited_for_and_nothing_is_said() -> None:
    assert waited(0) == (True, [])


def test_calls_that_end_are_waited_for_and_that_is_said_once() -> None:
    assert waited(2, 1, 0) == (True, ["calls go on: waiting for them to end, 30 s at most"])


def test_what_goes_on_is_not_waited_for_any_longer_than_is_stated() -> None:
    done, said = waited(3, within=0.05)
    assert (done, len(said)) == (False, 1)
    assert waited(3, within=0) == (False, [])


def test_who_wants_an_end_waits_for_nobody() -> None:
    cut = threading.Event()
    cut.set()
    assert waited(3, cut=cut) == (False, [])


def test_an_asterisk_that_does_not_answer_has_no_calls() -> None:
    def count() -> int:
        raise ConnectionRefusedError

    assert farewell.let_calls_end(count, within=30, say=print)


def test_an_asterisk_that_does_not_tell_is_said_to_and_not_waited_for() -> None:
    said = list[str]()

    def count() -> int:
        raise PermissionError

    assert not farewell.let_calls_end(count, within=30, say=said.append)
    assert said == ["this Asterisk does not tell whether calls go on: none is waited for"]


def test_our_own_asterisk_tells_whether_calls_go_on() -> None:
    """CoreStatus and CoreShowChannels need `reporting`; hanging up needs `call`."""
    text = (PROJECT / "asterisk-config" / "manager.conf.j2").read_text()
    [written] = re.findall(r"^\[thirdring\]\n(?:.+\n)*?write = (.+)$", text, re.MULTILINE)
    assert {"reporting", "call"} <= set(written.split(","))
