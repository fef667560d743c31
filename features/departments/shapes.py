"""JSON of departments."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.departments.queries import Department
from web.shapes import NOON, Clean, CustomerNumber, Shape


class DepartmentShape(Shape):
    """One department that tickets are dispatched to."""

    name: Clean = Field(examples=["线路班"])
    name_en: Clean
    active: bool = Field(description="Whether something may be dispatched to it.")
    hours: int = Field(description="Office hours for an order; 0: as the house says.")
    office: Clean = Field(description="Its own office hours; empty: those of the house.")
    holidays: Clean
    phone: CustomerNumber = Field(
        description="Its telephone, rung when it is late (TKT-12); empty: it is not rung."
    )
    email: Clean = Field(
        description="Where each order for it is sent, with a link to answer by; empty: nowhere."
    )
    updated_at: datetime = Field(examples=[NOON])
    updated_by: Clean

    @classmethod
    def of(cls, department: Department) -> Self:
        return cls.model_validate(department)
