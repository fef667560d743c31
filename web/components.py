"""The page `/components`: every part that pages are made of (`templates/ui.html`)."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from web.api_models import CurrentUser
from web.forms import Typed
from web.pages import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

TONES = ("", "good", "warm", "bad", "busy", "quiet")


@router.get("/components")
async def show_components(request: Request, _principal: CurrentUser) -> HTMLResponse:
    """Each part once, in all its states."""
    form = Typed(
        {"wrong": "25:00", "no_day": "31.4."},
        {"wrong": "form.too_long", "no_day": "form.fault_day"},
    )
    return page(request, "components.html", form=form, tones=TONES)
