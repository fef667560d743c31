"""Page on which an inspector hears calls while they last (QA-1); its phone is in the page."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from permissions.may import may
from settings import Settings
from web.api_models import CurrentUser
from web.pages import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/work/listening")
async def show_listening(request: Request, principal: CurrentUser) -> HTMLResponse:
    """Whose call may be heard now. Its name begins with `work`: it is a page with a phone."""
    settings: Settings = request.app.state.settings
    return page(
        request,
        "listening.html",
        number=principal.number,
        may_listen=may(principal, "duty.own") and bool(settings.browser_seats),
    )
