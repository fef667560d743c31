"""The table of changes of what we ring people for: emergency notifications and campaigns."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import update

from features.campaigns.contact import SPACING
from features.campaigns.plan import SPACED
from features.campaigns.tables import CampaignRow
from features.emergency_notifications.tables import IncidentRow
from permissions.roles import Role
from tests.integration.campaign_desk import LIST, brought, made
from tests.integration.notification_desk import REPORTED
from tests.integration.page_api_steps import (
    LEADER,
    NOT_THERE,
    Pair,
    Step,
    a_file,
    gaps_of,
    only,
    same,
    twice,
)
from tests.integration.page_room import Pages
from tests.integration.records_room import NOW

API: Final = "/api/v1"


def campaign_is(state: str) -> Any:
    return lambda connection: connection.execute(update(CampaignRow).values(state=state))


def incident_is(**values: object) -> Any:
    return lambda connection: connection.execute(update(IncidentRow).values(**values))


async def a_list(desk: Pages) -> Mapping[str, object]:
    async with desk.room.seated(LEADER) as leader:
        return {"list_id": (await brought(leader))["id"]}


async def a_campaign(desk: Pages) -> Mapping[str, object]:
    async with desk.room.seated(LEADER) as leader:
        return {"campaign_id": (await made(leader))["id"]}


CAMPAIGN: Final = {"name": "回访甲", "kind": "visit", "opens": "09:00", "closes": "20:00"}
CAMPAIGN_FORM: Final = {
    **CAMPAIGN,
    "language": "zh",
    "lines": "5",
    "per_minute": "30",
    "attempts": "3",
    "again_busy": "10",
    "again_no_answer": "60",
    "again_off": "120",
    "again_silent": "60",
    "ask_satisfaction": "on",
}
CAMPAIGN_BODY: Final = {
    **CAMPAIGN,
    "lines": 5,
    "calls_per_second": 0.5,
    "max_attempts": 3,
    "list_id": "{list_id}",
    "questions": [{"name": "satisfaction"}],
    "spacing": {
        **{result.value: each for result, each in SPACING.items() if result not in SPACED},
        "busy": 600,
        "no_answer": 3600,
        "off": 7200,
        "silent": 3600,
    },
}
HOUSEHOLDS: Final = "李梅,老街,8002\n张三,老街,"
INCIDENT: Final = "/emergency-notifications/{incident_id}"
OF_API: Final = f"{API}/incidents/{{incident_id}}"
REPORT: Final = REPORTED | {"happened_at_day": "22.11.2026", "happened_at_time": "08:30"}
EMERGENCIES: Final = (
    Pair(
        page=("POST", "/emergency-notifications"),
        program=("POST", f"{API}/incidents"),
        steps=(
            Step(form=REPORT | {"what": ""}, body=REPORTED | {"what": ""}, answer=422),
            Step(
                form=REPORT | {"happened_at_day": "x"},
                body=REPORTED | {"happened_at": "x"},
                answer=422,
            ),
            Step(form=REPORT, body=dict(REPORTED)),
        ),
    ),
    *(
        Pair(
            page=("POST", f"{INCIDENT}/{act}"),
            program=(method, f"{OF_API}/{of_api}"),
            prepared=lambda _: gaps_of(incident_id=1, household_id=1),
            steps=steps,
        )
        for act, method, of_api, steps in (
            (
                *("message", "PUT", "message"),
                (
                    same({"message": " ", "take": "1"}, answer=422),
                    same({"message": "另一句", "take": "1"}),
                    same({"message": "又一句", "take": "1"}, answer=409, who=Role.MANAGER),
                    same({"message": "又一句", "take": "1"}, answer=404, gaps=NOT_THERE),
                    same(
                        {"message": "又一句", "take": "2"},
                        answer=409,
                        before=incident_is(started_at=NOW),
                    ),
                ),
            ),
            (
                *("customers", "POST", "customers"),
                (
                    same({"area": " "}, answer=422),
                    same({"sort": "large"}),
                    same({"sort": "large"}, answer=404, gaps=NOT_THERE),
                    same({"sort": "large"}, answer=409, before=incident_is(started_at=NOW)),
                ),
            ),
            (
                *("list", "POST", "list"),
                tuple(
                    Step(form={"list": text}, body={"text": text}, **more)
                    for text, more in (
                        (" ", {"answer": 422}),
                        (HOUSEHOLDS, {}),
                        (HOUSEHOLDS, {"answer": 404, "gaps": NOT_THERE}),
                        (HOUSEHOLDS, {"answer": 409, "before": incident_is(started_at=NOW)}),
                    )
                ),
            ),
            (
                *("clear", "DELETE", "households"),
                (*twice(), only(answer=409, before=incident_is(started_at=NOW))),
            ),
            (
                *("start", "POST", "start"),
                (
                    same({"count": "1"}, answer=409),  # it cannot be heard yet
                    same({"count": "0"}, answer=422, before=incident_is(voice="ready")),
                    same({"count": "2"}, answer=409),
                    same({"count": "1"}, answer=404, gaps=NOT_THERE),
                    same({"count": "1"}),
                    same({"count": "1"}, answer=409),
                ),
            ),
            (*("stop", "POST", "stop"), twice(before=incident_is(started_at=NOW))),
            (
                *("households/{household_id}/door", "POST", "households/{household_id}/door"),
                twice(),
            ),
        )
    ),
)
CAMPAIGNS: Final = (
    Pair(
        page=("POST", "/campaigns/new"),
        program=("POST", f"{API}/campaign-lists"),
        steps=(
            Step(files=a_file(""), body=b"", answer=422),
            Step(files=a_file(LIST.decode()), body=LIST),
        ),
    ),
    Pair(
        page=("POST", "/campaigns/lists/{list_id}"),
        program=("POST", f"{API}/campaigns"),
        prepared=a_list,
        steps=(
            Step(
                form=CAMPAIGN_FORM | {"closes": "08:00"},
                body=CAMPAIGN_BODY | {"closes": "08:00"},
                answer=422,
            ),
            Step(
                form=CAMPAIGN_FORM | {"lines": "0"}, body=CAMPAIGN_BODY | {"lines": 0}, answer=422
            ),
            Step(form=CAMPAIGN_FORM, body=CAMPAIGN_BODY),
            Step(form=CAMPAIGN_FORM, body=CAMPAIGN_BODY, answer=404),  # the list is a campaign now
        ),
    ),
    *(
        Pair(
            page=("POST", f"/campaigns/{{campaign_id}}/{act}"),
            program=("POST", f"{API}/campaigns/{{campaign_id}}/{act}"),
            prepared=a_campaign,
            steps=(
                *twice(),
                only(answer=409, before=campaign_is(impossible_from)),
            ),
        )
        for act, impossible_from in (("start", "stopped"), ("stop", "finished"))
    ),
    Pair(
        page=("POST", "/campaigns/{campaign_id}/pause"),
        program=("POST", f"{API}/campaigns/{{campaign_id}}/pause"),
        prepared=a_campaign,
        steps=(
            only(answer=409),
            only(before=campaign_is("running")),
            only(audited=0),
            only(answer=404, gaps=NOT_THERE),
        ),
    ),
    Pair(
        page=("POST", "/campaigns/{campaign_id}/copy"),
        program=("POST", f"{API}/campaigns/{{campaign_id}}/copy"),
        prepared=a_campaign,
        steps=(
            same({"name": " "}, answer=422),
            same({"name": "再来"}),
            same({"name": "再来"}, answer=404, gaps=NOT_THERE),
        ),
    ),
)
