"""Values shown on the pages of emergency notifications (CBK-5)."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from callflow.call import Language
from db.bounded import RequestDatabase
from features.customers import queries as customers
from features.customers.queries import CustomerSort
from features.emergency_notifications import households as notification_households
from features.emergency_notifications import queries as incidents
from features.emergency_notifications.export import why
from features.emergency_notifications.given import IncidentInput
from features.emergency_notifications.household_list import BadLine
from features.emergency_notifications.lifecycle import OPEN, HouseholdState
from features.emergency_notifications.queries import Stage, Voice
from imports.faults import Said, UnreadableError
from settings import Settings
from web.api_models import found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, longest
from web.pages import page

ROWS: Final = 500
"""Rows of one list on the page; all are in the table to download."""
BAD_SHOWN: Final = 100
DOORS: Final = 5000
EVERYBODY: Final = tuple(HouseholdState)
TO_THE_DOOR: Final = (HouseholdState.NOT_TOLD, HouseholdState.NO_NUMBER, HouseholdState.AT_THE_DOOR)
LISTS: Final[Mapping[str, Sequence[HouseholdState]]] = {
    "told": (HouseholdState.TOLD, HouseholdState.AT_THE_DOOR),
    "not_told": (HouseholdState.NOT_TOLD,),
    "no_number": (HouseholdState.NO_NUMBER,),
}
"""CBK-5: who was told, who was not, and who has no number."""
STAGES: Final[Mapping[Stage, str]] = {
    Stage.DRAFT: "",
    Stage.RUNNING: "busy",
    Stage.STOPPING: "warm",
    Stage.CLOSED: "good",
}
VOICES: Final[Mapping[Voice, str]] = {
    Voice.WANTED: "warm",
    Voice.READY: "good",
    Voice.CANNOT_SAY: "bad",
    Voice.CANNOT_USE: "bad",
}
_CHOICE = re.compile(r"(\d{1,6})-(\d{1,6})-(\d{1,6})")


async def overview(
    request: Request, asking: RequestDatabase, form: Typed, *, status: int = 200
) -> HTMLResponse:
    """Return the page of all incidents."""
    settings: Settings = request.app.state.settings
    rows = await asking.ask(incidents.newest)
    told = await asking.ask(lambda each: incidents.counts(each, [row.id for row in rows]))
    now = datetime.now(UTC).astimezone(settings.zone)
    return page(
        request,
        "notifications.html",
        status=status,
        rows=rows,
        told=told,
        form=form,
        stages=STAGES,
        longest=longest(IncidentInput),
        languages=list(Language),
        now=f"{now:%Y-%m-%dT%H:%M}",
        show=Formats(settings.zone, request.state.principal.role),
    )


async def one(
    request: Request,
    asking: RequestDatabase,
    principal: Principal,
    incident_id: int,
    *,
    form: Typed | None = None,
    status: int = 200,
    told: str = "",
    bad: Sequence[BadLine] = (),
    remarks: Sequence[Said] = (),
    unreadable: UnreadableError | None = None,
) -> HTMLResponse:
    """Return the page of one incident."""
    settings: Settings = request.app.state.settings
    incident = found(await asking.ask(lambda each: incidents.one(each, incident_id)), "incident")
    stands = (await asking.ask(lambda each: incidents.counts(each, [incident_id])))[incident_id]
    wanted: Mapping[str, Collection[HouseholdState]] = {**LISTS, "open": OPEN}
    if incident.stage is Stage.DRAFT:
        wanted = {"chosen": EVERYBODY}
    lists = {
        name: await asking.ask(
            lambda each, states=states: notification_households.of_states(  # type: ignore[misc]
                each, incident_id, states, limit=ROWS
            )
        )
        for name, states in wanted.items()
    }
    choice = _CHOICE.fullmatch(told)
    return page(
        request,
        "notification.html",
        status=status,
        incident=incident,
        stands=stands,
        lists=lists,
        rows_shown=ROWS,
        form=form or Typed({}),
        choice=choice.groups() if choice else None,
        bad=bad[:BAD_SHOWN],
        remarks=remarks,
        unreadable=unreadable,
        bad_more=max(0, len(bad) - BAD_SHOWN),
        areas=await _areas(asking, incident.stage),
        sorts=list(CustomerSort),
        stages=STAGES,
        voices=VOICES,
        longest=longest(IncidentInput),
        why=why,
        show=Formats(settings.zone, principal.role),
    )


async def door_list(
    request: Request, asking: RequestDatabase, principal: Principal, incident_id: int
) -> HTMLResponse:
    """Return the list with which staff go from door to door."""
    settings: Settings = request.app.state.settings
    incident = found(await asking.ask(lambda each: incidents.one(each, incident_id)), "incident")
    rows = await asking.ask(
        lambda each: notification_households.of_states(each, incident_id, TO_THE_DOOR, limit=DOORS)
    )
    return page(
        request,
        "notification_door.html",
        incident=incident,
        rows=sorted(rows, key=lambda row: (row.area, row.name)),
        why=why,
        show=Formats(settings.zone, principal.role),
    )


async def _areas(asking: RequestDatabase, stage: Stage) -> Sequence[tuple[str, int]]:
    if stage is not Stage.DRAFT:
        return ()
    known = await asking.ask(customers.areas)
    return [(area, count) for area, count in known if area]
