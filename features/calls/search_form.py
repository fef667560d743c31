"""Search form of calls: reads what was typed, and says what is wrong with it.

One box takes a number, a piece of it, a ticket's number or a call's id; whoever types need not say
which. Does no I/O.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from features.calls.lifecycle import Direction, Disposition
from features.calls.queries import CallFilter
from permissions.roles import Role, may_ask_for, sees_numbers
from phone_numbers.phone_number import phone_number, significant
from phone_numbers.plan import NumberPlan
from web.days import day_of

SHORTEST_PIECE = 3
"""Digits of the shortest piece of a number: two are in nearly every number."""

FIELDS = ("q", "agent", "outcome", "direction", "from", "from_time", "to", "to_time")
_LONGEST = 80

_TICKET = re.compile(r"^\d{8}-\d{5,12}$")
_CALL = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_DIGITS = re.compile(r"^\+?[\d ()/.-]+$")
_AGENT = re.compile(r"^[0-9A-Za-z]{1,20}$")


@dataclass(frozen=True, slots=True)
class TypedCalls:
    """What was typed, what it asks for, and by field the key of the sentence for what is wrong."""

    typed: Mapping[str, str]
    wanted: CallFilter
    faults: Mapping[str, str] = field(default_factory=dict)

    def as_role(self, role: Role) -> tuple[CallFilter, bool]:
        """Return what is looked for when `role` asks, and whether it may (SEC-2, QA-5).

        For who may not see numbers the digits are a whole number, never a piece of one.
        """
        piece = self.wanted.piece
        if piece is None or sees_numbers(role):
            return self.wanted, True
        whole = self.wanted.or_number
        wanted = replace(self.wanted, piece=None, or_number=None, number=whole)
        return wanted, may_ask_for(role, piece)

    @property
    def anything(self) -> bool:
        """Tell whether anything was asked for at all."""
        return any(self.typed.values())


def read(query: Mapping[str, str], zone: ZoneInfo, plan: NumberPlan, today: date) -> TypedCalls:
    """Return what a query string asks for; days and times are those of `zone`, so is `today`."""
    typed = {name: query.get(name, "").strip()[:_LONGEST] for name in FIELDS}
    faults: dict[str, str] = {}
    piece, ticket, call_id = _box(typed["q"], plan, faults)
    whole = phone_number(typed["q"], plan) if piece else None
    for name in ("from", "to"):
        _settle_day(typed, name, faults, today)
    since = _moment(typed, "from", faults, zone, last=False)
    until = _moment(typed, "to", faults, zone, last=True)
    if since and until and since >= until:
        faults["to"] = "calls.fault_order"
    wanted = CallFilter(
        piece=piece,
        or_number=whole,
        ticket=ticket,
        call_id=call_id,
        agent=_agent(typed["agent"], faults),
        disposition=_outcome(typed["outcome"], faults),
        direction=_direction(typed["direction"], faults),
        since=since,
        until=until,
    )
    return TypedCalls(typed, wanted, faults)


def _box(
    text: str, plan: NumberPlan, faults: dict[str, str]
) -> tuple[str | None, str | None, str | None]:
    """Return a piece of a number, a ticket's number and a call's id: one of them, or none."""
    if not text:
        return None, None, None
    if _TICKET.match(text):
        return None, text, None
    if _CALL.match(text.lower()):
        return None, None, text.lower()
    text = unicodedata.normalize("NFKC", text)
    if not text.isascii() or not _DIGITS.match(text):
        faults["q"] = "calls.fault_q"
        return None, None, None
    plain = significant(re.sub(r"[^\d+]", "", text), plan)
    if len(plain) < SHORTEST_PIECE:
        faults["q"] = "calls.fault_short"
        return None, None, None
    return plain, None, None


def _agent(text: str, faults: dict[str, str]) -> str | None:
    if text and not _AGENT.match(text):
        faults["agent"] = "calls.fault_agent"
        return None
    return text or None


def _outcome(text: str, faults: dict[str, str]) -> Disposition | None:
    if not text:
        return None
    try:
        return Disposition(text)
    except ValueError:
        faults["outcome"] = "calls.fault_outcome"
        return None


def _direction(text: str, faults: dict[str, str]) -> Direction | None:
    if text and text not in list(Direction):
        faults["direction"] = "calls.fault_direction"
        return None
    return Direction(text) if text else None


def _settle_day(typed: dict[str, str], name: str, faults: dict[str, str], today: date) -> None:
    """Write a day as it is kept, 昨天 as 2026-11-28: the next page's address has it too."""
    if day := day_of(typed[name], today, past=True):
        typed[name] = f"{day}"
    elif typed[name]:
        faults[name] = "form.fault_day"


def _moment(
    typed: Mapping[str, str], name: str, faults: dict[str, str], zone: ZoneInfo, *, last: bool
) -> datetime | None:
    """Return the moment of a day and a time; without a time the day's begin, or its end."""
    day_text, time_text = typed[name], typed[f"{name}_time"]
    if not day_text:
        if time_text:
            faults[name] = "calls.fault_day"
        return None
    if name in faults:
        return None
    try:
        day = date.fromisoformat(day_text)
        if time_text:
            minute = datetime.combine(day, time.fromisoformat(time_text).replace(tzinfo=zone))
            return minute + timedelta(minutes=1) if last else minute
        return datetime.combine(day + timedelta(days=1 if last else 0), time(), zone)
    except (ValueError, OverflowError):
        faults[name] = "calls.fault_time"
        return None
