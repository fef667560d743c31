"""JSON of figures as they are counted by now."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from pydantic import Field

from web.shapes import Plain, Shape


class SumsShape(Shape):
    """Counts and sums of calls."""

    count: int
    queued: int = Field(description="Calls that joined a queue.")
    measured: int = Field(description="Those that the service level is measured by.")
    in_time: int = Field(description="Those of them that were answered in time.")
    rang_in_time: int = Field(description="Calls that were answered as ANS-1 wants it.")
    waited_ms: int
    talk_ms: int
    held_ms: int


class HalfHourShape(SumsShape):
    """The calls of one half hour of the day."""

    slot: int = Field(description="The half hour, from 0.")


class DayShape(SumsShape):
    """The calls of one day."""

    day: date


class TrafficShape(Shape):
    """Incoming calls of some days, as they are counted by now."""

    from_day: date
    to_day: date
    topic: Plain | None
    total: SumsShape
    before: SumsShape = Field(description="Of as many days, a week or weeks before.")
    days: list[DayShape]
    half_hours: list[HalfHourShape]


class StaffShape(Shape):
    """How many agents a half hour needed, or will need (Erlang C)."""

    slot: int = Field(description="The half hour, from 0.")
    calls: float = Field(description="That joined a queue; of a day to come, those expected.")
    handling_s: float = Field(description="Talk, hold and wrap-up of one call.")
    needed: int = Field(description="Agents.")
    there: float | None = Field(description="Agents at work, on average; null: a day to come.")
    level: float | None = Field(description="The service level that was reached, 0 to 1.")


class StaffingShape(Shape):
    """A day's traffic against its agents."""

    day: date
    forecast: bool = Field(description="Whether it is expected from the last eight weeks.")
    within_s: float
    share: float
    half_hours: list[StaffShape]


class AgentDayShape(Shape):
    """What one agent did on one day, from rows that nobody writes by hand (RPT-3)."""

    agent: Plain = Field(description="Account number, or that of a phone without sign-in.")
    name: Plain
    calls: int
    talk_s: float
    held_s: float
    missed: int
    tickets_opened: int
    tickets_closed: int
    acts: Mapping[Plain, int] = Field(description="What was done with tickets, by what it was.")


class AgentDaysShape(Shape):
    """One day of those whom one may see."""

    day: date
    counted_at: datetime | None = Field(description="When its figures were counted last.")
    agents: Sequence[AgentDayShape]
