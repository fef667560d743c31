"""Whether callers were served, not only answered: the dialplan answers without our programs.

A call that was picked up and never spoken to looks like a success to SIPp. It counts as served
when its dialogue said its first prompt, as the call's own journal tells.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.end_to_end.house import House
from tests.waiting import until

FIRST_WORDS = """
SELECT c.answered AS answered,
       (SELECT MIN(e.at) FROM call_events e
         WHERE e.about IN (c.id, c.linkedid) AND e.name = 'prompt') AS spoken
  FROM calls c
 WHERE c.ref = :ref AND c.fallback IS NULL
"""


@dataclass(frozen=True)
class Served:
    """How many calls heard words of their dialogue, and how long after the answer, in ms."""

    calls: int
    to_words_ms: Sequence[float]

    def late(self, share: float) -> float:
        """Return the time within which this share of the served calls heard words."""
        ordered = sorted(self.to_words_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class Ledger:
    """Waits until every call made so far is kept, and tells how the last ones were served."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._made = 0

    def __call__(self, calls: int, ref: str) -> Served:
        self._made += calls
        return asyncio.run(self._served(ref))

    async def _served(self, ref: str) -> Served:
        await until(self._has_everything, within=180, what="the ledger has every call", every=0.5)
        rows = await self._house.rows(FIRST_WORDS, ref=ref)
        spoken = [(row["answered"], row["spoken"]) for row in rows if row["spoken"]]
        late = [1000 * (_epoch(words) - _epoch(answered)) for answered, words in spoken]
        return Served(len(late), late)

    async def _has_everything(self) -> bool:
        [row] = await self._house.rows("SELECT COUNT(*) AS n FROM calls WHERE state = 'ended'")
        return int(row["n"]) >= self._made and not self._house.spooled()


def _epoch(at: Any) -> float:
    """Return a time of the database (text without a zone in SQLite) as seconds since 1970."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return float((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
