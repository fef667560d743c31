"""Logs of our programs: one JSON object a line, personal data masked.

A caller's number, name or pressed keys may be logged only under the field names of `PERSONAL`;
below level debug they are masked there (SEC-2). In every other text, an error's too, what could be
a whole number is masked; ids of ours are not. A line's end inside a text is written as `\\n`: a
caller begins no line. Everybody logs through `structlog.get_logger()`, with an event of few fixed
words and the rest as fields.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any, Final, TextIO

import structlog

from phone_numbers.masking import masked_digits, masked_name, masked_number, masked_text

PERSONAL: Mapping[str, Callable[[str], str]] = {
    "number": masked_number,
    "name": masked_name,
    "digits": masked_digits,
}
"""Fields that hold personal data, and how each is masked."""

AS_IT_IS = frozenset({"at", "program", "level", "address", "boot"})
"""Fields that hold words, times and addresses of ours."""

_OURS: Final = re.compile(
    r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"  # of a call, a recording
    r"|\b\d{8}-\d{5}\b"  # of a ticket
    r"|\b[A-Za-z]\w*-\d{9,10}\.\d{1,9}\b|\b1\d{9}\.\d{1,9}\b"  # of a channel
    r"|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?"  # a time
    r"|0x[0-9a-f]+"  # of an object
)

_UNSEEN: Final = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}


def masked(
    _logger: object, _method: str, fields: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Mask the personal fields of one log line (a structlog processor)."""
    for field, value in fields.items():
        if mask := PERSONAL.get(field):
            fields[field] = None if value is None else mask(str(value))
        elif field not in AS_IT_IS:
            fields[field] = _without_numbers(value)
    return fields


def _without_numbers(value: Any) -> Any:
    """Return a value with what could be a whole number masked, its ids left."""
    match value:
        case str():
            return _masked_between_ids(value)
        case bytes() | Exception():
            return _without_numbers(repr(value))
        case list() | tuple() | set() | frozenset():
            return [_without_numbers(each) for each in value]
        case Mapping():
            return {key: _without_numbers(each) for key, each in value.items()}
        case int() if not isinstance(value, bool) and abs(value) >= 10**10:
            return masked_text(str(value))
        case _:
            return value


def _masked_between_ids(text: str) -> str:
    parts, done = [], 0
    for found in _OURS.finditer(text):
        parts += [masked_text(text[done : found.start()]), found.group()]
        done = found.end()
    return "".join([*parts, masked_text(text[done:])])


class FollowedFile(WatchedFileHandler):
    """The log that our stderr goes to, opened anew when another program renamed or removed it.

    What is printed without a logger (a traceback at the end) goes along.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            super().emit(record)
        except OSError:  # no room, or no folder: a line less
            self.handleError(record)

    def _open(self) -> TextIOWrapper:
        opened = open(self.baseFilename, "a", encoding="utf-8", opener=_private)  # noqa: SIM115 (kept open)
        for number in (sys.stdout.fileno(), sys.stderr.fileno()):
            os.dup2(opened.fileno(), number)
        return opened


def followed(path: Path) -> logging.Handler:
    """Return who writes to our log, where our stderr is that log; else to stderr."""
    try:
        ours = os.path.samestat(os.fstat(sys.stderr.fileno()), path.stat())
    except (OSError, ValueError):
        ours = False
    return FollowedFile(path) if ours else logging.StreamHandler(sys.stderr)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def set_up(
    program: str,
    level: str = "info",
    stream: TextIO | None = None,
    *,
    log: Path | None = None,
) -> None:
    """Make every logger of this process write JSON lines to `stream` (default: stderr).

    `program` names the writer in every line; libraries that use `logging` come out the same way.
    Where stderr is the file `log`, that is followed when another program rotates it.
    """
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(program=program)
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
    ]
    if level != "debug":
        shared.append(masked)
    shared.append(structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    writer = followed(log) if log and stream is None else logging.StreamHandler(stream)
    _send_the_standard_loggers_too(_LEVELS[level], shared, writer)


def _one_line(value: Any, **how: Any) -> str:
    """Return JSON in which nothing ends a line, turns the direction or is half a character."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(value, **how))


def _send_the_standard_loggers_too(
    level: int, shared: list[structlog.types.Processor], writer: logging.Handler
) -> None:
    writer.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(_one_line, ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [writer]
    root.setLevel(level)
