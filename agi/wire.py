"""The AGI wire protocol: bytes in, messages out; commands out as bytes. Does no I/O.

Asterisk opens the conversation with the environment, one `agi_key: value` a line up to an empty
line. Then every command is answered in order, and one line may come unasked at any moment: HANGUP.

    reading      line                       message        then reading
    ENVIRONMENT  agi_key: value             -              ENVIRONMENT
    ENVIRONMENT  (empty)                    Environment    REPLIES
    ENVIRONMENT  anything else              Violation      NOTHING
    REPLIES      HANGUP                     HungUp         REPLIES
    REPLIES      100 …                      -              REPLIES
    REPLIES      NNN result=… (value        -              VALUE
    REPLIES      520-…                      -              USAGE
    REPLIES      NNN …                      Reply          REPLIES
    REPLIES      anything else              Violation      NOTHING
    VALUE        … ends the value           Reply          REPLIES
    USAGE        520 …                      Reply          REPLIES
    any          beyond a limit             Violation      NOTHING

A value in parentheses runs to the last `)` of its line; a value with line ends runs to the first
line that ends in `)`. A hostile value can therefore pretend to be a reply; `pending` counts the
commands that are under way, and a reply that nobody asked for is a Violation too: nothing that
follows on such a wire can be believed.

Two blames: `Violation` (theirs) is a message, `Unsendable` (ours) is raised.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from callflow.text import clean, decoded

LINE_LIMIT: Final = 64 * 1024
"""Bytes of one line, or of one value with line ends; Asterisk's own variables stay far below."""
ENVIRONMENT_LINES: Final = 100
"""Lines of the environment; Asterisk sends about 22 and one for each argument."""
ENVIRONMENT_LIMIT: Final = 64 * 1024
"""Bytes of the whole environment."""
COMMAND_LIMIT: Final = 2000
"""Bytes of one command: Asterisk reads lines of 2,048 and takes the rest for the next command."""
VALUE_LIMIT: Final = 1024
"""Characters kept of a value that Asterisk returns."""


@dataclass(frozen=True)
class Environment:
    """What Asterisk says about the channel: `agi_…` keys, values cleaned."""

    values: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """The answer to one command.

    `code` is 200, 510 (unknown), 511 (dead channel) or 520 (usage); `result` the number or word
    after `result=`; `value` the cleaned text in parentheses, None where there are none.
    """

    code: int
    result: str = ""
    value: str | None = None


@dataclass(frozen=True)
class HungUp:
    """The caller is gone; commands for dead channels are still carried out."""


@dataclass(frozen=True)
class Violation:
    """The peer broke the protocol; the wire reads nothing more."""

    reason: str


Message = Environment | Reply | HungUp | Violation


class Unsendable(ValueError):
    """A command that cannot be put on the wire: too long, or a word where no words may stand."""


class Reading(Enum):
    ENVIRONMENT = auto()
    REPLIES = auto()
    VALUE = auto()
    USAGE = auto()
    NOTHING = auto()


_KEY = re.compile(r"agi_[a-z0-9_]{1,40}")
_REPLY = re.compile(rb"(\d{3})(?: |$)(.*)", re.DOTALL)
_RESULT = re.compile(rb"result=(\S*)(?: +\((.*)\))?", re.DOTALL)
_ENDED = re.compile(rb"\)(?: [a-z]+=\S*)*\s*$")
_WORDS = re.compile(r"[A-Za-z]+( [A-Za-z]+)*")
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160), 0x2028, 0x2029))


