"""Reads one line of each journal. Does no I/O.

A line is either an event or a `Reject`; nothing a writer did, or left half done when it was
killed, raises. All text that leaves here is clean: callers' values come in base64 and are cleaned
after decoding.
"""

import base64
import binascii
import csv
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from callflow.events import HOUSE, NOTHING, JournalEvent
from callflow.names import name_in, named_in
from callflow.text import LIMIT, clean, decoded


class Reject(NamedTuple):
    """A line that is no event, and why."""

    file: str
    offset: int
    why: str
    line: str
    """Clean, and cut."""


Parse = Callable[[str, str, int], JournalEvent | Reject]
"""`(line, file, offset)`, the line without its end."""

LONGEST_KEY = 150
"""Characters of a uniqueid or a channel's name; Asterisk's own limit is 150 with the end."""
LONGEST_VALUE = 200
KEPT_OF_A_REJECT = 500

_decoded = json.JSONDecoder().decode  # `json.loads` asks what it was given, line after line
_CEL_FIELDS = 12
_SAID_ELSEWHERE = frozenset({"TR_JOIN", "TR_UNHOLD", "TR_WATCH"})
"""Events on a channel that is not the call's: they name the call they are about."""
_CALLERS_OWN = frozenset({"num", "name", "ref", "did", "sent"})
_WILD = "wild"
"""The header of a name that is not in UTF-8, whole; `name` is empty then."""
_EARLIEST, _LATEST = 946_684_800.0, 4_102_444_800.0  # the years 2000 and 2100
_EVENT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_CHANNEL_ID = re.compile(r"(?:[\w.]+-)?\d{9,11}\.\d+")
_CALL_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CEL_START = re.compile(r'"[A-Z_]{4,24}","\d{9,11}\.\d{6}","')
_QUEUE_START = re.compile(
    r"(?=\d{10}\|(?:NONE|MANAGER|(?:[\w.]+-)?\d{9,11}\.\d+)\|[^|]*\|[^|]*\|[A-Z]{3,}\b)"
)
_JSON_START = re.compile(r'\{"')
"""Within a text it would be written with a backslash; our lines hold no object in an object."""


def parse_cel(line: str, file: str, offset: int) -> JournalEvent | Reject:
    """Read a line of Asterisk's channel event log, in the columns of `asterisk-config`."""
    try:
        fields = next(csv.reader((line,), strict=True))
        if len(fields) != _CEL_FIELDS:
            raise ValueError(f"{len(fields)} fields, not {_CEL_FIELDS}")
        name, at, uniqueid, linkedid, channel = fields[:5]
        linkedid = fields[9] or linkedid  # the call's first one: `ami/call_names.py`
        extra = _object(fields[8]) if fields[8] else NOTHING
        if name == "USER_DEFINED":
            name, data = fields[10], _said(str(extra.get("extra", "")), fields[10])
            of_call = _CALL_ID.fullmatch(data.get("call", ""))
            if name == "TR_CALL" and not of_call:
                raise ValueError("a call without an id of ours")
            if name in _SAID_ELSEWHERE and of_call:
                linkedid = data["call"]
        else:
            data = {key: _text(extra[key]) for key in _KEPT_OF_CEL if extra.get(key)}
            if fields[11]:
                data["peer"] = _text(fields[11])
        return JournalEvent(
            _time(at),
            "cel",
            file,
            offset,
            _name(name),
            _key(linkedid),
            _key(uniqueid),
            _key(channel),
            data,
        )
    except (ValueError, StopIteration, csv.Error) as error:
        torn = _after_a_tear(line, _CEL_START, parse_cel, file, offset)
        return torn or _reject(line, file, offset, error)


_KEPT_OF_CEL = (
    *("hangupcause", "hangupsource", "dialstatus", "bridge_id", "extension"),
    *("transferee_channel_name", "transfer_target_channel_name"),
)


def _after_a_tear(
    line: str, starts: re.Pattern[str], parse: Parse, file: str, offset: int
) -> JournalEvent | Reject | None:
    """Return the whole event after a torn one: the next writer went on in the same line."""
    found = [one.start() for one in starts.finditer(line)]
    if not found or found[-1] == 0:
        return None
    cut = found[-1]
    return parse(line[cut:], file, offset + len(line[:cut].encode()))


