"""Page of the trunks: how each is, since when, and what it refused last."""

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from features.trunks.states import states
from settings import Settings
from web.api_models import CurrentUser
from web.formats import Formats
from web.pages import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/trunks")
async def show_trunks(request: Request, principal: CurrentUser) -> HTMLResponse:
    """Every trunk on which we call, in order."""
    settings: Settings = request.app.state.settings
    found = await anyio.to_thread.run_sync(states, settings)
    show = Formats(settings.zone, principal.role)
    return page(request, "trunks.html", trunks=found, show=show)
