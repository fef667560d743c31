"""API of lists of customers: brought, looked at while they come in, wrong rows given back."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import StreamingResponse

from callflow.call import Language
from db.bounded import Database
from features.audit.access import audit_entry, recorded
from features.customer_lists import actions, faults_file
from features.customer_lists import queries as lists
from features.customer_lists.judging import Known
from features.customer_lists.shapes import CustomerImportShape, WrongRowShape
from settings import Settings
from web.api_models import Asking, CurrentUser, RowId, Text, found
from web.problems import documented
from web.words import said

router = APIRouter(prefix="/api/v1/customer-imports", tags=["customers"])


@router.post("", status_code=202, responses=documented(401, 403, 409, 413, 422, 503))
async def bring_customer_list(
    request: Request,
    principal: CurrentUser,
    asking: Asking,
    content: Annotated[
        bytes,
        Body(
            media_type="text/csv",
            description="CSV or XLSX, 32 MB and 250,000 rows at most; one row names the columns: "
            "number (several), name, class, district, address, line, business, contact, note.",
        ),
    ],
    name: Text = "",
    known: Annotated[
        Known, Query(description="What is done with who is known already.")
    ] = Known.CHANGE,
) -> CustomerImportShape:
    """Take a list of customers in: the good rows are kept, the others are given back as a file.

    A long list goes on behind the answer. While another one comes in: 409.
    """
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    brought = await actions.bring(asking, database, principal, settings, content, name, known)
    return CustomerImportShape.of(brought, datetime.now(UTC))


@router.get("", responses=documented(401, 403, 422, 503))
async def list_imports(_principal: CurrentUser, asking: Asking) -> list[CustomerImportShape]:
    """The lists that were brought last, the newest first."""
    now = datetime.now(UTC)
    return [CustomerImportShape.of(each, now) for each in await asking.ask(lists.latest)]


@router.get("/{import_id}", responses=documented(401, 403, 404, 422, 503))
async def show_import(
    import_id: RowId, _principal: CurrentUser, asking: Asking
) -> CustomerImportShape:
    """One list, and how far it is."""
    brought = await asking.ask(lambda one: lists.one(one, import_id))
    return CustomerImportShape.of(found(brought, "list"), datetime.now(UTC))


@router.get("/{import_id}/wrong-rows", responses=documented(401, 403, 404, 422, 503))
async def list_wrong_rows(
    import_id: RowId,
    _principal: CurrentUser,
    asking: Asking,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
) -> list[WrongRowShape]:
    """The rows that were wrong, behind a row."""
    rows = await asking.ask(lambda one: lists.wrong_rows(one, import_id, after=after, limit=limit))
    return [WrongRowShape.of(each) for each in rows]


@router.get(
    "/{import_id}/wrong-rows.csv",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The file.", "content": {"text/csv": {}}},
        **documented(401, 403, 404, 422, 503),
    },
)
async def export_wrong_rows(
    request: Request,
    import_id: RowId,
    principal: CurrentUser,
    asking: Asking,
    language: Language = Language.CHINESE,
) -> StreamingResponse:
    """The rows that were wrong as CSV, to correct and bring again; put on record."""
    brought = found(await asking.ask(lambda one: lists.one(one, import_id)), "list")
    detail = f"{brought.wrong} rows"
    await recorded(asking, audit_entry(principal, "customer.wrong_rows", str(import_id), detail))
    database: Database = request.app.state.database
    return StreamingResponse(
        faults_file.pieces(database, brought, said(language)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="customers-{import_id}-wrong.csv"'},
    )
