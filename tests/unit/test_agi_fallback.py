"""The script that Asterisk starts when our service is gone, against a scripted Asterisk."""

import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agi import fallback
from tests.fakes.agi_switch import words_of

CALL = "11111111-2222-3333-4444-555555555555"
VARIABLES = {
    "CALL": CALL,
    "CALL_LANGUAGE": "zh",
    "SPOOL_MESSAGES": "/home/spool/messages",
    "SOUNDS": "/home/sounds",
    "MESSAGE_LIMIT": "180",
    "MESSAGE_REASON": "nobody",
}


class Switch(io.RawIOBase):
    """Asterisk's end of the two pipes: answers each command it reads; `recordings` in order."""

    def __init__(self, variables: dict[str, str], recordings: list[str]) -> None:
        self.variables, self.recordings = dict(variables), list(recordings)
        self.heard: list[str] = []
        self.replies = [b"agi_request: fallback\n", b"agi_calleridname: x\n", b"\n"]

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        line = bytes(data).decode()  # type: ignore[call-overload]
        self.heard.append(line.strip())
        self.replies.append(self._answer(words_of(line)))
        return len(line.encode())

    def readline(self, size: int | None = -1) -> bytes:
        return self.replies.pop(0) if self.replies else b""

    def _answer(self, words: list[str]) -> bytes:
        match words:
            case ["GET", "VARIABLE", name]:
                value = self.variables.get(name)
                return b"200 result=0\n" if value is None else f"200 result=1 ({value})\n".encode()
            case ["SET", "VARIABLE", name, value]:
                self.variables[name] = value
            case ["RECORD", "FILE", *_]:
                return f"200 result={self.recordings.pop(0)}\n".encode()
            case ["GOSUB", *_]:
                self.replies.append(b"100 result=0 Trying...\n")
                return b"200 result=0 Gosub complete\n"
        return b"200 result=0\n"

    @property
    def spoken(self) -> list[str]:
        found = [re.match(r'STREAM FILE "(\S+)"', line) for line in self.heard]
        return [Path(one[1]).name for one in found if one]


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, Switch]]:
    """Run the script against a switch; return its exit code and the switch."""

    def run(recordings: list[str], **changed: str | None) -> tuple[int, Switch]:
        told = {key: value for key, value in {**VARIABLES, **changed}.items() if value is not None}
        switch = Switch(told, recordings)

        class Pipe:
            buffer = switch

        monkeypatch.setattr(sys, "stdin", Pipe)
        monkeypatch.setattr(sys, "stdout", Pipe)
        return fallback.main(), switch

    return run


Answered = Callable[..., tuple[int, Switch]]


def test_a_caller_leaves_a_message_and_is_thanked(answered: Answered) -> None:
    code, switch = answered(["35 (dtmf) endpos=48000"])
    assert code == 0
    assert switch.spoken == ["fallback_message", "beep", "message_thanks"]
    assert f'RECORD FILE "/home/spool/messages/{CALL}" "wav" "#" "180000" "0" "s=4"' in switch.heard
    assert 'EXEC "CELGenUserEvent" "TR_MESSAGE,reason=nobody&by=script"' in switch.heard
    assert 'EXEC "CELGenUserEvent" "TR_MESSAGE_END,status=DTMF"' in switch.heard
    assert switch.heard[-2:] == [
        'GOSUB "farewell" "s" "1"',
        'SET VARIABLE "MESSAGE_TAKEN" "1"',
    ]


def test_a_caller_who_only_coughs_is_asked_once_more(answered: Answered) -> None:
    code, switch = answered(["0 (timeout) endpos=12000", "0 (timeout) endpos=12000"])
    assert code == 0
    assert switch.spoken == [
        *("fallback_message", "beep"),
        *("message_too_short", "beep"),
        "message_thanks",
    ]
    assert 'EXEC "CELGenUserEvent" "TR_MESSAGE_END,status=SILENCE"' in switch.heard


def test_a_message_that_fills_the_limit_is_kept(answered: Answered) -> None:
    code, switch = answered(["0 (timeout) endpos=1440000"])
    assert code == 0
    assert 'EXEC "CELGenUserEvent" "TR_MESSAGE_END,status=TIMEOUT"' in switch.heard


def test_a_caller_who_hangs_up_while_recording_ends_the_script(answered: Answered) -> None:
    code, switch = answered(["-1 (hangup) endpos=24000"])
    assert code == 1
    assert "MESSAGE_TAKEN" not in switch.variables


@pytest.mark.parametrize(
    "changed",
    [
        {"CALL": None},
        {"CALL": "../../etc/passwd"},
        {"CALL": CALL + "\nX"},
        {"CALL": CALL.replace("1", "\u0661")},
        {"SOUNDS": None},
        {"SOUNDS": 'relative" "x'},
        {"SPOOL_MESSAGES": "/tmp/${SHELL(id)}"},
    ],
)
def test_what_is_not_of_its_form_leaves_the_message_to_the_dialplan(
    answered: Answered, changed: dict[str, str | None]
) -> None:
    code, switch = answered([], **changed)
    assert code == 1
    assert switch.spoken == []
    assert "MESSAGE_TAKEN" not in switch.variables


def test_an_unknown_language_is_the_callers_first(answered: Answered) -> None:
    _, switch = answered(["0 (dtmf) endpos=48000"], CALL_LANGUAGE="tlh", MESSAGE_LIMIT="-5")
    assert 'STREAM FILE "/home/sounds/zh/message_thanks" ""' in switch.heard


def test_the_end_of_the_conversation_ends_the_script_and_never_spins(
    answered: Answered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Switch, "_answer", lambda *_: b"520-Usage\n")
    code, _ = answered([])
    assert code == 1


def test_quotes_in_an_argument_stay_inside_it() -> None:
    phone = object.__new__(fallback.Phone)
    assert phone._quote('a" "b\\\n') == '"a\\" \\"b\\\\"'


def test_the_script_starts_alone_with_nothing_of_ours_and_little_else() -> None:
    script = Path(fallback.__file__)
    words = [sys.executable, "-I", "-X", "importtime", str(script)]
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "fallback message ended early: EOFError" in done.stderr
    assert "Traceback" not in done.stderr
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "asterisk.agi" in loaded
    assert not loaded & {"pydantic", "settings", "structlog", "asyncio", "callflow", "agi"}
