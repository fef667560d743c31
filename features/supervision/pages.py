"""Wallboard page (QUE-4); its figures come over `/live`."""

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from features.outage import files as announcements
from features.outage.rules import TEXTS
from floor.service_level import TARGETS
from permissions.may import may
from settings import Settings
from web.api_models import CurrentUser
from web.pages import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

QUEUES = ("hotline", "senior", "manager")


@router.get("/floor")
async def show_floor(request: Request, principal: CurrentUser) -> HTMLResponse:
    """Who waits, who works, how well it goes; and the outage announcement, one click away
    (QUE-6).
    """
    settings: Settings = request.app.state.settings
    announcement = await anyio.to_thread.run_sync(announcements.current, settings.paths.outage)
    return page(
        request,
        "floor.html",
        presets=TARGETS,
        queues=QUEUES,
        announcement=announcement,
        announcements=[(kind.value, texts) for kind, texts in TEXTS.items()],
        may_announce=may(principal, "outage.write"),
        at_seat=_at_work(request, principal.account_id),
    )


def _at_work(request: Request, account_id: int | None) -> bool:
    """Tell whether the leader has a phone to listen with."""
    floor = getattr(request.app.state, "floor", None)
    return bool(floor and account_id and floor.live_state.by_account(account_id))
