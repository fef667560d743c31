"""What the answer of a far switch to a call of ours means. Does no I/O.

A trunk that refuses us, or does not work, says nothing about the person: the call is made on the
next trunk, and never booked as if the person had declined.
"""

from typing import Final

TRUNK_REFUSES: Final = frozenset(
    {
        *(401, 402, 403, 407),  # it does not know us, or does not let us
        *(405, 406, 413, 414, 415, 416, 420, 421, 423, 488, 493, 494, 606),  # not in this form
        *(500, 501, 502, 503, 504, 505, 513, 580),  # it does not work, or has no line
    }
)
"""SIP statuses that are about the trunk and us."""

NOTHING: Final = 0
"""In the place of a status: the trunk never said anything."""
BUSY_LINES: Final = frozenset({500, 502, 503, 504})

UNREACHABLE: Final = "unreachable"
NO_LINE: Final = "no_line"
CONGESTION: Final = "congestion"
DIVERTED: Final = "diverted"
"""The phone leads to another number, which is not dialled."""

_RESULTS: Final = {
    404: "unknown_number",
    410: "unknown_number",
    484: "unknown_number",
    604: "unknown_number",
    480: UNREACHABLE,
    486: "busy",
    600: "busy",
    603: "refused",
    607: "refused",
    608: "refused",
}


def refused_by_trunk(status: int) -> bool:
    """Tell whether a status, or that there is none, is the trunk's own doing."""
    return status in TRUNK_REFUSES or status == NOTHING


def result(status: int) -> str | None:
    """Return how a call ended that nobody answered; None: its Q.850 cause says so."""
    if status in BUSY_LINES:
        return CONGESTION
    if refused_by_trunk(status):
        return NO_LINE
    return DIVERTED if 300 <= status < 400 else _RESULTS.get(status)
