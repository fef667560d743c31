"""The API of emergency notifications (CBK-5): incidents, who must be told, start, stop,
lists.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from db.bounded import RequestDatabase
from features.audit.access import audit_entry, noted
from features.emergency_notifications import actions
from features.emergency_notifications import households as notification_households
from features.emergency_notifications import queries as incidents
from features.emergency_notifications.given import (
    CustomersInput,
    IncidentInput,
    ListInput,
    MessageInput,
    StartInput,
)
from features.emergency_notifications.lifecycle import HouseholdState
from features.emergency_notifications.shapes import ChoiceShape, HouseholdShape, IncidentShape
from settings import Settings
from web.api_models import LONGEST_PAGE, Asking, Count, CurrentUser, RowId, found
from web.problems import documented

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])


@router.get("", responses=documented(401, 403, 503))
async def list_incidents(_principal: CurrentUser, asking: Asking) -> list[IncidentShape]:
    """The incidents and how their notifications stand, newest first (100 at most)."""
    rows = await asking.ask(incidents.newest)
    told = await asking.ask(lambda each: incidents.counts(each, [row.id for row in rows]))
    return [IncidentShape.made_of(row, told[row.id]) for row in rows]


@router.post("", status_code=201, responses=documented(401, 403, 422, 503))
async def report_incident(
    given: IncidentInput, principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """Record an incident. Nobody is rung yet; the message is made meanwhile."""
    return await _shown(asking, await actions.report(asking, principal, given))


@router.get("/{incident_id}", responses=documented(401, 403, 404, 422, 503))
async def show_incident(
    incident_id: RowId, _principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """One incident, and how its notification stands."""
    return await _shown(asking, incident_id)


@router.put("/{incident_id}/message", responses=documented(401, 403, 404, 409, 422, 503))
async def put_message(
    incident_id: RowId, given: MessageInput, principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """Say something else, spoken by us; before anybody is rung only.

    Changed meanwhile by somebody else: 409, and `current` is what is said now.
    """
    await actions.say(asking, principal, incident_id, given)
    return await _shown(asking, incident_id)


@router.post("/{incident_id}/customers", responses=documented(401, 403, 404, 409, 422, 503))
async def choose_customers(
    request: Request,
    incident_id: RowId,
    given: CustomersInput,
    principal: CurrentUser,
    asking: Asking,
) -> ChoiceShape:
    """Choose customers by their area, their sort, or both."""
    settings: Settings = request.app.state.settings
    return ChoiceShape.of(
        await actions.choose_customers(asking, principal, settings, incident_id, given)
    )


@router.post("/{incident_id}/list", responses=documented(401, 403, 404, 409, 422, 503))
async def choose_list(
    request: Request, incident_id: RowId, given: ListInput, principal: CurrentUser, asking: Asking
) -> ChoiceShape:
    """Choose the households of a list. With a bad line, 422: none is taken, and `read` says why;
    `without_bad` takes the others.
    """
    settings: Settings = request.app.state.settings
    return ChoiceShape.of(
        await actions.choose_list(asking, principal, settings, incident_id, given)
    )


@router.delete("/{incident_id}/households", responses=documented(401, 403, 404, 409, 422, 503))
async def choose_nobody(
    incident_id: RowId, principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """Take all households off again; before anybody is rung only."""
    await actions.choose_nobody(asking, principal, incident_id)
    return await _shown(asking, incident_id)


@router.post("/{incident_id}/start", responses=documented(401, 403, 404, 409, 422, 503))
async def start_notification(
    incident_id: RowId, given: StartInput, principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """Begin to ring them, before everything else that we ring for."""
    await actions.start(asking, principal, incident_id, given)
    return await _shown(asking, incident_id)


@router.post("/{incident_id}/stop", responses=documented(401, 403, 404, 422, 503))
async def stop_notification(
    incident_id: RowId, principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """Stop at once: phones that ring fall silent, who listens hears it to its end."""
    await actions.stop(asking, principal, incident_id)
    return await _shown(asking, incident_id)


@router.get("/{incident_id}/households", responses=documented(401, 403, 404, 422, 503))
async def list_households(
    incident_id: RowId,
    principal: CurrentUser,
    asking: Asking,
    state: Annotated[HouseholdState | None, Query(description="Only these.")] = None,
    after: Annotated[Count, Query(description="The last `id` of the page before.")] = 0,
) -> list[HouseholdShape]:
    """The households of a notification, in the order in which they were chosen, 200 at a time."""
    found(await asking.ask(lambda each: incidents.one(each, incident_id)), "incident")
    states = [state] if state else list(HouseholdState)
    rows = await asking.ask(
        lambda each: notification_households.of_states(
            each, incident_id, states, limit=LONGEST_PAGE, after=after
        )
    )
    noted(asking, audit_entry(principal, "emergency.read", str(incident_id)))
    return [HouseholdShape.of(row) for row in rows]


@router.post(
    "/{incident_id}/households/{household_id}/door",
    responses=documented(401, 403, 404, 422, 503),
)
async def told_at_door(
    incident_id: RowId, household_id: RowId, principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """Note that staff told a household at its door; it is not rung any more."""
    await actions.tell_at_door(asking, principal, incident_id, household_id)
    return await _shown(asking, incident_id)


async def _shown(asking: RequestDatabase, incident_id: int) -> IncidentShape:
    incident = found(await asking.ask(lambda each: incidents.one(each, incident_id)), "incident")
    told = await asking.ask(lambda each: incidents.counts(each, [incident_id]))
    return IncidentShape.made_of(incident, told[incident_id])
