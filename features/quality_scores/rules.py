"""How far two inspectors agree, until when one may appeal, what a score is. Does no I/O."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from features.quality_forms.rules import Answer

MOST_MARKS: Final = 40
LONGEST_MARK: Final = 500
LATEST_SECOND: Final = 24 * 3600


class Outcome(StrEnum):
    """How an appeal was decided."""

    ACCEPTED = "accepted"  # the score is corrected: a new version
    REJECTED = "rejected"  # it stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A comment at a second of the recording."""

    second: int | None
    """From its beginning; None: about the whole."""
    words: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two inspectors agree, over many items that both scored."""

    answers: int
    agreed: int
    kappa: float | None
    """Cohen's; None where chance alone would agree always."""

    @property
    def share(self) -> float | None:
        """Return the part of answers that are the same."""
        return self.agreed / self.answers if self.answers else None


def agreement(pairs: Iterable[tuple[Answer, Answer]]) -> Agreement:
    """Return how far pairs of answers agree, beyond what chance would (Cohen 1960)."""
    return agreement_of(Counter(pairs))


def agreement_of(counts: Mapping[tuple[Answer, Answer], int]) -> Agreement:
    """Return the same of pairs that are counted already."""
    of = sum(counts.values())
    agreed = sum(count for (one, other), count in counts.items() if one is other)
    if not of:
        return Agreement(0, 0, None)
    first: Counter[Answer] = Counter()
    second: Counter[Answer] = Counter()
    for (one, other), count in counts.items():
        first[one] += count
        second[other] += count
    by_chance = sum(first[each] * second[each] for each in Answer) / of**2
    kappa = None if by_chance == 1 else (agreed / of - by_chance) / (1 - by_chance)
    return Agreement(of, agreed, kappa)


def paired(
    one: Mapping[int, Answer], other: Mapping[int, Answer]
) -> Sequence[tuple[Answer, Answer]]:
    """Return what two inspectors said of the same questions."""
    return [(one[key], other[key]) for key in sorted(one.keys() & other.keys())]


def may_appeal_until(scored_at: datetime, days: int) -> datetime:
    """Return until when the agent may appeal against a score."""
    return scored_at + timedelta(days=days)


def digest(said: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a score, which the audit log keeps in its chain."""
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def second_of(text: str) -> int | None:
    """Return the second that somebody typed: `83`, `1:23`, `1:02:03`; None for nothing.

    Raises ValueError for what is none.
    """
    if not text.strip():
        return None
    parts = text.strip().replace("：", ":").split(":")
    if len(parts) > 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(text)
    second = 0
    for part in parts:
        second = second * 60 + int(part[:6])
    if second > LATEST_SECOND:
        raise ValueError(text)
    return second
