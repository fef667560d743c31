"""Takes a message while our service is gone (ANS-3): a script that Asterisk starts.

Asterisk runs it as a local AGI script, one process a call, so it imports nothing but the standard
library and pyst2 and is there in a tenth of a second. It invites, records until #, 4 s of silence
or the limit, asks once more when there was nothing, thanks, says goodbye. MESSAGE_TAKEN=1 comes
last: without it the dialplan records by itself. All it knows are variables of the dialplan, each
held to its form here again.

pyst2 is used through a filter: it escapes nothing, reads for ever at the end of its input, writes
the caller's number to stderr and takes the provisional 100 for an error.
"""

import io
import re
import sys
from pathlib import Path
from typing import BinaryIO

from asterisk.agi import AGI, AGIException

RATE = 8000
"""Samples a second of the recording."""
SILENCE = 4
"""Seconds of silence that end a message; Asterisk keeps the first of them."""
SHORTEST = 1
"""Seconds of sound below which it was a cough."""

_FORMS = {
    "CALL": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "CALL_LANGUAGE": r"zh|en",
    "SPOOL_MESSAGES": r"/[\w./-]{1,300}",
    "SOUNDS": r"/[\w./-]{1,300}",
    "MESSAGE_LIMIT": r"[1-9][0-9]{0,3}",
    "MESSAGE_REASON": r"[a-z_]{1,30}",
}
_OTHERWISE = {"CALL_LANGUAGE": "zh", "MESSAGE_LIMIT": "180", "MESSAGE_REASON": "fallback"}


class Unusable(Exception):
    """The dialplan did not tell what is needed: it must take the message itself."""


class Input:
    """Asterisk's lines: ends with an error instead of empty lines for ever; no provisional ones."""

    def __init__(self, raw: BinaryIO) -> None:
        self._lines = raw

    def readline(self) -> str:
        while True:
            line = self._lines.readline(65536)
            if not line:
                raise EOFError("Asterisk closed the conversation")
            if not line.startswith(b"100 "):
                return line.decode("utf-8", "replace")


class Phone(AGI):  # type: ignore[misc]
    """pyst2's AGI with what it lacks: quoting, and the end of the conversation."""

    def _quote(self, string: object) -> str:
        visible = "".join(c for c in str(string) if c.isprintable())
        return '"' + visible.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def command(self, words: str, *arguments: object) -> dict[str, tuple[str, str]]:
        """Give one AGI command; return pyst2's `{"result": (value, text), …}`."""
        answer: dict[str, tuple[str, str]] = self.execute(words, *map(self._quote, arguments))
        return answer

    def variable(self, name: str) -> str:
        """Return a variable of the dialplan. Raises Unusable when it has not its form."""
        found, value = self.command("GET VARIABLE", name)["result"]
        if found == "1" and re.fullmatch(_FORMS[name], value, re.ASCII):
            return value
        if name in _OTHERWISE:
            return _OTHERWISE[name]
        raise Unusable(name)

    def note(self, event: str, **facts: str) -> None:
        """Write an event into the call's journal."""
        pairs = "&".join(f"{key}={value}" for key, value in facts.items())
        self.command("EXEC", "CELGenUserEvent", f"{event},{pairs}")


class Taker:
    """Takes one message."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._file = Path(phone.variable("SPOOL_MESSAGES")) / phone.variable("CALL")
        self._sounds = Path(phone.variable("SOUNDS")) / phone.variable("CALL_LANGUAGE")
        self._limit = int(phone.variable("MESSAGE_LIMIT"))
        self._reason = phone.variable("MESSAGE_REASON")

    def take(self) -> None:
        """Invite, record, thank. Raises AGIException and EOFError when that could not be done."""
        self._say("fallback_message")
        if self._record() < SHORTEST:
            self._say("message_too_short")
            self._record()
        self._say("message_thanks")
        self._farewell()
        self._phone.command("SET VARIABLE", "MESSAGE_TAKEN", "1")

    def _say(self, prompt: str) -> None:
        self._phone.command("STREAM FILE", self._sounds / prompt, "")

    def _record(self) -> float:
        """Record over what was there; return the seconds of sound."""
        self._phone.note("TR_MESSAGE", reason=self._reason, by="script")
        self._say("beep")
        # A hang-up in the middle is an AGIHangup; the file stays, TR_MESSAGE_END is missing then.
        kept = self._phone.command(
            "RECORD FILE", self._file, "wav", "#", self._limit * 1000, 0, f"s={SILENCE}"
        )
        length = int(kept.get("endpos", ("0", ""))[0]) / RATE
        status = self._ended_by(kept["result"][1], length)
        self._phone.note("TR_MESSAGE_END", status=status)
        return length - 1 if status == "SILENCE" else length

    def _ended_by(self, word: str, length: float) -> str:
        if word == "dtmf":
            return "DTMF"
        return "TIMEOUT" if length > self._limit - 1 else "SILENCE"

    def _farewell(self) -> None:
        # The dialplan knows the weekend's and the holidays' words (GRT-4).
        self._phone.command("GOSUB", "farewell", "s", "1")


def main() -> int:
    """Take a message on the call that Asterisk started us for; 0 when it was taken."""
    try:
        phone = Phone(
            stdin=Input(sys.stdin.buffer),
            stdout=io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="\n"),
            stderr=io.StringIO(),
        )
        Taker(phone).take()
    except (AGIException, EOFError, OSError, Unusable, ValueError, KeyError) as error:
        # Asterisk's log takes it from here; never the caller's data, only what kind of end.
        print(f"fallback message ended early: {type(error).__name__}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
