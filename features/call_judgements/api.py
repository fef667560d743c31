"""API of judgements: of one call, of all, and what is heard in a recording (QA-2, QA-3)."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from db.bounded import RequestDatabase
from features.audit.access import theirs
from features.call_judgements import queries
from features.call_judgements.clauses import Judgement, Measure, Outcome
from features.call_judgements.queries import JudgementFilter
from features.call_judgements.shapes import AnalysisShape, FoundShape, JudgementShape
from features.call_recordings.api import recording_of
from permissions.may import reach_of
from web.api_models import (
    Asking,
    CurrentUser,
    Identity,
    ListPage,
    ListQuery,
    Number,
    found,
    list_page,
)
from web.current_user import Principal
from web.problems import documented

router = APIRouter(prefix="/api/v1", tags=["judgements"])


class WhichJudgements(ListQuery):
    """Which judgements; times are when the calls rang."""

    outcome: Outcome = Field(Outcome.BROKEN, description="`none`: not applicable.")
    measure: Measure | None = Field(None, examples=["QA-3.rate"])
    agent: Number | None = Field(None, description="Whom it is about.", examples=["2101"])


@router.get("/judgements", responses=documented(401, 403, 422, 503))
async def list_judgements(
    wanted: Annotated[WhichJudgements, Query()], principal: CurrentUser, asking: Asking
) -> ListPage[FoundShape]:
    """Judgements of calls by the clauses, newest first; those that are valid now."""
    which = JudgementFilter(**wanted.filters())
    listing = partial(queries.judgements, reach=reach_of(principal, "judgement.read"))
    page = await list_page(asking, listing, which, wanted)
    return ListPage(items=[FoundShape.of_found(each) for each in page.items], next=page.next)


@router.get("/calls/{call_id}/judgements", responses=documented(401, 403, 404, 422, 503))
async def list_judgements_of_call(
    call_id: Identity, principal: CurrentUser, asking: Asking
) -> ListPage[JudgementShape]:
    """Every judgement of one call; it is never more than one page."""
    identity = call_id.lower()
    judged = await judgements_of(identity, principal, asking)
    return ListPage(items=[JudgementShape.of(each) for each in found(judged, "call")], next=None)


async def judgements_of(
    call_id: str, principal: Principal, asking: RequestDatabase
) -> Sequence[Judgement] | None:
    """Return the judgements of a call that somebody may read; None: there is no such call."""
    return await theirs(
        asking,
        principal,
        "judgement.read",
        call_id,
        lambda one, reach: queries.of_call_within(one, call_id, reach=reach),
    )


@router.get("/recordings/{recording_id}/analysis", responses=documented(401, 403, 404, 422, 503))
async def show_analysis(
    recording_id: Identity, principal: CurrentUser, asking: Asking
) -> AnalysisShape:
    """Who speaks when in a recording; 404 as long as nobody has listened."""
    identity = recording_id.lower()
    found(await recording_of(identity, "recording.listen", principal, asking), "recording")
    heard = await asking.ask(lambda one: queries.analysis(one, identity))
    return AnalysisShape.of(found(heard, "analysis"))
