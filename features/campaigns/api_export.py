"""Owns the taking out of a batch's results as CSV or XLSX: a right of its own, on record (SEC-2).

Whoever takes them out is on record, with the reason, before a byte is sent; when that cannot be
written nothing is sent. No cell is a formula (`imports/writing.py`).
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.call import Language
from callflow.rules.questions import Question
from db.bounded import Archive
from features.audit.looks import look, recorded
from features.campaigns import contacts as batch_jobs
from features.campaigns import queries as batches
from features.campaigns import results as batch_results
from features.campaigns.api_lists import PATIENCE_S
from features.campaigns.contacts import Shown as Job
from features.campaigns.wording import asked, meant
from imports import worker as apart
from imports.faults import UnreadableError
from imports.writing import csv_lines
from settings import Settings
from web.asking import Known, LongLine, RowId, found
from web.problems import Refused, documented
from web.shown import Shown
from web.words import Said, said

router = APIRouter(prefix="/api/v1/batches", tags=["batches"])

AT_ONCE = 500
FIXED = (
    *("position", "number", "name", "language", "ticket", "result"),
    *("tries", "ended_at", "call_id"),
)
"""Columns that every export has, by the names of their words."""


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


TYPES: Mapping[Format, str] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get(
    "/{batch_id}/export",
    response_class=Response,
    responses={
        200: {
            "description": "The results, one row a person.",
            "content": {"text/csv": {}, TYPES[Format.XLSX]: {}},
        },
        **documented(401, 403, 404, 422, 503),
    },
)
async def export_results(
    request: Request,
    batch_id: RowId,
    holder: Known,
    wanted: Annotated[Format, Query(alias="format")] = Format.CSV,
    language: Annotated[Language, Query()] = Language.CHINESE,
    why: Annotated[
        LongLine, Query(description="Why they are taken out, in words; people must say it.")
    ] = "",
) -> Response:
    """All results of a batch as a file. Every export is on record before a byte is sent."""
    if holder.account_id is not None and not why:
        raise Refused(422, "Say why you take the results out: `why` in a few words.")
    settings: Settings = request.app.state.settings
    archive: Archive = request.app.state.archive
    asking = archive.patience(PATIENCE_S)
    known = found(await asking.ask(lambda one: batches.one(one, batch_id)), "batch")
    questions = known.batch.questions
    show = Shown(ZoneInfo(settings.timezone), holder.role)

    async def question(connection: AsyncConnection) -> list[list[str]]:
        return await _rows(connection, batch_id, questions, show, language)

    rows = await asking.ask(question)
    detail = f"{wanted.value}, {len(rows) - 1} people"
    await recorded(asking, look(holder, "batch.export", str(batch_id), detail, why=why))
    return Response(
        await _written(wanted, known.batch.name, rows),
        media_type=TYPES[wanted],
        headers={"Content-Disposition": f'attachment; filename="batch-{batch_id}.{wanted.value}"'},
    )


async def _written(wanted: Format, title: str, rows: Sequence[Sequence[str]]) -> bytes:
    if wanted is Format.CSV:
        return csv_lines(rows).encode("utf-8-sig")  # or a Chinese Excel takes it for GBK
    try:
        return await apart.workbook_of(title, rows)
    except UnreadableError:
        raise Refused(503, "The workbook could not be written; take the CSV.") from None


async def _rows(
    connection: AsyncConnection,
    batch_id: int,
    questions: Sequence[Question],
    show: Shown,
    language: Language,
) -> list[list[str]]:
    """Return the header and one row a person."""
    t = said(language)
    people = [row async for row in batch_jobs.every(connection, _all(batch_id))]
    extras = list(dict.fromkeys(key for row in people for key in row.person.extra))
    named = {row.person.ticket_id for row in people if row.person.ticket_id is not None}
    tickets = await batch_results.ticket_numbers(connection, named)
    calls: dict[int, str] = {}
    for begin in range(0, len(people), AT_ONCE):
        keys = [row.id for row in people[begin : begin + AT_ONCE]]
        last = await batch_jobs.last_attempts(connection, keys)
        calls.update({key: attempt.id for key, attempt in last.items()})
    header = [
        *(t(f"batch.col_{name}") for name in FIXED),
        *(asked(each, language) for each in questions),
        *(show.text(key) for key in extras),
    ]
    return [
        header,
        *(
            [
                *_fixed(row, tickets, calls.get(row.id, ""), show, t),
                *(_answer(row, each, language) for each in questions),
                *(show.text(row.person.extra.get(key, "")) for key in extras),
            ]
            for row in people
        ),
    ]


def _fixed(row: Job, tickets: Mapping[int, str], call_id: str, show: Shown, t: Said) -> list[str]:
    person, job = row.person, row.job
    return [
        str(person.position),
        show.number(person.number),
        show.name(person.name),
        person.language,
        tickets.get(person.ticket_id or 0, ""),
        t(f"batch.result_{job.result.value}") if job.result else t(f"batch.job_{job.state.value}"),
        str(job.tries),
        show.moment(job.ended_at) if job.ended_at else "",
        call_id,
    ]


def _answer(row: Job, question: Question, language: Language) -> str:
    key = row.job.answers.get(question.name, "")
    return meant(question, key, language) if key else ""


def _all(batch_id: int) -> batch_jobs.Wanted:
    return batch_jobs.Wanted(batch_id=batch_id)
