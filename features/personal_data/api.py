"""API of people's rights: what we hold of one person, given out or erased, and proof of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import IO, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import Database, RequestDatabase
from features.call_recordings.hearing import refusal
from features.personal_data import actions, erasures, rows
from features.personal_data.actions import ConsentInput, ErasureInput, PersonInput, Preview
from features.personal_data.package import Told, package
from features.personal_data.registry import holdings
from features.personal_data.shapes import (
    ConsentShape,
    DestructionShape,
    ErasureShape,
    PreviewShape,
)
from features.recording_copies.archive import Archive
from features.recording_copies.reading import UNREADABLE, voices
from imports.writing import csv_file
from settings import Settings
from web.api_models import Asking, CurrentUser, LongLine
from web.current_user import Principal
from web.forms import Says
from web.problems import documented

router = APIRouter(prefix="/api/v1/personal-data", tags=["personal data"])

BUDGET_S = 30.0
"""Seconds for looking through everything; who asks is at work with one person, not on a call."""
CHUNK = 1 << 16


class ExportInput(PersonInput):
    """Whose data are taken out, and why."""

    why: Annotated[LongLine, Says("personal.fault_why")] = Field(
        "", description="Why, and for whom; it is on record before a byte is sent."
    )


def patient(request: Request) -> RequestDatabase:
    """Return the way to the database of a request that looks through everything."""
    database: Database = request.app.state.database
    return database.for_request(BUDGET_S)


@router.post("/preview", responses=documented(401, 403, 422, 503))
async def preview(request: Request, given: PersonInput, principal: CurrentUser) -> PreviewShape:
    """What we hold of one person; nothing is changed. A POST: no number stands in an address."""
    settings: Settings = request.app.state.settings
    found = await patient(request).write(lambda one: actions.look(one, principal, settings, given))
    return PreviewShape.of(found)


@router.post(
    "/export",
    response_class=Response,
    responses={
        200: {"description": "Everything, readable.", "content": {"application/zip": {}}},
        **documented(401, 403, 422, 503),
    },
)
async def export(request: Request, given: ExportInput, principal: CurrentUser) -> Response:
    """All that we hold of one person as a ZIP: an index, JSON, CSV, the voices."""
    settings: Settings = request.app.state.settings
    return await sent(patient(request), principal, settings, given)


async def sent(
    asking: RequestDatabase, principal: Principal, settings: Settings, given: ExportInput
) -> Response:
    """Return the ZIP of a person; that it is taken out is on record by then."""
    taken = await asking.write(
        lambda one: actions.take_out(one, principal, settings, given, given.why)
    )
    told = await asking.ask(lambda one: rows_of(one, taken))
    sounds, archive = taken.found.sounds, Archive(settings)
    found = await asking.ask(lambda one: voices(one, archive, settings.paths.store, sounds))
    try:
        file = await asyncio.to_thread(package, told, sounds, found, index=index_of(taken))
    except UNREADABLE as error:
        raise refusal(error) from None
    name = f"person-{taken.found.subject.pseudonym[: actions.SHORT]}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_parts(file), media_type="application/zip", headers=headers)


@router.post("/erasures", status_code=202, responses=documented(401, 403, 404, 409, 422, 503))
async def erase(request: Request, given: ErasureInput, principal: CurrentUser) -> ErasureShape:
    """Erase a person: what the preview showed, by its `seen`. The ledger carries it out.

    409: what we hold is not as it was looked at.
    """
    settings: Settings = request.app.state.settings
    asked = await patient(request).write(lambda one: actions.erase(one, principal, settings, given))
    return ErasureShape.of(asked)


@router.get("/erasures", responses=documented(401, 403, 422, 503))
async def list_erasures(_principal: CurrentUser, asking: Asking) -> list[ErasureShape]:
    """Erasures, newest first: how far each is, what it took away, what stays for now and why."""
    return [ErasureShape.of(each) for each in await asking.ask(erasures.listed)]


@router.get("/destructions", responses=documented(401, 403, 422, 503))
async def list_destructions(
    _principal: CurrentUser,
    asking: Asking,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> list[DestructionShape]:
    """Proof of what was destroyed, newest first, from before one on."""
    found = await asking.ask(lambda one: erasures.destroyed(one, before=before))
    return [DestructionShape.of(each) for each in found]


@router.get(
    "/destructions.csv",
    response_class=Response,
    responses={
        200: {"description": "The proof.", "content": {"text/csv": {}}},
        **documented(401, 403, 422, 503),
    },
)
async def export_destructions(_principal: CurrentUser, asking: Asking) -> Response:
    """Proof of what was destroyed as CSV, the newest 10,000."""
    found = await asking.ask(lambda one: erasures.destroyed(one, limit=10_000))
    names = list(DestructionShape.model_fields)
    lines = [[str(getattr(each, name)) for name in names] for each in found]
    headers = {"Content-Disposition": 'attachment; filename="destructions.csv"'}
    content = csv_file([names, *lines])
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/consents", status_code=201, responses=documented(401, 403, 422, 503))
async def note_consent(
    request: Request, given: ConsentInput, principal: CurrentUser, asking: Asking
) -> ConsentShape:
    """Keep what a person said may be done with the data, or may not be done any more."""
    settings: Settings = request.app.state.settings
    kept = await asking.write(lambda one: actions.note_consent(one, principal, settings, given))
    return ConsentShape.of(kept)


async def rows_of(connection: AsyncConnection, taken: Preview) -> Told:
    """Return a person's rows as they are given out, by table."""
    found = {}
    for holding in sorted(holdings(), key=lambda each: each.name):
        if some := await rows.shown(connection, holding, taken.found, taken.who):
            found[holding.name] = some
    return found


def index_of(taken: Preview) -> str:
    """Return the first page of an export, in Chinese and English."""
    lines = [
        "个人信息副本 / Copy of personal data",
        f"号码 / number: {taken.shown}",
        f"姓名 / names: {', '.join(taken.names) or '-'}",
        "",
        "data.json 含全部内容；每类另有 CSV；录音在 voices/。",
        "data.json has everything; each kind is a CSV too; recordings are in voices/.",
        "",
        *(f"{each.what}.csv: {each.rows}" for each in taken.held),
        f"voices/: {len(taken.found.sounds)}",
        "",
    ]
    return "\n".join(lines)


async def _parts(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while part := await asyncio.to_thread(file.read, CHUNK):
            yield part
    finally:
        file.close()
