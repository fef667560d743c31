"""How this installation rings its departments: its settings, as the rules take them."""

from datetime import datetime

from features.department_calls.lifecycle import DepartmentRules
from features.departments.queries import Department
from features.ticket_clocks.lifecycle import ClockKind, House
from features.ticket_clocks.rules import Office
from settings import Settings


def rules(settings: Settings) -> DepartmentRules:
    """Return how this house rings departments."""
    return DepartmentRules(
        ring_for=settings.department_call_ring_for,
        again_every=settings.department_call_again_every,
        tries=settings.department_call_tries,
        calls_a_day=settings.department_calls_a_day,
        more_time_s=60.0 * settings.department_more_time,
        any_hour=settings.department_call_any_hour,
    )


def office_of(house: House, department: Department) -> Office:
    """Return the office by whose hours a department works."""
    there = house.with_hours(department.office, department.holidays)
    return there.office_of(ClockKind.PROMISED)


def is_to_be_rung(settings: Settings, *, acts: bool) -> bool:
    """Tell whether a department is rung when its clock acts, or only warns."""
    return settings.department_call_at == "warned" or (
        acts and settings.department_call_at == "overdue"
    )


def rung_from(office: Office, rules: DepartmentRules, now: datetime) -> datetime:
    """Return when a department is rung about a ticket that is late from now on."""
    return now if rules.any_hour else office.opens_after(now)
