"""The API of an agent's talk with a person of a campaign: whom, what to ask, the end
(CBK-3).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.call import Language
from callflow.rules.questions import Result
from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry, noted, theirs
from features.campaign_calls import talks as campaign_talks
from features.campaign_calls.shapes import TalkShape
from features.campaign_calls.talks import CampaignTalk, NotNowError
from features.campaigns.queries import Campaign
from features.duties import queries as duties
from permissions.roles import sees_numbers
from permissions.scopes import Reach, Thing
from web.api_models import Asking, CurrentUser, Identity, InputModel, found
from web.current_user import Principal
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/calls/{call_id}", tags=["campaigns"])

Spoken = Annotated[Language, Query(description="Of the questions and what their keys mean.")]


class Written(StrEnum):
    """What an agent may write of a talk."""

    COMPLETED = "completed"
    BROKEN_OFF = "broken_off"
    DECLINED = "declined"
    LATER = "later"


class TalkInput(InputModel):
    """What came of a talk."""

    result: Written = Field(
        description="`completed`: every question is answered; `broken_off`: not every; `declined`: "
        "never to be called again; `later`: to be called again."
    )
    answers: dict[
        Annotated[str, Field(max_length=24)], Annotated[str, Field(pattern=r"^[0-9]$")]
    ] = Field({}, description="Keys, by the question's name; all that there are.")


@router.get("/campaign", responses=documented(401, 403, 404, 422, 503))
async def show_talk(
    call_id: Identity, principal: CurrentUser, asking: Asking, language: Spoken = Language.CHINESE
) -> TalkShape:
    """Whom the agent calls in this call for a campaign, why, and what to ask."""
    key = call_id.lower()
    talk = await _theirs(key, principal, asking)
    noted(asking, audit_entry(principal, "campaign.talk", key))
    return TalkShape.of(talk, language=language.value, whole=sees_numbers(principal.role))


@router.put("/campaign", responses=documented(401, 403, 404, 409, 422, 503))
async def write_talk(
    call_id: Identity,
    given: TalkInput,
    principal: CurrentUser,
    asking: Asking,
    language: Spoken = Language.CHINESE,
) -> TalkShape:
    """Keep what came of the talk, during it or after it; what is written last counts."""
    key, now = call_id.lower(), datetime.now(UTC)
    await _theirs(key, principal, asking)

    async def keep(connection: AsyncConnection) -> CampaignTalk:
        talk = found(await campaign_talks.of_call(connection, key), "call of a campaign")
        _check(given, talk.campaign)
        done = await campaign_talks.write(
            connection,
            talk,
            result=Result(given.result.value),
            answers=given.answers,
            by=principal.number or principal.name,
            now=now,
        )
        await audit.note(
            connection, audit_entry(principal, "campaign.written", key, given.result.value)
        )
        return done

    try:
        done = await asking.write(keep)
    except NotNowError:
        said = "Nobody was dialled in this call, or the person was called again since."
        raise Refused(409, said) from None
    return TalkShape.of(done, language=language.value, whole=sees_numbers(principal.role))


async def _theirs(call_id: str, principal: Principal, asking: RequestDatabase) -> CampaignTalk:
    """Return the talk of a call: one's own is at the seat where one works."""

    async def within(connection: AsyncConnection, reach: Reach) -> CampaignTalk | None:
        talk = await campaign_talks.of_call(connection, call_id)
        if talk is None or reach.whole:
            return talk
        duty = principal.account_id and await duties.of_account(connection, principal.account_id)
        people = (principal.number,) if duty and duty.seat == talk.seat else ()
        return talk if reach.holds(Thing(people=people)) else None

    talk = await theirs(asking, principal, "campaign.talk", call_id, within)
    return found(talk, "call of a campaign")


def _check(given: TalkInput, campaign: Campaign) -> None:
    """Refuse answers that no question has, and a whole that is none."""
    asked: Mapping[str, str] = {each.name: each.keys for each in campaign.questions}
    for name, key in given.answers.items():
        if key not in asked.get(name, ""):
            raise Refused(422, "An answer is none of its question's keys.")
    if given.result is Written.COMPLETED and set(given.answers) != set(asked):
        raise Refused(422, "Not every question is answered: that is `broken_off`.")
