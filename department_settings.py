"""Settings of departments: calls to those that are late (TKT-12), links in their e-mails."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings


def _site(text: str) -> str:
    plain = text.rstrip("/")
    if not re.fullmatch(r"|https?://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]{1,253})(:[0-9]{1,5})?", plain):
        raise ValueError(f"{text!r}: write how the desk is opened, like https://desk.example.com")
    return plain


class DepartmentSettings(BaseSettings):
    """When a department's telephone is rung, how often, what its keys do; links in its e-mails."""

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
    department_link_site: Annotated[str, AfterValidator(_site)] = Field(
        "",
        description="How departments open the desk, like https://desk.example.com; empty: orders "
        "are not sent to departments by e-mail.",
    )
    department_link_hours: int = Field(
        72,
        ge=1,
        le=720,
        description="Hours for which the link in an e-mail to a department is good.",
    )
