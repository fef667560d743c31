"""One of everything that the pages of records show, for their tests."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.rules.wall_clock import Repeat
from features.accounts import queries as accounts
from features.customer_lists import queries as customer_lists
from features.customer_lists.judging import Known
from features.customer_lists.queries import WrongRow
from features.customers import keeping
from features.customers.queries import Customer, CustomerSort
from features.emergency_notifications import households as notification_households
from features.emergency_notifications import queries as incidents
from features.emergency_notifications.household_list import Listed
from features.handovers import queries as handovers
from features.knowledge import queries as knowledge
from features.knowledge.queries import Entry as Answer
from features.knowledge.tables import KnowledgeProposalRow
from features.rooms import queries as rooms
from features.rooms.rules import Entry
from features.wake_ups import register as wake_register
from features.wake_ups.rules import Registration
from permissions.roles import Role
from tests.integration.desk_room import NUMBER, NUMBERS
from tests.integration.notification_street import REPORT
from tests.numbers import known_as

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


async def one_of_everything(connection: AsyncConnection) -> None:
    """One of everything that the pages show."""
    writer = await accounts.by_number(connection, NUMBERS[Role.SENIOR_AGENT])
    assert writer is not None
    await handovers.write(
        connection,
        shift="2026-11-21 白班",
        account_id=writer.id,
        equipment="话机 8101 有杂音",
        problems=f"给 {NUMBER} 回电",
        faults="",
        staff="",
        now=NOW,
    )
    await knowledge.add(connection, _entry())
    await connection.execute(insert(KnowledgeProposalRow).values(_proposal()))
    listed = await customer_lists.begin(
        connection, "客户.csv", known=Known.CHANGE, by="1009", now=NOW
    )
    wrong = WrongRow(3, "not_a_number", "B3", NUMBER, ["王五", NUMBER])
    await customer_lists.wrong(connection, listed, [wrong])
    counts = {"ended_at": NOW, "rows": 1, "wrong": 1, "columns": ["姓名", "电话"]}
    await customer_lists.moved(connection, listed, **counts)
    await wake_register.register(connection, _guest(), made_by=writer.id, now=datetime.now(UTC))
    await rooms.put(connection, [Entry("B2-1205-NORTH-WING", "8003")], at=NOW, by="1001")
    key = await incidents.report(connection, REPORT, by="1001", now=NOW)
    await notification_households.add(connection, key, [Listed("王小明", "老街", ("8001",))])
    await keeping.keep(
        connection,
        Customer(
            number=NUMBER,
            identity=known_as(NUMBER),
            name="张三丰",
            sort=CustomerSort.LARGE,
            note="电梯坏了走楼梯",
            first_agent=None,
            updated_at=NOW,
            updated_by="1001",
        ),
    )


def _guest() -> Registration:
    return Registration(
        room="8001",
        number="8001",
        guest="王小明",
        language="zh",
        wall=time(7, 0),
        zone="Asia/Shanghai",
        first_day=datetime.now(UTC).date() + timedelta(days=1),
        last_day=None,
        repeat=Repeat.DAILY,
    )


def _proposal() -> dict[str, object]:
    said = {"title": "停机后怎样复机", "body": "补缴后一小时内复机。", "ticket": "", "why": ""}
    return {**said, "state": "open", "at": NOW, "by": "1001"}


def _entry() -> Answer:
    return Answer(
        id=0,
        title="宽带移机怎么办",
        body="带身份证到营业厅。\n三天内上门。",
        business=None,
        keywords="搬家",
        published_at=NOW,
        updated_at=NOW,
        updated_by="1002",
    )
