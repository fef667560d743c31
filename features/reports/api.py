"""API of reports: the list, one, its files, and a correction (RPT-1, RPT-2)."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from callflow.call import Language
from features.audit.access import audit_entry, recorded
from features.reports import actions, printing, queries
from features.reports.actions import CorrectionInput
from features.reports.queries import ReportFilter
from features.reports.rules import PeriodKind, Sort
from features.reports.shapes import ReportLineShape, ReportShape
from settings import Settings
from web.api_models import Asking, CurrentUser, ListPage, ListQuery, RowId, found, list_page
from web.downloads import download
from web.problems import documented

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class WhichReports(ListQuery):
    """Which reports; every field that is given must hold. Times are of the making."""

    sort: Sort | None = None
    period: PeriodKind | None = None


@router.get("", responses=documented(401, 403, 422, 503))
async def list_reports(
    wanted: Annotated[WhichReports, Query()], _principal: CurrentUser, asking: Asking
) -> ListPage[ReportLineShape]:
    """Reports and corrections, the newest first."""
    page = await list_page(asking, queries.reports, ReportFilter(**wanted.filters()), wanted)
    items = [ReportLineShape.model_validate(each) for each in page.items]
    return ListPage(items=items, next=page.next)


@router.get("/{report_id}", responses=documented(401, 403, 404, 422, 503))
async def show_report(report_id: RowId, _principal: CurrentUser, asking: Asking) -> ReportShape:
    """One report with its figures."""
    one = await asking.ask(partial(queries.report, report_id=report_id))
    return ReportShape.of(found(one, "report"))


@router.post(
    "/{report_id}/corrections",
    status_code=201,
    responses=documented(401, 403, 404, 409, 422, 503),
)
async def correct_report(
    request: Request,
    report_id: RowId,
    given: CorrectionInput,
    principal: CurrentUser,
    asking: Asking,
) -> ReportShape:
    """Count a report's days again and keep that as another report, which names the old one.

    409 where nothing is otherwise, where another correction is there, or while days are counted.
    """
    settings: Settings = request.app.state.settings
    return ReportShape.of(await actions.correct(asking, principal, settings, report_id, given))


@router.get(
    "/{report_id}/report.pdf",
    response_class=Response,
    responses={
        200: {"description": "The PDF.", "content": {"application/pdf": {}}},
        **documented(401, 403, 404, 422, 503),
    },
)
async def print_report(
    request: Request,
    report_id: RowId,
    principal: CurrentUser,
    asking: Asking,
    language: Language = Language.CHINESE,
) -> Response:
    """One report with its charts, to be printed; put on record."""
    settings: Settings = request.app.state.settings
    one = found(await asking.ask(partial(queries.report, report_id=report_id)), "report")
    await recorded(asking, audit_entry(principal, "report.printed", f"{report_id}", "pdf"))
    by = " ".join(filter(None, (principal.number, principal.name)))
    content = await asyncio.to_thread(
        printing.paper, one, language, settings, printed_at=datetime.now(UTC), printed_by=by
    )
    headers = {"Content-Disposition": f'attachment; filename="{printing.name_of(one)}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@router.get(
    "/{report_id}/report.xlsx",
    response_class=Response,
    responses={
        200: {"description": "The XLSX.", "content": {XLSX: {}}},
        **documented(401, 403, 404, 422, 503),
    },
)
async def write_report(
    report_id: RowId,
    principal: CurrentUser,
    asking: Asking,
    language: Language = Language.CHINESE,
) -> Response:
    """One report as a table; no cell is a formula; put on record."""
    one = found(await asking.ask(partial(queries.report, report_id=report_id)), "report")
    await recorded(asking, audit_entry(principal, "report.printed", f"{report_id}", "xlsx"))
    content = await asyncio.to_thread(printing.sheet, one, language)
    return download(content, f"{printing.name_of(one)}.xlsx")
