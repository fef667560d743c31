"""Owns the table of changes: which form of a page and which call of the API are the same one.

A changing route of these features that is neither in the table nor among `ALONE` fails the test.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import update

from features.callbacks.tables import CallbackRow
from features.campaigns.contact import SPACING
from features.campaigns.plan import SPACED
from features.campaigns.tables import CampaignRow
from features.do_not_call.queries import Entry
from features.do_not_call.queries import put as put_on_the_list
from features.emergency_notifications.tables import IncidentRow
from permissions.roles import Role
from tests.integration.campaign_desk import LIST, brought, made
from tests.integration.desk_room import NUMBER
from tests.integration.door_steps import LEADER, Pair, Route, Step
from tests.integration.notification_desk import REPORTED
from tests.integration.page_room import Pages
from tests.integration.records_room import NOW

FEATURES: Final = (
    *("knowledge", "handovers", "wake_ups", "callbacks", "do_not_call"),
    *("campaigns", "customers", "outage", "emergency_notifications"),
)
ALONE: Final[Mapping[Route, str]] = {
    ("PUT", "/api/v1/outage"): "the wallboard asks the API itself; so does `thirdring outage on`",
    ("DELETE", "/api/v1/outage"): "the wallboard asks the API itself, as `thirdring outage off`",
    ("PUT", "/api/v1/calls/{call_id}/campaign"): "the agent's page asks the API itself",
    ("POST", "/emergency-notifications/{incident_id}/recording"): "a sound is chosen in a browser",
}
"""Changes with one door only, and why."""

SENIOR: Final = Role.SENIOR_AGENT
SEEN: Final = NOW.isoformat()
TOMORROW: Final = f"{datetime.now(UTC).date() + timedelta(days=2)}"
NOT_THERE: Final[Mapping[str, object]] = dict.fromkeys(
    ("entry_id", "handover_id", "registration_id", "wake_up_id", "callback_id", "incident_id"), 999
) | {"campaign_id": 999, "household_id": 999}


def same(typed: Mapping[str, str], **more: Any) -> Step:
    """Return a step whose form and body have the same words."""
    return Step(form=typed, body=dict(typed), **more)


def only(**more: Any) -> Step:
    """Return a step in which nothing is typed."""
    return Step(**more)


def twice(**more: Any) -> Sequence[Step]:
    """Return a change, the same once more, and the same of what is not there."""
    return (
        only(**more),
        only(**more | {"audited": 0}),
        only(**more | {"gaps": NOT_THERE, "answer": 404}),
    )


def callback_is(**values: object) -> Any:
    return lambda connection: connection.execute(update(CallbackRow).values(**values))


def campaign_is(state: str) -> Any:
    return lambda connection: connection.execute(update(CampaignRow).values(state=state))


def incident_is(**values: object) -> Any:
    return lambda connection: connection.execute(update(IncidentRow).values(**values))


async def a_callback(desk: Pages) -> Mapping[str, object]:
    async with desk.room.seated(LEADER) as leader:
        answer = await leader.post("/api/v1/callbacks", json={"number": NUMBER})
    return {"callback_id": answer.json()["id"]}


async def a_list(desk: Pages) -> Mapping[str, object]:
    async with desk.room.seated(LEADER) as leader:
        return {"list_id": (await brought(leader))["id"]}


async def a_campaign(desk: Pages) -> Mapping[str, object]:
    async with desk.room.seated(LEADER) as leader:
        return {"campaign_id": (await made(leader))["id"]}


async def _gaps(**gaps: object) -> Mapping[str, object]:
    return gaps


def _file(text: str) -> Mapping[str, tuple[str, bytes]]:
    return {"file": ("list.csv", text.encode())}


ENTRY: Final = {"title": "甲", "body": "甲的答案", "keywords": "搬家", "published": "true"}
CUSTOMER: Final = {"name": "李四", "sort": "important", "note": "先问好", "area": "老街"}
GUEST: Final = {"room": "8001", "wall": "07:00", "first_day": TOMORROW, "guest": "王小明"}
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
        **{"busy": 600, "no_answer": 3600, "off": 7200, "silent": 3600},
    },
}
WAKE_LIST: Final = f"房间,时间,日期\n8001,06:30,{TOMORROW}\n119,06:30,{TOMORROW}\n"
HOUSEHOLDS: Final = "李梅,老街,8002\n张三,老街,"

API: Final = "/api/v1"
KNOWLEDGE: Final = (
    Pair(
        page=("POST", "/knowledge/new"),
        program=("POST", f"{API}/knowledge"),
        steps=(same(ENTRY | {"title": " "}, answer=422), same(ENTRY)),
    ),
    Pair(
        page=("POST", "/knowledge/{entry_id}/edit"),
        program=("PUT", f"{API}/knowledge/{{entry_id}}"),
        prepared=lambda _: _gaps(entry_id=1),
        steps=(
            same(ENTRY | {"seen": SEEN, "body": ""}, answer=422),
            same(ENTRY | {"seen": "soon"}, answer=422),
            same(ENTRY | {"seen": SEEN}),
            same(ENTRY | {"seen": SEEN}, audited=0),
            same(ENTRY | {"seen": SEEN, "title": "乙"}, answer=409, who=SENIOR),
            same(ENTRY | {"seen": SEEN}, answer=404, gaps=NOT_THERE),
        ),
    ),
)
HANDOVERS: Final = (
    Pair(
        page=("POST", "/handover"),
        program=("POST", f"{API}/handovers"),
        steps=(
            same({"shift": "夜班", "equipment": " "}, answer=422),
            same({"shift": "夜班", "faults": "断" * 2001}, answer=422),
            same({"shift": "夜班", "equipment": "正常"}),
        ),
    ),
    Pair(
        page=("POST", "/handover/{handover_id}/sign"),
        program=("POST", f"{API}/handovers/{{handover_id}}/sign"),
        prepared=lambda _: _gaps(handover_id=1),
        steps=(
            only(answer=409, who=SENIOR),  # who wrote it
            *twice(),
            only(answer=409, who=Role.SWITCHBOARD),
        ),
    ),
)
WAKE_UPS: Final = (
    Pair(
        page=("POST", "/wake-ups"),
        program=("POST", f"{API}/wake-registrations"),
        steps=(
            same(GUEST | {"room": "9321"}, answer=422),
            same(GUEST | {"room": "119"}, answer=422),
            same(GUEST | {"first_day": "2020-01-01"}, answer=422),
            same(GUEST | {"zone": "Mars/Olympus"}, answer=422),
            same(GUEST),
        ),
    ),
    Pair(
        page=("POST", "/wake-ups/registrations/{registration_id}/cancel"),
        program=("DELETE", f"{API}/wake-registrations/{{registration_id}}"),
        prepared=lambda _: _gaps(registration_id=1),
        steps=twice(),
    ),
    Pair(
        page=("POST", "/wake-ups/{wake_up_id}/awake"),
        program=("POST", f"{API}/wake-ups/{{wake_up_id}}/awake"),
        prepared=lambda _: _gaps(wake_up_id=1),
        steps=twice(who=Role.FLOOR_ATTENDANT),
    ),
    Pair(
        page=("POST", "/wake-ups/import"),
        program=("POST", f"{API}/wake-registrations/import"),
        steps=(Step(files=_file(WAKE_LIST), body=WAKE_LIST.encode(), audited=0),),
    ),
    Pair(
        page=("POST", "/wake-ups/import/keep"),
        program=("POST", f"{API}/wake-registrations/import"),
        steps=(Step(form={"text": WAKE_LIST}, body=WAKE_LIST.encode(), query={"keep": "good"}),),
    ),
)
CALLBACKS: Final = (
    Pair(
        page=("POST", "/callbacks"),
        program=("POST", f"{API}/callbacks"),
        steps=(
            same({"number": "8001;Dial", "minutes": "30"}, answer=422),
            same({"number": "139 1234-5678", "minutes": "0"}, answer=422),
            same({"number": "139 1234-5678", "minutes": "30", "note": "查"}),
            same({"number": "139 1234-5678", "minutes": "30", "note": "查"}, audited=0),
        ),
    ),
    Pair(
        page=("POST", "/callbacks/{callback_id}/call"),
        program=("POST", f"{API}/callbacks/{{callback_id}}/call"),
        prepared=a_callback,
        steps=(
            only(),
            only(gaps=NOT_THERE, answer=404),
            only(answer=409, before=callback_is(state="kept", next_at=None)),
        ),
    ),
    Pair(
        page=("POST", "/callbacks/{callback_id}/kept"),
        program=("PATCH", f"{API}/callbacks/{{callback_id}}"),
        prepared=a_callback,
        steps=(
            *twice(body={"state": "kept"}),
            only(body={"state": "kept"}, answer=409, before=callback_is(state="cancelled")),
        ),
    ),
    Pair(
        page=("POST", "/callbacks/{callback_id}/cancel"),
        program=("PATCH", f"{API}/callbacks/{{callback_id}}"),
        prepared=a_callback,
        steps=(
            *twice(body={"state": "cancelled"}),
            only(body={"state": "cancelled"}, answer=409, before=callback_is(state="talking")),
        ),
    ),
)
DO_NOT_CALL: Final = (
    Pair(
        page=("POST", "/do-not-call"),
        program=("PUT", f"{API}/do-not-call/{{number}}"),
        steps=tuple(
            Step(
                form={"number": number, "why": why},
                body={"why": why},
                gaps={"number": number},
                **more,
            )
            for number, why, more in (
                ("12", "客户要求", {"answer": 422}),
                ("138 1234 5670", " ", {"answer": 422}),
                ("138 1234 5670", "客户要求", {}),
                ("13812345670", "客户要求", {"audited": 0}),
                ("13812345670", "另有原因", {"answer": 409, "who": Role.JUNIOR_AGENT}),
            )
        ),
    ),
    Pair(
        page=("POST", "/do-not-call/remove"),
        program=("DELETE", f"{API}/do-not-call/{{number}}"),
        prepared=lambda _: _gaps(number="13812345670"),
        steps=(
            only(form={"number": "13812345670"}, answer=404),
            only(
                form={"number": "13812345670"},
                before=lambda one: put_on_the_list(one, Entry("13812345670", "x", NOW, "1001")),
            ),
        ),
    ),
)
CUSTOMERS: Final = (
    Pair(
        page=("POST", "/customers/{number}"),
        program=("PUT", f"{API}/customers/{{number}}"),
        prepared=lambda _: _gaps(number=NUMBER),
        steps=(
            same(CUSTOMER | {"seen": SEEN, "sort": "vip"}, answer=422),
            same(CUSTOMER | {"seen": SEEN, "first_agent": "abc"}, answer=422),
            same(CUSTOMER, answer=409),
            same(CUSTOMER | {"seen": SEEN}),
            same(CUSTOMER | {"seen": SEEN}, audited=0),
            same(CUSTOMER | {"seen": SEEN, "name": "王五"}, answer=409, who=SENIOR),
            same(CUSTOMER, gaps={"number": "13912345678"}),
        ),
    ),
)
INCIDENT: Final = "/emergency-notifications/{incident_id}"
OF_API: Final = f"{API}/incidents/{{incident_id}}"
REPORT: Final = REPORTED | {"happened_at": "2026-11-22T08:30"}
EMERGENCIES: Final = (
    Pair(
        page=("POST", "/emergency-notifications"),
        program=("POST", f"{API}/incidents"),
        steps=(
            Step(form=REPORT | {"what": ""}, body=REPORTED | {"what": ""}, answer=422),
            Step(
                form=REPORT | {"happened_at": "x"}, body=REPORTED | {"happened_at": "x"}, answer=422
            ),
            Step(form=REPORT, body=dict(REPORTED)),
        ),
    ),
    *(
        Pair(
            page=("POST", f"{INCIDENT}/{act}"),
            program=(method, f"{OF_API}/{of_api}"),
            prepared=lambda _: _gaps(incident_id=1, household_id=1),
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
            Step(files=_file(""), body=b"", answer=422),
            Step(files=_file(LIST.decode()), body=LIST),
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
PAIRS: Final[Sequence[Pair]] = (
    *KNOWLEDGE,
    *HANDOVERS,
    *WAKE_UPS,
    *CALLBACKS,
    *DO_NOT_CALL,
    *CUSTOMERS,
    *EMERGENCIES,
    *CAMPAIGNS,
)
