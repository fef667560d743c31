"""API of wake-up files: import, a day's export (WAK-1), the evidence of one (WAK-5)."""

import asyncio
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import Response
from pydantic import Field

from callflow.call import Language
from features.audit.access import audit_entry, recorded
from features.wake_ups import evidence_pdf
from features.wake_ups import lists as wake_files
from features.wake_ups.actions import evidence_of
from features.wake_ups.list_file import FileFault, Row, RowFault
from settings import Settings
from web.api_models import Asking, CurrentUser, RowId, found
from web.formats import Formats
from web.problems import Refused, documented
from web.shapes import Clean, Shape

router = APIRouter(prefix="/api/v1", tags=["wake-ups"])


class Keep(StrEnum):
    """What of a file is kept."""

    NOTHING = "nothing"
    ALL = "all"
    GOOD = "good"


class RowShape(Shape):
    """One row of a file."""

    row: int = Field(description="As a spreadsheet counts: the heading is 1.")
    room: Clean
    number: Clean
    wall: Clean
    first_day: Clean
    faults: list[RowFault] = Field(description="Empty: the row is right.")

    @classmethod
    def of(cls, row: Row) -> "RowShape":
        wish = row.wish
        return cls(
            row=row.number,
            room=wish.room if wish else row.typed.get("room", ""),
            number=wish.number if wish else row.typed.get("number", ""),
            wall=f"{wish.wall:%H:%M}" if wish else row.typed.get("wall", ""),
            first_day=f"{wish.first_day}" if wish else row.typed.get("first_day", ""),
            faults=list(row.faults),
        )


class ImportShape(Shape):
    """What a file asks for, and how much of it is on the register now."""

    fault: FileFault | None = Field(description="Why nothing could be read at all.")
    missing: list[Clean] = Field(description="Columns that the file lacks.")
    good: int
    wrong: int
    kept: int
    rows: list[RowShape]


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
    """Look at a file of wake-ups row by row, and put them on the register."""
    settings: Settings = request.app.state.settings
    sheet = await wake_files.looked_at(content, asking, settings)
    wrong = len(sheet.rows) - len(sheet.wishes)
    if keep is Keep.ALL and (wrong or sheet.fault):
        raise Refused(422, f"Nothing is kept: {wrong} rows are wrong; look with keep=nothing.")
    kept = 0
    if keep is not Keep.NOTHING:
        kept = await wake_files.kept(sheet.wishes, principal, asking)
    return ImportShape(
        fault=sheet.fault,
        missing=list(sheet.missing),
        good=len(sheet.wishes),
        wrong=wrong,
        kept=kept,
        rows=[RowShape.of(row) for row in sheet.rows],
    )


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
