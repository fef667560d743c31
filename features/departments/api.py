"""API of departments."""

from typing import Annotated

from fastapi import APIRouter, Path, Request

from features.departments import actions, queries
from features.departments.actions import DepartmentInput
from features.departments.shapes import DepartmentShape
from settings import Settings
from web.api_models import Asking, CurrentUser, ListPage, one_line
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/departments", tags=["departments"])

Named = Annotated[str, Path(min_length=1, max_length=80)]


@router.get("", responses=documented(401, 403, 503))
async def list_departments(_principal: CurrentUser, asking: Asking) -> ListPage[DepartmentShape]:
    """Every department, active ones first; it is never more than one page."""
    every = await asking.ask(queries.departments)
    return ListPage(items=[DepartmentShape.of(each) for each in every], next=None)


@router.put("/{name}", responses=documented(401, 403, 409, 422, 503))
async def put_department(
    request: Request,
    name: Named,
    given: DepartmentInput,
    principal: CurrentUser,
    asking: Asking,
) -> DepartmentShape:
    """Keep a department. Saved meanwhile by somebody else: 409, and `current` is what is so now."""
    called = one_line(name)
    if not called:
        raise Refused(422, "A department needs a name.")
    settings: Settings = request.app.state.settings
    return DepartmentShape.of(await actions.save(asking, principal, settings, called, given))
