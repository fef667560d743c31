"""A list of people with something of everything that may be wrong, and campaigns made of
it.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.questions import Result
from dispatch import attempts
from dispatch.attempts import Attempt
from features.audit.tables import AuditRow
from features.campaigns import contacts as campaign_contacts
from features.campaigns.contact import Contact, ContactState
from features.campaigns.contacts import ContactFilter
from tests.integration.desk_room import call_id, ticket_number
from tests.integration.page_room import Pages

LISTS, CAMPAIGNS, REFUSED = "/api/v1/campaign-lists", "/api/v1/campaigns", "/api/v1/do-not-call"
HOSTILE = '=HYPERLINK("http://evil","<script>alert(1)</script>")'
LIST = "\n".join(
    (
        "电话,姓名,语言,工单,备注",
        f"13812345678,张三丰,,{ticket_number(1)},要回电",
        f'13812345679,<b>李</b>,en,,"{HOSTILE.replace(chr(34), chr(34) * 2)}"',
        "13812345678,又是张三,,,",
        "13,王五,,,",
        "110,警察,,,",
        "13812345670,勿扰人,,,",
        "13812345671,赵六,,20200101-99999,",
    )
).encode()


async def brought(client: httpx.AsyncClient, content: bytes = LIST) -> dict[str, Any]:
    """Bring a list and return what it says."""
    answer = await client.post(LISTS, content=content, params={"name": "回访.csv"})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def made(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    """Make a campaign of the list."""
    waits = await brought(client)
    given = {"list_id": waits["id"], "name": "十一月回访", "kind": "visit", **more}
    answer = await client.post(CAMPAIGNS, json=given)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def came(desk: Pages, campaign: int, **of_first: Any) -> None:
    """Let the first person of a campaign have been called."""
    now = datetime.now(UTC)
    done = Contact(
        next_at=None, state=ContactState.DONE, result=Result.COMPLETED, tries=1, ended_at=now
    )
    done = replace(done, **of_first)

    async def change(connection: AsyncConnection) -> None:
        [first, *_] = await campaign_contacts.listed(
            connection, ContactFilter(campaign_id=campaign)
        )
        await campaign_contacts.keep(connection, {first.id: done})
        rung = Attempt(
            id=call_id(1),
            purpose=campaign_contacts.PURPOSE,
            subject_id=first.id,
            seq=1,
            who="person",
            number=first.person.number,
            channel="x",
            planned_at=now,
            rung_at=now,
            answered_at=now,
            ended_at=now,
            result="answered",
        )
        await attempts.begin(connection, [rung])

    await desk.write(change)


async def audit_entries(desk: Pages, action: str) -> list[Any]:
    """Return what is on record of an action."""
    await desk.room.app.state.database.settled()
    query = select(AuditRow.subject, AuditRow.why, AuditRow.detail).where(AuditRow.action == action)
    found = await desk.room.app.state.database.ask(lambda one: one.execute(query), within=5)
    return list(found.all())
