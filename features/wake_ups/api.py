"""API of wake-ups: the register 住客叫醒登记表 (WAK-1), each one and its evidence."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request

from callflow.rules import wall_clock
from features.wake_ups import actions
from features.wake_ups import queries as wake_ups
from features.wake_ups import register as wake_register
from features.wake_ups.actions import RegistrationInput, Room
from features.wake_ups.shapes import EvidenceShape, ForecastShape, RegistrationShape, WakeUpShape
from permissions.may import reach_of
from settings import Settings
from web.api_models import Asking, CurrentUser, Day, Moment, RowId, found
from web.problems import Refused, documented

router = APIRouter(prefix="/api/v1", tags=["wake-ups"])

MOST_DAYS = timedelta(days=7)


@router.get("/wake-registrations", responses=documented(401, 403, 422, 503))
async def list_registrations(
    _principal: CurrentUser, asking: Asking, room: Annotated[Room | None, Query()] = None
) -> list[RegistrationShape]:
    """The register: what rings next comes first; what is over or taken off is left out."""
    lines = await asking.ask(lambda connection: wake_register.registered(connection, room=room))
    return [RegistrationShape.of(line) for line in lines]


@router.post("/wake-registrations", status_code=201, responses=documented(401, 403, 409, 422, 503))
async def register_wake_up(
    request: Request, given: RegistrationInput, principal: CurrentUser, asking: Asking
) -> RegistrationShape:
    """Put somebody on the register; it rings from the next such time on.

    409: the same telephone rings at the same minutes already; `current` is the line that says so.
    """
    settings: Settings = request.app.state.settings
    return RegistrationShape.of(await actions.register(asking, principal, settings, given))


@router.delete(
    "/wake-registrations/{registration_id}", responses=documented(401, 403, 404, 422, 503)
)
async def cancel_registration(
    registration_id: RowId, principal: CurrentUser, asking: Asking
) -> RegistrationShape:
    """Take somebody off the register; who was off already stays so."""
    return RegistrationShape.of(await actions.cancel(asking, principal, registration_id))


@router.get("/wake-forecast", responses=documented(401, 403, 422, 503))
async def forecast(
    request: Request,
    _principal: CurrentUser,
    asking: Asking,
    day: Day,
    wall: Annotated[str, Query(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")],
    zone: Annotated[str | None, Query(max_length=64)] = None,
) -> ForecastShape:
    """How a minute looks: how many are to be woken then, on how many lines, and how late the last.

    It also tells what the clock on the wall does there.
    """
    settings: Settings = request.app.state.settings
    named = zone or settings.timezone
    if not wall_clock.is_zone(named):
        raise Refused(422, "This is no time zone of the IANA list, like Asia/Shanghai.")
    moment = wall_clock.moment(day, time.fromisoformat(wall), ZoneInfo(named))
    until = moment.at + timedelta(minutes=1)
    asked = await asking.ask(lambda connection: wake_ups.of_minute(connection, moment.at, until))
    return ForecastShape.of(
        moment, asked=asked, lines=settings.lines_out, ring_for=settings.wake_ring_for
    )


@router.get("/wake-ups", responses=documented(401, 403, 422, 503))
async def list_wake_ups(
    principal: CurrentUser,
    asking: Asking,
    since: Annotated[Moment | None, Query()] = None,
    until: Annotated[Moment | None, Query()] = None,
) -> list[WakeUpShape]:
    """Wake-ups due in a time (a week at most; left out: from 12 h ago to 24 h ahead).

    Those for which somebody must still do something are always there.
    """
    now = datetime.now(UTC)
    begin, end = since or now - timedelta(hours=12), until or now + timedelta(hours=24)
    if not begin <= end <= begin + MOST_DAYS:
        raise Refused(422, "Ask for a week at most, with times that name their zone.")
    reach = reach_of(principal, "wake_up.read")
    rows = await asking.ask(
        lambda connection: wake_ups.of_days(connection, begin, end, reach=reach)
    )
    return [WakeUpShape.of(row) for row in rows]


@router.get("/wake-ups/{wake_up_id}", responses=documented(401, 403, 404, 422, 503))
async def show_wake_up(wake_up_id: RowId, principal: CurrentUser, asking: Asking) -> EvidenceShape:
    """One wake-up with every ring, answer, key and recording: the evidence (WAK-5)."""
    known = await actions.evidence_of(wake_up_id, "wake_up.read", principal, asking)
    return EvidenceShape.made_of(found(known, "wake-up"))


@router.post("/wake-ups/{wake_up_id}/awake", responses=documented(401, 403, 404, 422, 503))
async def say_awake(wake_up_id: RowId, principal: CurrentUser, asking: Asking) -> EvidenceShape:
    """Say that the guest is awake: somebody has seen it. Who is known to be awake stays so."""
    return EvidenceShape.made_of(await actions.say_awake(asking, principal, wake_up_id))
