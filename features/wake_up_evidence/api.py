"""API of the evidence of one wake-up, to be printed (WAK-5)."""

import asyncio
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from callflow.call import Language
from features.audit.access import audit_entry, recorded
from features.wake_up_evidence import pdf
from features.wake_ups.actions import evidence_of
from settings import Settings
from web.api_models import Asking, CurrentUser, RowId, found
from web.formats import Formats
from web.problems import documented

router = APIRouter(prefix="/api/v1", tags=["wake-ups"])


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
    sheet = pdf.Sheet(
        evidence=evidence,
        show=Formats(settings.zone, principal.role),
        language=language,
        company=settings.company,
        printed_at=datetime.now(UTC),
        printed_by=" ".join(filter(None, (principal.number, principal.name))),
    )
    content = await asyncio.to_thread(pdf.made, sheet)
    headers = {"Content-Disposition": f'attachment; filename="wake-up-{wake_up_id}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)
