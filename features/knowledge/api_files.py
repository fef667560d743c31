"""API of files beside answers and of proposals (TKT-15). Files are given out, never opened."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import Response

from features.knowledge import files, proposals
from features.knowledge import queries as knowledge
from features.knowledge.actions import EntryInput
from features.knowledge.files import KnowledgeFile
from features.knowledge.proposals import ProposalInput, RefusalInput
from features.knowledge.shapes import EntryShape
from features.knowledge.shapes_more import KnowledgeFileShape, ProposalShape
from permissions.may import may
from settings import Settings
from web.api_models import VISIBLE, Asking, CurrentUser, RowId, found
from web.current_user import Principal
from web.downloads import download
from web.problems import documented

router = APIRouter(prefix="/api/v1", tags=["knowledge"])

FileName = Annotated[str, Query(min_length=1, max_length=200, pattern=VISIBLE)]


@router.get("/knowledge/{entry_id}/files", responses=documented(401, 403, 404, 422, 503))
async def list_files(
    entry_id: RowId, principal: CurrentUser, asking: Asking
) -> list[KnowledgeFileShape]:
    """The files beside an entry."""
    await shown_entry(entry_id, principal, asking)
    return [
        KnowledgeFileShape.of(each)
        for each in await asking.ask(lambda one: files.of_entry(one, entry_id))
    ]


@router.post(
    "/knowledge/{entry_id}/files",
    status_code=201,
    responses=documented(401, 403, 404, 413, 422, 503),
)
async def attach_file(
    request: Request,
    entry_id: RowId,
    principal: CurrentUser,
    asking: Asking,
    content: Annotated[bytes, Body(media_type="application/octet-stream")],
    name: FileName,
) -> KnowledgeFileShape:
    """Put a file beside an entry: pdf, png, jpg, txt, csv, xlsx, docx, pptx; 5 MB at most."""
    settings: Settings = request.app.state.settings
    kept = await files.attach(asking, principal, settings, entry_id, content, name)
    return KnowledgeFileShape.of(kept)


@router.get(
    "/knowledge-files/{file_id}",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {"application/octet-stream": {}}},
        **documented(401, 403, 404, 422, 503),
    },
)
async def fetch_file(
    request: Request, file_id: RowId, principal: CurrentUser, asking: Asking
) -> Response:
    """A file, always as a download."""
    settings: Settings = request.app.state.settings
    file: KnowledgeFile = found(await asking.ask(lambda one: files.one(one, file_id)), "file")
    await shown_entry(file.entry_id, principal, asking)
    return download(await files.bytes_of(settings, file), file.name)


@router.delete(
    "/knowledge-files/{file_id}", status_code=204, responses=documented(401, 403, 404, 422, 503)
)
async def detach_file(file_id: RowId, principal: CurrentUser, asking: Asking) -> None:
    """Take a file off its entry."""
    await files.detach(asking, principal, file_id)


@router.get("/knowledge-proposals", responses=documented(401, 403, 422, 503))
async def list_proposals(principal: CurrentUser, asking: Asking) -> list[ProposalShape]:
    """What waits for a decision, for who decides; one's own proposals, for everybody else."""
    if may(principal, "knowledge.decide"):
        items = await asking.ask(proposals.waiting)
    else:
        items = await asking.ask(lambda one: proposals.of(one, principal.signature))
    return [ProposalShape.of(each) for each in items]


@router.post("/knowledge-proposals", status_code=201, responses=documented(401, 403, 422, 503))
async def propose_entry(
    given: ProposalInput, principal: CurrentUser, asking: Asking
) -> ProposalShape:
    """Propose an answer that was hard to find, from a ticket or from none."""
    return ProposalShape.of(await proposals.propose(asking, principal, given))


@router.post(
    "/knowledge-proposals/{proposal_id}/accept",
    status_code=201,
    responses=documented(401, 403, 404, 409, 422, 503),
)
async def accept_proposal(
    proposal_id: RowId, given: EntryInput, principal: CurrentUser, asking: Asking
) -> EntryShape:
    """Make an entry of a proposal, in one's own words. Decided already: 409."""
    return EntryShape.of(await proposals.accept(asking, principal, proposal_id, given))


@router.post(
    "/knowledge-proposals/{proposal_id}/refuse",
    responses=documented(401, 403, 404, 409, 422, 503),
)
async def refuse_proposal(
    proposal_id: RowId, given: RefusalInput, principal: CurrentUser, asking: Asking
) -> ProposalShape:
    """Refuse a proposal, and say why. Decided already: 409."""
    return ProposalShape.of(await proposals.refuse(asking, principal, proposal_id, given))


async def shown_entry(entry_id: int, principal: Principal, asking: Asking) -> None:
    """Raise Refused with 404 for an entry that somebody does not find."""
    entry = await asking.ask(lambda one: knowledge.entry(one, entry_id))
    hidden = entry is None or (entry.published_at is None and not may(principal, "knowledge.write"))
    found(None if hidden else entry, "entry")
