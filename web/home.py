"""Home page of roles without a seat: what is due, and all their pages."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from web.api_models import Asking, CurrentUser
from web.due_counts import mine
from web.pages import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/home")
async def show_home(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """What needs somebody now on the pages of a role, then all its pages with what each is for."""
    due = await mine(request, principal, asking)
    return page(request, "home.html", due=due)
