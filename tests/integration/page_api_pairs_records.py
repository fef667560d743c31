"""The table of changes of customers, of the knowledge base and of classes."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from features.customer_lists import actions as customer_lists
from features.customers import keeping
from features.customers.queries import Customer, CustomerSort
from features.knowledge import queries as knowledge
from features.knowledge.queries import Entry
from permissions.roles import Role
from tests.integration.desk_room import NUMBER
from tests.integration.page_api_steps import LEADER, NOT_THERE, Pair, Step, a_file, gaps_of, same
from tests.integration.page_room import Pages
from tests.integration.records_room import NOW

API: Final = "/api/v1"
SENIOR: Final = Role.SENIOR_AGENT
SEEN: Final = NOW.isoformat()
LATER: Final = (NOW + timedelta(hours=1)).isoformat()
GONE: Final = dict(NOT_THERE) | {
    "merge_id": 999,
    "file_id": 999,
    "proposal_id": 999,
    "class_id": 999,
}
PDF: Final = b"%PDF-1.7\nanswers"
LIST: Final = "姓名,电话\n王五,13700137000\n赵六,13700137001\n坏,12\n"
ENTRY: Final = {"title": "难题", "body": "答案", "published": "true"}
HARD: Final = {"ticket": "20261121-00001", "title": "难题", "body": "答案"}


def other(connection: Any) -> Any:
    """Keep a second customer, who is the first one."""
    return keeping.keep(
        connection,
        Customer(
            number="13912345678",
            identity="+8613912345678",
            name="张三丰",
            sort=CustomerSort.NORMAL,
            note="",
            first_agent=None,
            updated_at=NOW,
            updated_by="1001",
        ),
    )


async def two_customers(desk: Pages) -> Mapping[str, object]:
    await desk.write(other)
    return {"number": NUMBER}


async def a_merge(desk: Pages) -> Mapping[str, object]:
    await desk.write(other)
    async with desk.room.seated(LEADER) as leader:
        given = {"other": 2, "seen": SEEN, "other_seen": SEEN}
        answer = await leader.post(f"{API}/customers/{NUMBER}/merge", json=given)
    return {"merge_id": answer.json()["id"]}


async def an_entry_saved_twice(desk: Pages) -> Mapping[str, object]:
    async def saved(connection: Any) -> None:
        before = await knowledge.entry(connection, 1)
        assert before is not None
        values: dict[str, Any] = {name: getattr(before, name) for name in Entry.__slots__}
        later = NOW + timedelta(hours=1)
        after = Entry(**values | {"title": "新题目", "updated_at": later, "version": 2})
        assert await knowledge.replace(connection, before, after)

    await desk.write(saved)
    return {"entry_id": 1}


async def a_knowledge_file(desk: Pages) -> Mapping[str, object]:
    async with desk.room.seated(LEADER) as leader:
        answer = await leader.post(
            f"{API}/knowledge/1/files", params={"name": "a.pdf"}, content=PDF
        )
    return {"file_id": answer.json()["id"]}


async def a_proposal(desk: Pages) -> Mapping[str, object]:
    async with desk.room.seated(LEADER) as leader:
        answer = await leader.post(f"{API}/knowledge-proposals", json=HARD)
    return {"proposal_id": answer.json()["id"]}


async def a_patient_desk(_desk: Pages) -> Mapping[str, object]:
    customer_lists.SHORT_S = 60.0  # the list is in before its rows are compared
    return {}


def _file(name: str, content: bytes, **more: Any) -> Step:
    return Step(files={"file": (name, content)}, body=content, query={"name": name}, **more)


MERGE: Final = {"other": "2", "seen": SEEN, "other_seen": SEEN}
CLASS: Final = {"name": "宽带", "english": "broadband", "text": "光纤上网", "place": "0"}

RECORDS: Final[Sequence[Pair]] = (
    Pair(
        page=("POST", "/customers/{number}/merge"),
        program=("POST", f"{API}/customers/{{number}}/merge"),
        prepared=two_customers,
        steps=(
            same(MERGE | {"seen": LATER}, answer=409),
            same(MERGE | {"other": "1"}, answer=422),
            same(MERGE | {"seen": "soon"}, answer=422),
            same(MERGE),
            same(MERGE, answer=404),
        ),
    ),
    Pair(
        page=("POST", "/customer-merges/{merge_id}/undo"),
        program=("POST", f"{API}/customer-merges/{{merge_id}}/undo"),
        prepared=a_merge,
        steps=(Step(), Step(answer=409), Step(gaps=GONE, answer=404)),
    ),
    Pair(
        page=("POST", "/customer-imports"),
        program=("POST", f"{API}/customer-imports"),
        prepared=a_patient_desk,
        steps=(
            Step(files=a_file(""), body=b"", query={"name": "list.csv"}, answer=422),
            Step(files=a_file(LIST), body=LIST.encode(), query={"name": "list.csv"}, audited=2),
            Step(files=a_file(LIST), body=LIST.encode(), query={"name": "list.csv"}, audited=2),
            Step(files=a_file("x"), body=b"x", query={"name": "list.csv"}, audited=2),
        ),
    ),
    Pair(
        page=("POST", "/knowledge/{entry_id}/put-back"),
        program=("POST", f"{API}/knowledge/{{entry_id}}/put-back"),
        prepared=an_entry_saved_twice,
        steps=(
            same({"version": "1", "seen": SEEN}, answer=409),
            same({"version": "9", "seen": LATER}, answer=404),
            same({"version": "x", "seen": LATER}, answer=422),
            same({"version": "1", "seen": LATER}),
        ),
    ),
    Pair(
        page=("POST", "/knowledge/{entry_id}/helped"),
        program=("POST", f"{API}/knowledge/{{entry_id}}/helped"),
        prepared=lambda _: gaps_of(entry_id=1),
        steps=(
            Step(body={}),
            Step(body={}, audited=0),
            Step(body={}, who=SENIOR),
            Step(body={}, gaps=GONE, answer=404),
        ),
    ),
    Pair(
        page=("POST", "/knowledge/{entry_id}/files"),
        program=("POST", f"{API}/knowledge/{{entry_id}}/files"),
        prepared=lambda _: gaps_of(entry_id=1),
        steps=(
            _file("资费.pdf", b"MZ not at all", answer=422),
            _file("a.exe", b"MZ", answer=422),
            _file("资费.pdf", PDF),
            _file("资费.pdf", PDF, audited=0),
            _file("资费.pdf", PDF, gaps=GONE, answer=404),
        ),
    ),
    Pair(
        page=("POST", "/knowledge-files/{file_id}/remove"),
        program=("DELETE", f"{API}/knowledge-files/{{file_id}}"),
        prepared=a_knowledge_file,
        steps=(Step(), Step(answer=404)),
    ),
    Pair(
        page=("POST", "/knowledge-proposals/new"),
        program=("POST", f"{API}/knowledge-proposals"),
        steps=(
            same(HARD | {"ticket": "20261121-99999"}, answer=422),
            same(HARD | {"title": " "}, answer=422),
            same(HARD),
        ),
    ),
    Pair(
        page=("POST", "/knowledge-proposals/{proposal_id}/accept"),
        program=("POST", f"{API}/knowledge-proposals/{{proposal_id}}/accept"),
        prepared=a_proposal,
        steps=(
            same(ENTRY | {"body": ""}, answer=422),
            same(ENTRY),
            same(ENTRY, answer=409),
            same(ENTRY, gaps=GONE, answer=404),
        ),
    ),
    Pair(
        page=("POST", "/knowledge-proposals/{proposal_id}/refuse"),
        program=("POST", f"{API}/knowledge-proposals/{{proposal_id}}/refuse"),
        prepared=a_proposal,
        steps=(
            same({"why": " "}, answer=422),
            same({"why": "已有条目"}),
            same({"why": "已有条目"}, answer=409),
        ),
    ),
    Pair(
        page=("POST", "/ticket-classes"),
        program=("POST", f"{API}/ticket-classes"),
        steps=(
            same({"sort": "business", "name": ""}, answer=422),
            same({"sort": "weather", "name": "雨"}, answer=422),
            same({"sort": "business", "name": "宽带", "begins_on": "2027-01-01"}),
            same({"sort": "business", "name": "宽带"}, answer=409),
        ),
    ),
    Pair(
        page=("POST", "/ticket-classes/{class_id}"),
        program=("PUT", f"{API}/ticket-classes/{{class_id}}"),
        prepared=lambda _: gaps_of(class_id=1),
        steps=(
            same(CLASS | {"version": "1", "name": "公话"}, answer=409),
            same(CLASS | {"version": "1"}),
            same(CLASS | {"version": "2"}, audited=0),
            same(CLASS | {"version": "1", "text": "别的"}, answer=409, who=LEADER),
            same(CLASS | {"version": "2", "retired": "true"}),
            same(CLASS | {"version": "3"}, gaps=GONE, answer=404),
        ),
    ),
)