class Wire:
    """One AGI conversation, our side."""

    def __init__(self) -> None:
        self.reading = Reading.ENVIRONMENT
        self.pending = 0
        self._buffer = bytearray()
        self._searched = 0
        self._kept: list[bytes] = []
        self._kept_bytes = 0
        self._readers: Mapping[Reading, Callable[[bytes], Message | None]] = {
            Reading.ENVIRONMENT: self._environment,
            Reading.REPLIES: self._reply,
            Reading.VALUE: self._value,
            Reading.USAGE: self._usage,
        }

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that `data` completes, in order; never raises."""
        messages: list[Message] = []
        self._buffer += data
        while self.reading is not Reading.NOTHING:
            end = self._buffer.find(b"\n", self._searched)
            if end < 0:
                self._searched = len(self._buffer)
                if self._searched > LINE_LIMIT:
                    messages.append(self._broken("line too long"))
                break
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            self._searched = 0
            if message := self._line(line):
                messages.append(message)
        if self.reading is Reading.NOTHING:
            self._buffer.clear()
        return messages

    def command(self, words: str, *arguments: str) -> bytes:
        """Return the bytes of one command and count it as under way.

        `words` are the AGI command, such as `SET VARIABLE`; every argument is quoted. Raises
        Unsendable for words that are none and for a command beyond `COMMAND_LIMIT`.
        """
        if not _WORDS.fullmatch(words):
            raise Unsendable(f"not an AGI command: {words!r}")
        line = " ".join((words, *map(quoted, arguments))).encode("utf-8", "replace") + b"\n"
        if len(line) > COMMAND_LIMIT:
            raise Unsendable(f"{words} of {len(line)} bytes; Asterisk takes {COMMAND_LIMIT}")
        self.pending += 1
        return line

    def _line(self, line: bytes) -> Message | None:
        if len(line) > LINE_LIMIT:
            return self._broken("line too long")
        return self._readers[self.reading](line.removesuffix(b"\r"))

    def _environment(self, line: bytes) -> Message | None:
        if not line:
            return self._environment_ended()
        self._keep(line)
        if len(self._kept) > ENVIRONMENT_LINES or self._kept_bytes > ENVIRONMENT_LIMIT:
            return self._broken("environment too long")
        if b":" not in line:
            return self._broken("environment line without a colon")
        return None

    def _environment_ended(self) -> Message:
        values: dict[str, str] = {}
        for line in self._taken():
            key, _, value = line.partition(b":")
            name = key.decode("ascii", "replace").strip()
            if not _KEY.fullmatch(name):
                return self._broken("unknown kind of environment key")
            if name in values:
                return self._broken("environment key twice")
            values[name] = decoded(value, LINE_LIMIT if name in _ADDRESSES else 200)
        self.reading = Reading.REPLIES
        return Environment(MappingProxyType(values))

    def _reply(self, line: bytes) -> Message | None:
        if line == b"HANGUP":
            return HungUp()
        if line.startswith(b"520-"):
            self.reading = Reading.USAGE
            return None
        if line.startswith(b"100 "):  # provisional: the real reply follows
            return None
        if not _REPLY.fullmatch(line):
            return self._broken("not a reply")
        if b"(" in line and not _ENDED.search(line) and line.startswith(b"200 "):
            self._keep(line)
            self.reading = Reading.VALUE
            return None
        return self._replied(line)

    def _value(self, line: bytes) -> Message | None:
        self._keep(line)
        if self._kept_bytes > LINE_LIMIT:
            return self._broken("value too long")
        if not _ENDED.search(line):
            return None
        self.reading = Reading.REPLIES
        return self._replied(b"\n".join(self._taken()))

    def _usage(self, line: bytes) -> Message | None:
        self._kept_bytes += len(line)
        if self._kept_bytes > LINE_LIMIT:
            return self._broken("usage too long")
        if not line.startswith(b"520 "):
            return None
        self._taken()
        self.reading = Reading.REPLIES
        return self._replied(b"520 ")

    def _replied(self, text: bytes) -> Message:
        if not self.pending:
            return self._broken("a reply to nothing")
        self.pending -= 1
        code, rest = text[:3], text[4:]
        if not (found := _RESULT.match(rest)):
            return Reply(int(code))
        result, value = found.groups()
        return Reply(
            int(code),
            clean(result.decode("ascii", "replace")),
            None if value is None else decoded(value, VALUE_LIMIT),
        )

    def _keep(self, line: bytes) -> None:
        self._kept.append(line)
        self._kept_bytes += len(line) + 1

    def _taken(self) -> list[bytes]:
        kept, self._kept, self._kept_bytes = self._kept, [], 0
        return kept

    def _broken(self, reason: str) -> Violation:
        self.reading = Reading.NOTHING
        self._taken()
        return Violation(reason)


_ADDRESSES = frozenset({"agi_request", "agi_network_script"})


def quoted(argument: str) -> str:
    r"""Return `argument` as Asterisk's parser takes it: in quotes, `"` and `\` escaped.

    Control characters and line ends are dropped: Asterisk knows no escape for them.
    """
    visible = argument.translate(_CONTROLS)
    return '"' + visible.replace("\\", "\\\\").replace('"', '\\"') + '"'


def visited(environment: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """Return route and query of the address that the dialplan called: `agi://host/route?query`."""
    script = environment.get("agi_network_script")
    try:
        address = urlsplit("/" + script if script else environment.get("agi_request", ""))
        pairs = parse_qsl(address.query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return "", MappingProxyType({})
    query = {clean(key): clean(value, 200) for key, value in pairs}
    return clean(address.path.strip("/")), MappingProxyType(query)
