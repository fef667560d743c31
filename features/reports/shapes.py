"""JSON of reports."""

import json
from datetime import date, datetime
from typing import Self

from pydantic import Field

from features.reports.queries import Report
from features.reports.rules import PeriodKind, Sort
from web.shapes import NOON, Clean, Fields, Id, Plain, Shape


class ReportLineShape(Shape):
    """One report, without its figures."""

    id: int = Field(description="Its place among all reports, from 1.")
    sort: Sort
    period: PeriodKind
    from_day: date
    to_day: date = Field(description="The last day, included.")
    number: int = Field(description="0: the report; from 1: its corrections.")
    corrects: int | None = Field(description="The report that this one corrects.")
    why: Clean = Field(description="Why it was corrected.")
    made_at: datetime = Field(examples=[NOON])
    made_by: Plain = Field(description="Empty: by itself, on its date.")
    sha256: Id = Field(description="Of its figures, as they are kept.")
    hash: Id = Field(description="Of the whole report and of the hash of the one before.")


class ReportShape(ReportLineShape):
    """One report with its figures: counts and sums, lengths in milliseconds (`_ms`)."""

    figures: Fields

    @classmethod
    def of(cls, one: Report) -> Self:
        """Return a report as it is told."""
        said = {name: getattr(one, name) for name in Report.__slots__}
        return cls(**{**said, "figures": json.loads(one.figures)})
