"""Export of a campaign's results as CSV or XLSX: a right of its own, on record (SEC-2).

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
from db.bounded import Database
from features.audit.access import audit_entry, recorded
from features.campaigns import contacts as campaign_contacts
from features.campaigns import queries as campaigns
from features.campaigns.actions import REQUEST_BUDGET_S
from features.campaigns.contacts import ContactView
from features.campaigns.wording import asked, meant
from features.tickets import queries as ticket_queries
from imports import worker as import_worker
from imports.faults import UnreadableError
from imports.writing import csv_file
from settings import Settings
from web.api_models import CurrentUser, LongLine, RowId, found
from web.formats import Formats
from web.problems import Refused, documented
from web.words import Translate, said

router = APIRouter(prefix="/api/v1/campaigns", tags=["campaigns"])

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
    "/{campaign_id}/export",
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
    campaign_id: RowId,
    principal: CurrentUser,
    wanted: Annotated[Format, Query(alias="format")] = Format.CSV,
    language: Annotated[Language, Query()] = Language.CHINESE,
    why: Annotated[
        LongLine, Query(description="Why they are taken out, in words; people must say it.")
    ] = "",
) -> Response:
    """All results of a campaign as a file. Every export is on record before a byte is sent."""
    if principal.account_id is not None and not why:
        raise Refused(422, "Say why you take the results out: `why` in a few words.")
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    asking = database.for_request(REQUEST_BUDGET_S)
    known = found(await asking.ask(lambda one: campaigns.one(one, campaign_id)), "campaign")
    questions = known.campaign.questions
    show = Formats(ZoneInfo(settings.timezone), principal.role)

    async def question(connection: AsyncConnection) -> list[list[str]]:
        return await _rows(connection, campaign_id, questions, show, language)

    rows = await asking.ask(question)
    detail = f"{wanted.value}, {len(rows) - 1} people"
    await recorded(
        asking, audit_entry(principal, "campaign.export", str(campaign_id), detail, why=why)
    )
    return Response(
        await _written(wanted, known.campaign.name, rows),
        media_type=TYPES[wanted],
        headers={
            "Content-Disposition": f'attachment; filename="campaign-{campaign_id}.{wanted.value}"'
        },
    )


async def _written(wanted: Format, title: str, rows: Sequence[Sequence[str]]) -> bytes:
    if wanted is Format.CSV:
        return csv_file(rows)
    try:
        return await import_worker.workbook_of(title, rows)
    except UnreadableError:
        raise Refused(503, "The workbook could not be written; take the CSV.") from None


async def _rows(
    connection: AsyncConnection,
    campaign_id: int,
    questions: Sequence[Question],
    show: Formats,
    language: Language,
) -> list[list[str]]:
    """Return the header and one row a person."""
    t = said(language)
    people = [row async for row in campaign_contacts.every(connection, _all(campaign_id))]
    extras = list(dict.fromkeys(key for row in people for key in row.person.extra))
    named = {row.person.ticket_id for row in people if row.person.ticket_id is not None}
    tickets = await ticket_queries.numbers_by_id(connection, named)
    calls: dict[int, str] = {}
    for begin in range(0, len(people), AT_ONCE):
        keys = [row.id for row in people[begin : begin + AT_ONCE]]
        last = await campaign_contacts.last_attempts(connection, keys)
        calls.update({key: attempt.id for key, attempt in last.items()})
    header = [
        *(t(f"campaign.col_{name}") for name in FIXED),
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


def _fixed(
    row: ContactView, tickets: Mapping[int, str], call_id: str, show: Formats, t: Translate
) -> list[str]:
    person, contact = row.person, row.contact
    return [
        str(person.position),
        show.number(person.number),
        show.name(person.name),
        person.language,
        tickets.get(person.ticket_id or 0, ""),
        t(f"campaign.result_{contact.result.value}")
        if contact.result
        else t(f"campaign.contact_{contact.state.value}"),
        str(contact.tries),
        show.moment(contact.ended_at) if contact.ended_at else "",
        call_id,
    ]


def _answer(row: ContactView, question: Question, language: Language) -> str:
    key = row.contact.answers.get(question.name, "")
    return meant(question, key, language) if key else ""


def _all(campaign_id: int) -> campaign_contacts.ContactFilter:
    return campaign_contacts.ContactFilter(campaign_id=campaign_id)
