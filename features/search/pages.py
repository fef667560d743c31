"""Page of search results, for those without script or who press Enter."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from features.search.api import Question, found
from features.search.finding import MANY
from web.api_models import Asking, CurrentUser
from web.pages import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/search")
async def show_search(
    request: Request, principal: CurrentUser, asking: Asking, q: Question = ""
) -> HTMLResponse:
    """Everything that fits what was typed."""
    kinds = await found(request, principal, asking, q, limit=MANY)
    return page(request, "search.html", kinds=kinds, asked_for=q)
