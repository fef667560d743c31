"""JSON of views of the ticket list."""

from datetime import datetime
from typing import Self

from pydantic import Field

from features.ticket_views.rules import Choice, Column, Shared, View
from web.shapes import NOON, Clean, Fields, Plain, Shape


class TicketViewShape(Shape):
    """Filters and columns of the ticket list, kept under a name."""

    id: int
    name: Clean = Field(examples=["线路班超时"])
    owner: Plain = Field(description="Account number of who made it.", examples=["1001"])
    shared: Shared
    shared_with: Plain = Field(description="The role, the team or the department.")
    filters: Fields = Field(description="By the names of the list's form.")
    columns: list[Column]
    first: bool = Field(description="Your list begins with it.")
    version: int
    updated_at: datetime = Field(examples=[NOON])
    deleted_at: datetime | None

    @classmethod
    def of(cls, view: View, choice: Choice) -> Self:
        told = {name: getattr(view, name) for name in view.__slots__}
        return cls.model_validate(told | {"first": choice.first == view.id})
