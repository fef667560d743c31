"""API of wake-up files: import, a day's export (WAK-1)."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import Response

from callflow.call import Language
from features.wake_up_lists import lists as wake_files
from features.wake_up_lists.shapes import ImportShape
from settings import Settings
from web.api_models import Asking, CurrentUser, Day
from web.list_files import Keep, Keeps
from web.problems import documented

router = APIRouter(prefix="/api/v1", tags=["wake-ups"])


@router.post("/wake-registrations/import", responses=documented(401, 403, 413, 422, 503))
async def import_registrations(
    request: Request,
    principal: CurrentUser,
    asking: Asking,
    content: Annotated[
        bytes,
        Body(
            media_type="text/csv",
            description="CSV or XLSX, 60 kB of text and 500 rows at most; one row names the "
            "columns: room, number, guest, language, time, zone, date, last day, repeat, note.",
        ),
    ],
    keep: Keeps = Keep.NOTHING,
) -> ImportShape:
    """Look at a file of wake-ups row by row, and put them on the register.

    Without a row that is right: 422, and `read` says what is wrong with each.
    """
    settings: Settings = request.app.state.settings
    if keep is Keep.NOTHING:
        return ImportShape.of(await wake_files.looked_at(content, asking, settings))
    sheet, kept = await wake_files.kept(content, principal, asking, settings, keep)
    return ImportShape.of(sheet, kept=kept)


@router.get(
    "/wake-register.csv",
    response_class=Response,
    responses={
        200: {"description": "The table.", "content": {"text/csv": {}}},
        **documented(401, 403, 422, 503),
    },
)
async def export_day(
    request: Request,
    principal: CurrentUser,
    asking: Asking,
    day: Annotated[Day, Query(description="Of the house's clock.")],
    language: Language = Language.CHINESE,
) -> Response:
    """The wake-ups of a day and what came of each, as CSV for a spreadsheet; put on record."""
    settings: Settings = request.app.state.settings
    content = await wake_files.day_of(day, principal, asking, settings, language)
    return _file(content, "text/csv; charset=utf-8", f"wake-ups-{day}.csv")


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
