"""API of wake-up files: import, a day's export (WAK-1), the evidence of one (WAK-5)."""

import asyncio
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import Response

from callflow.call import Language
from features.audit.access import audit_entry, recorded
from features.wake_ups import evidence_pdf
from features.wake_ups import lists as wake_files
from features.wake_ups.actions import evidence_of
from features.wake_ups.list_shapes import ImportShape, Keep
from settings import Settings
from web.api_models import Asking, CurrentUser, RowId, found
from web.formats import Formats
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
            description="CSV in UTF-8 or GB18030, 60 kB and 500 rows at most; its first line names "
            "the columns: room, number, guest, language, time, zone, date, last day, repeat, note.",
        ),
    ],
    keep: Annotated[
        Keep, Query(description="`nothing`: look only; `all`: or none if one is wrong; `good`.")
    ] = Keep.NOTHING,
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
    day: Annotated[date, Query(description="Of the house's clock.")],
    language: Language = Language.CHINESE,
) -> Response:
    """The wake-ups of a day and what came of each, as CSV for a spreadsheet; put on record."""
    settings: Settings = request.app.state.settings
    content = await wake_files.day_of(day, principal, asking, settings, language)
    return _file(content, "text/csv; charset=utf-8", f"wake-ups-{day}.csv")


@router.get(
    "/wake-ups/{wake_up_id}/evidence.pdf",
    response_class=Response,
    responses={
        200: {"description": "The PDF.", "content": {"application/pdf": {}}},
        **documented(401, 403, 404, 422, 503),
    },
)
async def print_evidence(
    request: Request,
    wake_up_id: RowId,
    principal: CurrentUser,
    asking: Asking,
    language: Language = Language.CHINESE,
) -> Response:
    """One wake-up with every ring, answer, key and recording, to be printed; put on record."""
    settings: Settings = request.app.state.settings
    evidence = found(
        await evidence_of(wake_up_id, "wake_up.evidence", principal, asking), "wake-up"
    )
    await recorded(asking, audit_entry(principal, "wake.pdf", f"{wake_up_id}"))
    sheet = evidence_pdf.Sheet(
        evidence=evidence,
        show=Formats(settings.zone, principal.role),
        language=language,
        company=settings.company,
        printed_at=datetime.now(UTC),
        printed_by=" ".join(filter(None, (principal.number, principal.name))),
    )
    content = await asyncio.to_thread(evidence_pdf.made, sheet)
    return _file(content, "application/pdf", f"wake-up-{wake_up_id}.pdf")


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)
