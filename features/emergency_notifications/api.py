"""Owns the API of emergency notifications (CBK-5): incidents, who must be told, start, stop,
lists.
"""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, AwareDatetime, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.call import Language
from callflow.text import clean, paragraphs
from db.bounded import Patience
from features.audit import log as audit
from features.audit.looks import look, noted
from features.customers.queries import CustomerSort
from features.emergency_notifications import choosing
from features.emergency_notifications import households as notification_households
from features.emergency_notifications import queries as incidents
from features.emergency_notifications.lifecycle import HouseholdState
from features.emergency_notifications.queries import Incident, NotReadyError, Report
from features.emergency_notifications.shapes import ChoiceShape, HouseholdShape, IncidentShape
from features.wake_ups.api import reachable
from settings import Settings
from web.asking import LONGEST_PAGE, Asking, CurrentUser, Given, Line, RowId, Typed, found
from web.current_user import Principal
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])

LONGEST = {"what": 200, "place": 200, "reporter": 120, "details": 4000, "message": 500}
LONGEST_LIST = 1_000_000
"""Characters of a list."""
WHY_NOT = {
    "begun": "This notification has begun already.",
    "voice": "The message cannot be heard yet; wait until `voice` is `ready`.",
    "nobody": "Nobody is chosen yet.",
    "count": "Others are chosen by now; look again, and confirm the number of households.",
}

Said = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST["message"]),
    AfterValidator(partial(paragraphs, limit=LONGEST["message"])),
]


def _line(limit: int) -> AfterValidator:
    return AfterValidator(partial(clean, limit=limit))


class IncidentGiven(Given):
    """An incident as it is reported, and what is said about it."""

    what: Annotated[str, Field(min_length=1, max_length=200), _line(200)] = Field(
        examples=["燃气泄漏"]
    )
    place: Annotated[str, Field(max_length=200), _line(200)] = ""
    happened_at: AwareDatetime
    reporter: Annotated[str, Field(min_length=1, max_length=120), _line(120)] = Field(
        description="Who reports it, and how to reach them."
    )
    details: Typed = ""
    language: Language = Language.CHINESE
    message: Said = Field(description="What is spoken; digits are said one by one.")


class MessageGiven(Given):
    """Other words for the message."""

    message: Said


class CustomersGiven(Given):
    """Which customers; at least one of the two."""

    area: Line = Field("", description="A piece of the area's name.")
    sort: CustomerSort | None = None


