"""The API of an agent's talk with a person of a campaign: whom, what to ask, the end
(CBK-3).
"""

from typing import Annotated

from fastapi import APIRouter, Query

from callflow.call import Language
from features.audit.access import audit_entry, noted
from features.campaign_calls import actions
from features.campaign_calls.actions import TalkInput
from features.campaign_calls.shapes import TalkShape
from web.api_models import Asking, CurrentUser, Identity
from web.problems import documented

router = APIRouter(prefix="/api/v1/calls/{call_id}", tags=["campaigns"])

Spoken = Annotated[Language, Query(description="Of the questions and what their keys mean.")]


@router.get("/campaign", responses=documented(401, 403, 404, 422, 503))
async def show_talk(
    call_id: Identity, principal: CurrentUser, asking: Asking, language: Spoken = Language.CHINESE
) -> TalkShape:
    """Whom the agent calls in this call for a campaign, why, and what to ask."""
    key = call_id.lower()
    talk = await actions.talk_of(asking, principal, key)
    noted(asking, audit_entry(principal, "campaign.talk", key))
    return TalkShape.of(talk, language=language.value)


@router.put("/campaign", responses=documented(401, 403, 404, 409, 422, 503))
async def write_talk(
    call_id: Identity,
    given: TalkInput,
    principal: CurrentUser,
    asking: Asking,
    language: Spoken = Language.CHINESE,
) -> TalkShape:
    """Keep what came of the talk, during it or after it. Written meanwhile by somebody: 409."""
    done = await actions.write(asking, principal, call_id.lower(), given)
    return TalkShape.of(done, language=language.value)