def parse_queue_log(line: str, file: str, offset: int) -> JournalEvent | Reject:
    """Read a line of Asterisk's queue log: `epoch|uniqueid|queue|agent|event|data…`."""
    torn = _after_a_tear(line, _QUEUE_START, parse_queue_log, file, offset)
    if torn is not None:  # what is torn may look whole to the last field
        return torn
    try:
        at, uniqueid, queue, agent, name, *more = line.split("|")
        ours = _CHANNEL_ID.fullmatch(uniqueid) is not None
        data = {"queue": _text(queue)} if queue != "NONE" else {}
        data |= {str(n): _text(value) for n, value in enumerate(more, 1) if value}
        key = _key(uniqueid) if ours else ""
        agent = "" if agent == "NONE" else _key(agent)
        return JournalEvent(
            _time(at), "queue", file, offset, _name(name), key or HOUSE, key, agent, data
        )
    except ValueError as error:
        return _reject(line, file, offset, error)


def parse_dialogue(line: str, file: str, offset: int) -> JournalEvent | Reject:
    """Read a line of our call service: `{"call": uuid, "at": seconds, "what": name, …}`.

    An empty `call`: it was none (a trunk's call that was refused).
    """
    return _parse_json(line, file, offset, "dialogue")


def parse_site(line: str, file: str, offset: int) -> JournalEvent | Reject:
    """Read a line of the supervisor: `{"at": seconds, "what": "switch_started", …}`."""
    return _parse_json(line, file, offset, "site")


def _parse_json(line: str, file: str, offset: int, source: str) -> JournalEvent | Reject:
    try:
        said = _object(line)
        about = str(said.pop("call")) if source == "dialogue" else HOUSE
        about = _key(about) if about else HOUSE
        at, name = _time(said.pop("at")), _name(str(said.pop("what")))
        data = {_text(key): _text(value) for key, value in said.items() if value is not None}
        return JournalEvent(at, source, file, offset, name, about, data=data)
    except (KeyError, ValueError) as error:
        parse = parse_dialogue if source == "dialogue" else parse_site
        torn = _after_a_tear(line, _JSON_START, parse, file, offset)
        return torn or _reject(line, file, offset, error)


def _object(text: str) -> dict[str, Any]:
    try:
        value = _decoded(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _said(extra: str, name: str) -> Mapping[str, str]:
    """Return `k=v&k=v` as our dialplan says it; what callers sent arrives in base64."""
    pairs = (pair.partition("=") for pair in extra.split("&") if pair)
    if name == "TR_CALL":
        found = {key: value for key, _, value in pairs}
        sent = name_in(_bytes(found.pop(_WILD, ""))) or _bytes(found.get("name", ""))
        told = {
            _text(key): _unwrapped(value) if key in _CALLERS_OWN else _text(value)
            for key, value in found.items()
        }
        return told | {"name": named_in(sent)} if sent else told
    return {_text(key): _text(value) for key, _, value in pairs}


def _bytes(value: str) -> bytes:
    """Return what a base64 value stands for; one that was cut gives what is whole of it.

    The dialplan puts a blank in front, so that it never encodes nothing.
    """
    whole = value.rstrip("=")
    whole = whole[:-1] if len(whole) % 4 == 1 else whole
    try:
        return base64.b64decode(whole + "=" * (-len(whole) % 4), validate=True).removeprefix(b" ")
    except (binascii.Error, ValueError):
        return b""


def _unwrapped(value: str) -> str:
    """Return a base64 value as clean text."""
    raw = _bytes(value)
    if len(raw) <= LIMIT and raw.isalnum():  # most numbers and refs: nothing there to be cleaned
        return raw.decode("ascii")
    return decoded(raw)


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) <= LONGEST_VALUE and text.isascii() and text.isprintable():
        return text
    return clean(text, LONGEST_VALUE)


def _key(value: str) -> str:
    if not value or len(value) > LONGEST_KEY or not value.isprintable():
        raise ValueError("no usable channel or call id")
    return value


def _name(value: str) -> str:
    if not _EVENT_NAME.fullmatch(value):
        raise ValueError("no event's name")
    return value


def _time(value: object) -> float:
    at = float(str(value))
    if not _EARLIEST < at < _LATEST:
        raise ValueError("no time of this century")
    return at


def _reject(line: str, file: str, offset: int, error: Exception) -> Reject:
    why = clean(f"{type(error).__name__}: {error}", LONGEST_VALUE)
    return Reject(file, offset, why, clean(line, KEPT_OF_A_REJECT))