class ListGiven(Given):
    """A list: a household a line, `name,area,number;number`."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_LIST)]
    without_bad: bool = Field(False, description="Leave bad lines out instead of taking none.")


class StartGiven(Given):
    """The confirmation."""

    count: int = Field(ge=1, description="How many households are chosen: all are counted.")


@router.get("", responses=documented(401, 403, 503))
async def list_incidents(_principal: CurrentUser, asking: Asking) -> list[IncidentShape]:
    """The incidents and how their notifications stand, newest first (100 at most)."""
    rows = await asking.ask(incidents.newest)
    told = await asking.ask(lambda each: incidents.counts(each, [row.id for row in rows]))
    return [IncidentShape.made_of(row, told[row.id]) for row in rows]


@router.post("", status_code=201, responses=documented(401, 403, 422, 503))
async def report_incident(
    given: IncidentGiven, principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """Record an incident. Nobody is rung yet; the message is made meanwhile."""
    wanted = Report(**given.model_dump() | {"language": given.language.value})
    key = await asking.write(
        partial(incidents.report, wanted=wanted, by=named(principal), now=datetime.now(UTC))
    )
    return await _shown(asking, key)


@router.get("/{incident_id}", responses=documented(401, 403, 404, 422, 503))
async def show_incident(
    incident_id: RowId, _principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """One incident, and how its notification stands."""
    return await _shown(asking, incident_id)


@router.put("/{incident_id}/message", responses=documented(401, 403, 404, 409, 422, 503))
async def put_message(
    incident_id: RowId, given: MessageGiven, _principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """Say something else, spoken by us; before anybody is rung only."""
    incident = await known_draft(asking, incident_id)
    anew = partial(incidents.say_anew, incident=incident, message=given.message, recorded=False)
    if not await asking.write(anew):
        raise Refused(409, "The message was changed meanwhile, or the notification has begun.")
    return await _shown(asking, incident_id)


@router.post("/{incident_id}/customers", responses=documented(401, 403, 404, 409, 422, 503))
async def choose_customers(
    request: Request,
    incident_id: RowId,
    given: CustomersGiven,
    _principal: CurrentUser,
    asking: Asking,
) -> ChoiceShape:
    """Choose customers by their area, their sort, or both."""
    if not given.area and given.sort is None:
        raise Refused(422, "Name an area or a sort of customers.")
    await known_draft(asking, incident_id)
    settings: Settings = request.app.state.settings
    return ChoiceShape.of(
        await choosing.from_customers(
            asking,
            incident_id,
            area=given.area,
            sort=given.sort,
            reachable=lambda number: reachable(number, settings),
        )
    )


@router.post("/{incident_id}/list", responses=documented(401, 403, 404, 409, 422, 503))
async def choose_list(
    request: Request, incident_id: RowId, given: ListGiven, _principal: CurrentUser, asking: Asking
) -> ChoiceShape:
    """Choose the households of a list."""
    await known_draft(asking, incident_id)
    settings: Settings = request.app.state.settings
    return ChoiceShape.of(
        await choosing.from_list(
            asking,
            incident_id,
            given.text,
            settings.number_plan,
            without_bad=given.without_bad,
            reachable=lambda number: reachable(number, settings),
        )
    )


@router.delete("/{incident_id}/households", responses=documented(401, 403, 404, 409, 422, 503))
async def choose_nobody(
    incident_id: RowId, _principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """Take all households off again; before anybody is rung only."""
    await known_draft(asking, incident_id)
    await asking.write(lambda each: notification_households.clear(each, incident_id))
    return await _shown(asking, incident_id)


@router.post("/{incident_id}/start", responses=documented(401, 403, 404, 409, 422, 503))
async def start_notification(
    incident_id: RowId, given: StartGiven, principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """Begin to ring them, before everything else that we ring for."""
    await known_draft(asking, incident_id)
    try:
        await begin(asking, incident_id, principal, count=given.count)
    except NotReadyError as error:
        raise Refused(409, WHY_NOT[str(error)]) from None
    return await _shown(asking, incident_id)


@router.post("/{incident_id}/stop", responses=documented(401, 403, 404, 422, 503))
async def stop_notification(
    incident_id: RowId, principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """Stop at once: phones that ring fall silent, who listens hears it to its end."""
    found(await asking.ask(lambda each: incidents.one(each, incident_id)), "incident")
    await end(asking, incident_id, principal)
    return await _shown(asking, incident_id)


@router.get("/{incident_id}/households", responses=documented(401, 403, 404, 422, 503))
async def list_households(
    incident_id: RowId,
    principal: CurrentUser,
    asking: Asking,
    state: Annotated[HouseholdState | None, Query(description="Only these.")] = None,
    after: Annotated[int, Query(ge=0, description="The last `id` of the page before.")] = 0,
) -> list[HouseholdShape]:
    """The households of a notification, in the order in which they were chosen, 200 at a time."""
    found(await asking.ask(lambda each: incidents.one(each, incident_id)), "incident")
    states = [state] if state else list(HouseholdState)
    rows = await asking.ask(
        lambda each: notification_households.of_states(
            each, incident_id, states, limit=LONGEST_PAGE, after=after
        )
    )
    noted(asking, look(principal, "emergency.read", str(incident_id)))
    return [HouseholdShape.of(row) for row in rows]


@router.post(
    "/{incident_id}/households/{household_id}/door",
    responses=documented(401, 403, 404, 422, 503),
)
async def told_at_door(
    incident_id: RowId, household_id: RowId, principal: CurrentUser, asking: Asking
) -> IncidentShape:
    """Note that staff told a household at its door; it is not rung any more."""
    await at_the_door(asking, incident_id, household_id, principal)
    return await _shown(asking, incident_id)


def named(principal: Principal) -> str:
    """Return how who asks is kept: the account number, or the token's label."""
    return principal.number or principal.name


async def known_draft(asking: Patience, incident_id: int) -> Incident:
    """Return an incident whose notification has not begun. Raises Refused with 404 or 409."""
    incident = found(await asking.ask(lambda each: incidents.one(each, incident_id)), "incident")
    if incident.started_at is not None:
        raise Refused(409, WHY_NOT["begun"])
    return incident


async def begin(asking: Patience, incident_id: int, principal: Principal, *, count: int) -> None:
    """Begin a notification, on record. Raises NotReadyError."""
    now, seen = datetime.now(UTC), look(principal, "emergency.start", str(incident_id), str(count))

    async def started(connection: AsyncConnection) -> None:
        await incidents.start(connection, incident_id, count=count, by=named(principal), now=now)
        await audit.note(connection, seen)

    await asking.write(started)


async def end(asking: Patience, incident_id: int, principal: Principal) -> None:
    """Stop a notification, on record; one that is over stays as it is."""
    now, seen = datetime.now(UTC), look(principal, "emergency.stop", str(incident_id))

    async def stopped(connection: AsyncConnection) -> None:
        if await incidents.stop(connection, incident_id, by=named(principal), now=now):
            await audit.note(connection, seen)

    await asking.write(stopped)


async def at_the_door(
    asking: Patience, incident_id: int, household_id: int, principal: Principal
) -> None:
    """Note that staff told a household. Raises Refused with 404."""
    now = datetime.now(UTC)

    async def told(connection: AsyncConnection) -> bool:
        done = await notification_households.told_at_door(
            connection, incident_id, household_id, by=named(principal), now=now
        )
        await incidents.close(connection, [incident_id], now=now)
        return done

    if not await asking.write(told):
        raise Refused(404, "There is no household with this id in this notification.")


async def _shown(asking: Patience, incident_id: int) -> IncidentShape:
    incident = found(await asking.ask(lambda each: incidents.one(each, incident_id)), "incident")
    told = await asking.ask(lambda each: incidents.counts(each, [incident_id]))
    return IncidentShape.made_of(incident, told[incident_id])
