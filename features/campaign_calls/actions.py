"""What an agent writes about a talk with a person of a campaign (CBK-3); it is in the audit log.

The agent's page asks the API, which calls these. Who may read the talk may write it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.questions import Result
from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry, theirs
from features.calls import queries as calls
from features.campaign_calls import talks
from features.campaign_calls.shapes import TalkShape
from features.campaign_calls.talks import CampaignTalk, NotNowError
from features.campaigns.queries import Campaign
from features.duties import queries as duties
from permissions.scopes import Reach, Scope, Thing
from web.api_models import InputModel, found
from web.current_user import Principal
from web.problems import Refused


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
    version: int = Field(
        0,
        ge=0,
        le=2**31 - 1,
        description="`version` of the talk that was read; written meanwhile by somebody: 409.",
    )


async def write(
    asking: RequestDatabase, principal: Principal, call_id: str, given: TalkInput
) -> CampaignTalk:
    """Keep what came of a talk, during it or after it, unless somebody wrote since it was read.

    Raises Refused: 404, 422 for answers that no question has, 409 when the person did not answer in
    the call, or was called again since, or somebody wrote meanwhile: then with the talk as it is.
    What is so already is no conflict, and no change.
    """
    now = datetime.now(UTC)
    await talk_of(asking, principal, call_id)

    async def keep(connection: AsyncConnection) -> CampaignTalk:
        await talks.lock(connection, call_id)
        talk = found(await talks.of_call(connection, call_id), "call of a campaign")
        _check(given, talk.campaign)
        result = Result(given.result.value)
        if talk.version and (talk.shown.contact.result, talk.shown.contact.answers) == (
            result,
            given.answers,
        ):
            return talk
        if given.version != talk.version:
            raise _late(talk, principal)
        done = await talks.write(
            connection,
            talk,
            result=result,
            answers=given.answers,
            by=principal.signature,
            now=now,
        )
        seen = audit_entry(principal, talks.WRITTEN, call_id, given.result.value)
        await audit.note(connection, seen)
        return replace(done, version=talk.version + 1)

    try:
        return await asking.write(keep)
    except NotNowError:
        said = "The person did not answer in this call, or was called again since."
        raise Refused(409, said) from None


async def talk_of(asking: RequestDatabase, principal: Principal, call_id: str) -> CampaignTalk:
    """Return the talk of a call: one's own is at the seat where one works. Raises Refused: 404."""

    async def within(connection: AsyncConnection, reach: Reach) -> CampaignTalk | None:
        talk = await talks.of_call(connection, call_id)
        if talk is None or reach.whole:
            return talk
        duty = principal.account_id and await duties.of_account(connection, principal.account_id)
        people = (principal.number,) if duty and duty.seat == talk.seat else ()
        if reach.holds(Thing(people=people)):
            return talk
        of_team = reach.scope is Scope.TEAM
        known = of_team and await calls.caller(connection, call_id, reach=reach) is not None
        return talk if known else None

    talk = await theirs(asking, principal, "campaign.talk", call_id, within)
    return found(talk, "call of a campaign")


def _late(talk: CampaignTalk, principal: Principal) -> Refused:
    language = principal.language or "zh"
    return Refused(
        409,
        "Somebody wrote of this talk meanwhile; `current` is what is so now.",
        current=TalkShape.of(talk, language=language),
    )


def _check(given: TalkInput, campaign: Campaign) -> None:
    """Refuse answers that no question has, and a whole that is none."""
    asked: Mapping[str, str] = {each.name: each.keys for each in campaign.questions}
    for name, key in given.answers.items():
        if key not in asked.get(name, ""):
            raise Refused(422, "An answer is none of its question's keys.")
    if given.result is Written.COMPLETED and set(given.answers) != set(asked):
        raise Refused(422, "Not every question is answered: that is `broken_off`.")
