"""Reckoning with pieces of time. Does no I/O.

Where two lists meet, each is in order and without overlaps, as `joined` makes it.
"""

import math
from collections.abc import Iterable, Sequence

from recordings.analysis.result import Span


def joined(spans: Iterable[Span], *, pause_s: float = 0.0) -> tuple[Span, ...]:
    """Return spans in order, those that overlap, touch or are less than `pause_s` apart as one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda one: one.begin_s):
        near = found and (
            span.begin_s <= found[-1].end_s or span.begin_s - found[-1].end_s < pause_s
        )
        if near:
            found[-1] = Span(found[-1].begin_s, max(found[-1].end_s, span.end_s))
        else:
            found.append(span)
    return tuple(found)


def both(ones: Sequence[Span], others: Sequence[Span]) -> tuple[Span, ...]:
    """Return the times that lie in a span of each list."""
    found = []
    one, other = 0, 0
    while one < len(ones) and other < len(others):
        begin_s = max(ones[one].begin_s, others[other].begin_s)
        end_s = min(ones[one].end_s, others[other].end_s)
        if begin_s < end_s:
            found.append(Span(begin_s, end_s))
        if ones[one].end_s <= others[other].end_s:
            one += 1
        else:
            other += 1
    return tuple(found)


def gaps(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the times that lie in none of the spans, from the beginning of time to its end."""
    begins = [-math.inf, *(span.end_s for span in spans)]
    ends = [*(span.begin_s for span in spans), math.inf]
    return tuple(Span(begin, end) for begin, end in zip(begins, ends, strict=True) if begin < end)


def seconds(spans: Iterable[Span]) -> float:
    """Return how long the spans are together."""
    return sum(span.seconds for span in spans)
