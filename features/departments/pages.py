"""Page of departments: what each has for an order, and a form for one more."""

from datetime import UTC, datetime, time

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from features.department_calls import queries as department_calls
from features.department_links.house import can_send
from features.departments import actions, queries
from features.departments.actions import DepartmentForm, DepartmentInput
from permissions.may import may
from settings import Settings
from web.api_models import Asking, CurrentUser, Line, Person
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/departments")
async def show_departments(
    request: Request, principal: CurrentUser, asking: Asking, saved: Line = "", edit: Line = ""
) -> HTMLResponse:
    """All departments, and the form for one; `edit` is the name of the one to be changed."""
    return await _shown(request, principal, asking, Typed({}), saved=bool(saved), edit=edit)


@router.post("/departments")
async def save_department(request: Request, principal: Person, asking: Asking) -> Response:
    """Keep a department."""
    form = await typed(request)
    try:
        given = form.read(DepartmentForm)
        wanted = DepartmentInput(**given.model_dump(exclude={"name"}))
        await actions.save(asking, principal, request.app.state.settings, given.name, wanted)
    except Refused as refused:
        status = form.refuse(refused)
        return await _shown(request, principal, asking, form, status=status)
    return RedirectResponse("/departments?saved=1", status_code=303)


async def _shown(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    form: Typed,
    *,
    status: int = 200,
    saved: bool = False,
    edit: str = "",
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    every = await asking.ask(queries.departments)
    now = datetime.now(UTC)
    midnight = datetime.combine(now.astimezone(settings.zone), time(), settings.zone)
    rung = await asking.ask(lambda one: department_calls.lately(one, midnight))
    editing = form.shown("name", edit)
    one = next((each for each in every if each.name == editing), None)
    return page(
        request,
        "departments.html",
        status=status,
        every=every,
        rung=rung,
        most_calls=settings.department_calls_a_day,
        is_rung=settings.department_call_at != "never",
        one=one,
        form=form,
        saved=saved,
        may_write=may(principal, "department.write"),
        links=can_send(settings),
        usual=settings.ticket_office,
        usual_hours=settings.ticket_department / 60,
        longest=longest(DepartmentForm),
        show=Formats(settings.zone, principal.role),
        now=now,
    )
