"""Logs of our programs: one JSON object a line, personal fields masked.

A caller's number, name or pressed keys may be logged only under the field names of `PERSONAL`;
below level debug they are masked there (SEC-2). Everybody logs through `structlog.get_logger()`,
with an event of few fixed words and the rest as fields.
"""

import logging
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from phone_numbers.masking import masked_digits, masked_name, masked_number

PERSONAL: Mapping[str, Callable[[str], str]] = {
    "number": masked_number,
    "name": masked_name,
    "digits": masked_digits,
}
"""Fields that hold personal data, and how each is masked."""

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
    for field, mask in PERSONAL.items():
        if field in fields and fields[field] is not None:
            fields[field] = mask(str(fields[field]))
    return fields


def set_up(program: str, level: str = "info", stream: TextIO | None = None) -> None:
    """Make every logger of this process write JSON lines to `stream` (default: stderr).

    `program` names the writer in every line; libraries that use `logging` come out the same way.
    """
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(program=program)
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
    ]
    if level != "debug":
        shared.append(masked)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    _send_the_standard_loggers_too(_LEVELS[level], shared, stream or sys.stderr)


def _send_the_standard_loggers_too(
    level: int, shared: list[structlog.types.Processor], stream: TextIO
) -> None:
    writer = logging.StreamHandler(stream)
    writer.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [writer]
    root.setLevel(level)
