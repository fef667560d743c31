"""Changes as the page's form and the API ask for them, and what comes of each.

Each change of `page_api_table` with a page and a call of the API is here, or in `SIGN_IN_AND_OUT`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.callbacks.tables import CallbackRow
from features.do_not_call.queries import Entry
from features.do_not_call.queries import put as put_on_the_list
from features.wake_ups.lifecycle import WakeState
from features.wake_ups.tables import WakeUpRow
from permissions.roles import Role
from tests.integration.desk_room import NUMBER
from tests.integration.page_api_pairs_accounts import ACCOUNTS
from tests.integration.page_api_pairs_bulks import BULKS
from tests.integration.page_api_pairs_comments import COMMENTS
from tests.integration.page_api_pairs_mail import MAILS
from tests.integration.page_api_pairs_outbound import CAMPAIGNS, EMERGENCIES
from tests.integration.page_api_pairs_quality import QUALITY
from tests.integration.page_api_pairs_records import RECORDS
from tests.integration.page_api_pairs_reports import REPORTS
from tests.integration.page_api_pairs_rights import RIGHTS
from tests.integration.page_api_pairs_rooms import ROOMS
from tests.integration.page_api_pairs_tickets import TICKETS
from tests.integration.page_api_pairs_views import VIEWS
from tests.integration.page_api_pairs_webhooks import WEBHOOKS
from tests.integration.page_api_steps import (
    DONE,
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

SENIOR: Final = Role.SENIOR_AGENT
SEEN: Final = NOW.isoformat()
TOMORROW: Final = f"{datetime.now(UTC).date() + timedelta(days=2)}"


def callback_is(**values: object) -> Any:
    return lambda connection: connection.execute(update(CallbackRow).values(**values))


async def a_callback(desk: Pages) -> Mapping[str, object]:
    async with desk.room.seated(LEADER) as leader:
        answer = await leader.post("/api/v1/callbacks", json={"number": NUMBER})
    return {"callback_id": answer.json()["id"]}


ENTRY: Final = {"title": "甲", "body": "甲的答案", "keywords": "搬家", "published": "true"}
CUSTOMER: Final = {"name": "李四", "sort": "important", "note": "先问好", "area": "老街"}
GUEST: Final = {"room": "8001", "wall": "07:00", "first_day": TOMORROW, "guest": "王小明"}
WAKE_LIST: Final = f"房间,时间,日期\n8001,06:30,{TOMORROW}\n119,06:30,{TOMORROW}\n"
BAD_WAKES: Final = f"房间,时间,日期\n8001,25:00,{TOMORROW}\n9321,06:30,{TOMORROW}\n"

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
        prepared=lambda _: gaps_of(entry_id=1),
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
        prepared=lambda _: gaps_of(handover_id=1),
        steps=(
            only(answer=409, who=SENIOR),  # who wrote it
            *twice(),
            only(answer=409, who=Role.SWITCHBOARD),
        ),
    ),
)


async def nobody_woke(connection: AsyncConnection) -> None:
    """The guest did not lift the receiver: an attendant goes to the room."""
    await connection.execute(update(WakeUpRow).values(state=WakeState.KNOCKING.value))


WAKE_UPS: Final = (
    Pair(
        page=("POST", "/wake-ups"),
        program=("POST", f"{API}/wake-registrations"),
        steps=(
            same(GUEST | {"room": "9321"}, answer=422),
            same(GUEST | {"room": "119"}, answer=422),
            same(GUEST | {"first_day": "2020-01-01"}, answer=422),
            same(GUEST | {"zone": "Mars/Olympus"}, answer=422),
            same(GUEST | {"room": "A101"}, answer=422),  # in no table: nobody knows its number
            same(GUEST, answer=409),  # is on the register
            same(GUEST | {"wall": "07:01"}),
        ),
    ),
    Pair(
        page=("POST", "/wake-ups/registrations/{registration_id}/cancel"),
        program=("DELETE", f"{API}/wake-registrations/{{registration_id}}"),
        prepared=lambda _: gaps_of(registration_id=1),
        steps=twice(),
    ),
    Pair(
        page=("POST", "/wake-ups/{wake_up_id}/awake"),
        program=("POST", f"{API}/wake-ups/{{wake_up_id}}/awake"),
        prepared=lambda _: gaps_of(wake_up_id=1),
        steps=(
            only(who=Role.FLOOR_ATTENDANT, before=nobody_woke),
            *twice(who=Role.FLOOR_ATTENDANT)[1:],
        ),
    ),
    Pair(
        page=("POST", "/wake-ups/import"),
        program=("POST", f"{API}/wake-registrations/import"),
        steps=(
            Step(files=a_file(WAKE_LIST), body=WAKE_LIST.encode(), audited=0),
            Step(files=a_file(BAD_WAKES), body=BAD_WAKES.encode(), answer=422),
            Step(files=a_file("x"), body=b"x", answer=422),
        ),
    ),
    Pair(
        page=("POST", "/wake-ups/import/keep"),
        program=("POST", f"{API}/wake-registrations/import"),
        steps=tuple(
            Step(form={"text": text}, body=text.encode(), query={"keep": "good"}, answer=answer)
            for text, answer in (
                (BAD_WAKES, 422),
                (WAKE_LIST, DONE),
                (WAKE_LIST, 422),  # every row is on the register now
            )
        ),
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
            only(answer=409, before=callback_is(state="completed", next_at=None)),
        ),
    ),
    Pair(
        page=("POST", "/callbacks/{callback_id}/completed"),
        program=("PATCH", f"{API}/callbacks/{{callback_id}}"),
        prepared=a_callback,
        steps=(
            *twice(body={"state": "completed"}),
            only(body={"state": "completed"}, answer=409, before=callback_is(state="cancelled")),
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
        prepared=lambda _: gaps_of(number="13812345670"),
        steps=(
            only(form={"number": "13812345670"}, answer=404),
            only(
                form={"number": "13812345670"},
                before=lambda one: put_on_the_list(
                    one, Entry("13812345670", "+8613812345670", "x", NOW, "1001")
                ),
            ),
        ),
    ),
)
CUSTOMERS: Final = (
    Pair(
        page=("POST", "/customers/{number}"),
        program=("PUT", f"{API}/customers/{{number}}"),
        prepared=lambda _: gaps_of(number=NUMBER),
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
PAIRS: Final[Sequence[Pair]] = (
    *ACCOUNTS,
    *KNOWLEDGE,
    *HANDOVERS,
    *MAILS,
    *REPORTS,
    *WEBHOOKS,
    *WAKE_UPS,
    *ROOMS,
    *CALLBACKS,
    *DO_NOT_CALL,
    *CUSTOMERS,
    *EMERGENCIES,
    *CAMPAIGNS,
    *TICKETS,
    *VIEWS,
    *BULKS,
    *COMMENTS,
    *QUALITY,
    *RECORDS,
    *RIGHTS,
)
