"""Page of a file of wake-ups: chosen, checked row by row, then kept (WAK-1)."""

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from features.wake_ups import list_file as wake_file
from features.wake_ups import lists as wake_files
from features.wake_ups.list_file import COLUMNS, FileFault, Sheet
from settings import Settings
from web.api_models import Asking, Person
from web.current_user import Principal
from web.formats import Formats
from web.pages import language_of, page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

TYPED: Final = ("room", "number", "guest", "wall", "first_day", "repeat")
"""The columns that the preview shows."""


@router.post("/wake-ups/import")
async def look_at_file(request: Request, principal: Person, asking: Asking) -> HTMLResponse:
    """Show what a file asks for; nothing is kept."""
    given = await request.form()
    file = given.get("file")
    content = await file.read() if isinstance(file, UploadFile) else b""
    await given.close()
    settings: Settings = request.app.state.settings
    sheet = await wake_files.looked_at(content, asking, settings)
    return _preview(request, principal, sheet, wake_file.text_of(content) or "")


@router.post("/wake-ups/import/keep")
async def keep_file(request: Request, principal: Person, asking: Asking) -> Response:
    """Put the rows that are right on the register; they are judged again, and kept all or none."""
    given = (await request.form()).get("text")
    text = given if isinstance(given, str) else ""
    settings: Settings = request.app.state.settings
    sheet = await wake_files.looked_at(text.encode(), asking, settings)
    if not sheet.wishes:
        return _preview(request, principal, sheet, text)
    kept = await wake_files.kept(sheet.wishes, principal, asking)
    return RedirectResponse(f"/wake-ups?imported={kept}", status_code=303)


def _preview(request: Request, principal: Principal, sheet: Sheet, text: str) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    which = 0 if language_of(request).value == "zh" else -1
    return page(
        request,
        "wake_import.html",
        status=200 if sheet.wishes else 422,
        sheet=sheet,
        wrong=len(sheet.rows) - len(sheet.wishes),
        missing=[COLUMNS[name][which] for name in sheet.missing],
        text=text if sheet.fault is not FileFault.TOO_LONG else "",
        columns=TYPED,
        show=Formats(settings.zone, principal.role),
    )
