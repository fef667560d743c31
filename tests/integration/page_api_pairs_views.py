"""Changes of views of the ticket list, as the page's form and the API ask for them."""

from collections.abc import Mapping
from typing import Final

from permissions.roles import Role
from tests.integration.page_api_steps import LEADER, Pair, Step
from tests.integration.page_room import Pages

API: Final = "/api/v1/ticket-views"
PAGE: Final = "/ticket-views"
SENIOR: Final = Role.SENIOR_AGENT
LATE: Final = "q=&state=&kind=&department=&handler=&which=overdue&column=number&column=kind"
FILTERS: Final = {"which": "overdue"}
COLUMNS: Final = ["number", "kind"]


def kept(name: str, shared: str = "nobody", **more: object) -> Step:
    """Return a new view of what is late."""
    said = {"name": name, "shared": shared}
    body = {**said, "filters": FILTERS, "columns": COLUMNS}
    return Step(form={**said, "query": LATE}, body=body, **more)  # type: ignore[arg-type]


def saved(version: int, *, late: bool = False, **more: object) -> Step:
    """Return a save upon a version; `late` also has it show what is late."""
    said: dict[str, str] = {
        name: str(more.pop(name)) for name in ("name", "shared") if name in more
    }
    form = {**said, "version": str(version)}
    body: dict[str, object] = dict(said)
    body["version"] = version
    if late:
        form["query"] = LATE
        body |= {"filters": FILTERS, "columns": COLUMNS}
    return Step(form=form, body=body, **more)  # type: ignore[arg-type]


def put(**said: int) -> dict[str, object]:
    return {"form": {name: str(key) for name, key in said.items()}, "body": dict(said)}


async def two_views(desk: Pages) -> Mapping[str, object]:
    """Keep two views of the leader's and one that a senior has shared with everybody."""
    async with desk.room.seated(LEADER) as leader:
        for name in ("甲", "乙"):
            answer = await leader.post(API, json={"name": name})
            assert answer.status_code == 201, answer.text
    return {"view_id": 1}


NOT_THERE: Final = {"view_id": 999}
VIEWS: Final = (
    Pair(
        page=("POST", PAGE),
        program=("POST", API),
        steps=(
            kept("", answer=422),
            kept("长" * 41, answer=422),
            kept("超时", "nonsense", answer=422),
            kept("超时", "department", answer=422),
            kept("超时"),
            kept("超时", answer=409),
            kept("超时", who=SENIOR),
            kept("大家的", "everybody", answer=403, who=SENIOR),
            kept("大家的", "everybody"),
            kept("同岗的", "role", who=SENIOR),
        ),
    ),
    Pair(
        page=("POST", f"{PAGE}/{{view_id}}"),
        program=("PATCH", f"{API}/{{view_id}}"),
        prepared=two_views,
        steps=(
            saved(1, name="", answer=422),
            saved(1, name="乙", answer=409),
            saved(1, name="丙"),
            saved(2, name="丙", audited=0),
            saved(1, name="丁", answer=409),
            saved(2, late=True),
            saved(3, late=True, audited=0),
            saved(3, shared="role"),
            saved(4, name="戊", who=SENIOR, answer=404),
            saved(4, name="戊", gaps=NOT_THERE, answer=404),
        ),
    ),
    Pair(
        page=("POST", f"{PAGE}/order"),
        program=("PATCH", f"{API}/order"),
        prepared=two_views,
        steps=(
            Step(**put(first=2)),  # type: ignore[arg-type]
            Step(**put(first=2), audited=0),  # type: ignore[arg-type]
            Step(**put(down=1)),  # type: ignore[arg-type]
            Step(**put(up=1)),  # type: ignore[arg-type]
            Step(**put(first=0)),  # type: ignore[arg-type]
            Step(**put(first=1), who=SENIOR, answer=404),  # type: ignore[arg-type]
            Step(**put(up=999), answer=404),  # type: ignore[arg-type]
        ),
    ),
    Pair(
        page=("POST", f"{PAGE}/{{view_id}}/remove"),
        program=("DELETE", f"{API}/{{view_id}}"),
        prepared=two_views,
        steps=(
            Step(who=SENIOR, answer=404),
            Step(),
            Step(audited=0),
            Step(gaps=NOT_THERE, answer=404),
        ),
    ),
    Pair(
        page=("POST", f"{PAGE}/{{view_id}}/restore"),
        program=("POST", f"{API}/{{view_id}}/restore"),
        prepared=two_views,
        steps=(
            Step(audited=0),
            Step(who=SENIOR, answer=404),
            Step(gaps=NOT_THERE, answer=404),
        ),
    ),
)
