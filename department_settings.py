"""Settings of the calls to departments that are late (TKT-12)."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class DepartmentSettings(BaseSettings):
    """When a department's telephone is rung, how often, and what its keys do."""

    department_call_at: Literal["never", "overdue", "warned"] = Field(
        "overdue",
        description="TKT-12: when a department with a telephone is rung about a ticket: `never`, "
        "when its deadline is over (and each time that it is reminded), or `warned`: before that "
        "too, when its clock warns.",
    )
    department_call_any_hour: bool = Field(
        False, description="Departments are rung out of their office hours too."
    )
    department_call_ring_for: int = Field(
        30, ge=5, le=120, description="Seconds a department's telephone rings."
    )
    department_call_again_every: int = Field(
        900,
        ge=5,
        le=86_400,
        description="Seconds until a department is called again that gave no answer.",
    )
    department_call_tries: int = Field(
        3,
        ge=1,
        le=20,
        description="Calls to a department about a ticket without an answer; then the ticket goes "
        "to the manager hotline.",
    )
    department_calls_a_day: int = Field(
        6, ge=1, le=100, description="Calls to one department in one day, at most."
    )
    department_more_time: int = Field(
        240,
        ge=30,
        le=6000,
        description="Minutes of office hours that a department asks for with key 2.",
    )
