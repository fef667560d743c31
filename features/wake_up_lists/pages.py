"""Page of a file of wake-ups: chosen, checked row by row, then kept (WAK-1)."""

from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from features.wake_up_lists import lists as wake_files
from features.wake_up_lists.list_file import COLUMNS, Sheet
from settings import Settings
from web import list_files
from web.api_models import Asking, Person
from web.current_user import Principal
from web.formats import Formats
from web.list_files import Keep
from web.pages import language_of, page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

TYPED: Final = ("room", "number", "guest", "wall", "first_day", "repeat")
"""The columns that the preview shows."""


@router.post("/wake-ups/import")
async def look_at_file(request: Request, principal: Person, asking: Asking) -> HTMLResponse:
    """Show what a file asks for; nothing is kept."""
    settings: Settings = request.app.state.settings
    return await list_files.looked_at(
        request,
        lambda content: wake_files.looked_at(content, asking, settings),
        partial(_preview, request, principal),
    )


@router.post("/wake-ups/import/keep")
async def keep_file(request: Request, principal: Person, asking: Asking) -> Response:
    """Put the rows that are right on the register; they are judged again, and kept all or none."""
    settings: Settings = request.app.state.settings
    return await list_files.kept(
        request,
        lambda content: wake_files.kept(content, principal, asking, settings, Keep.GOOD),
        partial(_preview, request, principal),
        onward="/wake-ups?imported=",
    )


def _preview(request: Request, principal: Principal, sheet: Sheet) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    which = 0 if language_of(request).value == "zh" else -1
    return page(
        request,
        "wake_import.html",
        status=200 if sheet.wishes else 422,
        sheet=sheet,
        remarks=sheet.said,
        wrong=len(sheet.rows) - len(sheet.wishes),
        missing=[COLUMNS[name][which] for name in sheet.missing],
        columns=TYPED,
        show=Formats(settings.zone, principal.role),
    )
