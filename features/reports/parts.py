"""What a shown report is made of: tables, cells with links, charts; how figures are written.

Does no I/O. A cell may have a link to the rows that it counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from features.reports.rules import Period
from web.formats import NOTHING, Formats

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table, and the address of the rows that it counts; empty: none."""

    text: str
    link: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns of one series, each with what stands under it."""

    title: str
    labels: Sequence[str]
    values: Sequence[float]

    @property
    def top(self) -> float:
        """Return the value of the highest column, 1 at least."""
        return max([*self.values, 1.0])


@dataclass(frozen=True, slots=True)
class Block:
    """A table of a report under its title."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    chart: Chart | None = None


def percent(part: float, whole: float) -> str:
    """Return a share, a dash where there is nothing to be shared."""
    return f"{100 * part / whole:.1f} %" if whole else NOTHING


def average(whole_ms: int, count: int) -> str:
    """Return an average length; a dash without anything."""
    return Formats.length(whole_ms / 1000 / count) if count else NOTHING


def calls_link(period: Period, **only: str) -> str:
    """Return the address of the calls of some days."""
    days = {"from": f"{period.first}", "to": f"{period.last}"}
    return f"/calls?{urlencode({**only, **days})}"


def judgements_link(period: Period, **only: str) -> str:
    """Return the address of what was judged of the calls of some days."""
    days = {"from": f"{period.first}", "to": f"{period.last}"}
    return f"/judgements?{urlencode({**only, **days})}"


def tickets_link(period: Period, **only: str) -> str:
    """Return the address of the tickets that were opened on some days."""
    days = {"from": f"{period.first}", "to": f"{period.last}"}
    return f"/reports/tickets?{urlencode({**only, **days})}"
