"""API of links to departments: a link is sent again. The link itself leaves by e-mail only."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Request
from pydantic import Field

from features.department_links import actions
from features.department_links.rules import Link
from settings import Settings
from web.api_models import Asking, CurrentUser, TicketNumber
from web.problems import documented
from web.shapes import NOON, Clean, Shape

router = APIRouter(prefix="/api/v1", tags=["department-links"])


class DepartmentLinkShape(Shape):
    """A link that is on its way to a department."""

    order_number: Clean = Field(examples=["20261121-00042-1"])
    department: Clean = Field(examples=["线路班"])
    address: Clean = Field(description="Where it is sent to.")
    made_at: datetime = Field(examples=[NOON])
    ends_at: datetime = Field(examples=[NOON])

    @classmethod
    def of(cls, link: Link) -> Self:
        return cls.model_validate(link)


@router.post(
    "/tickets/{ticket_id}/department-link",
    status_code=201,
    responses=documented(401, 403, 404, 409, 422, 503),
)
async def send_department_link(
    request: Request, ticket_id: TicketNumber, principal: CurrentUser, asking: Asking
) -> DepartmentLinkShape:
    """Send the department a new link to its order; those before it are void from now on."""
    settings: Settings = request.app.state.settings
    return DepartmentLinkShape.of(await actions.send_again(asking, principal, settings, ticket_id))
