"""Changes of comments at moments of recordings, as the page's form and the API ask for them."""

from collections.abc import Mapping
from typing import Final

from permissions.roles import Role
from tests.integration.desk_room import call_id
from tests.integration.page_api_steps import LEADER, Pair, Step, gaps_of
from tests.integration.page_room import Pages

API: Final = "/api/v1/recording-comments/{comment_id}"
PAGE: Final = "/recording-comments/{comment_id}"
SENIOR: Final = Role.SENIOR_AGENT
WORDS: Final = "这里打断了客户"


def said(second: str, words: str = WORDS, **more: object) -> Step:
    """Return a comment at a second."""
    typed = {"second": second, "words": words}
    return Step(form=typed, body=dict(typed), **more)  # type: ignore[arg-type]


def saved(version: int, words: str, **more: object) -> Step:
    form = {"version": str(version), "words": words}
    return Step(form=form, body={**form, "version": version}, **more)  # type: ignore[arg-type]


async def a_call(desk: Pages) -> Mapping[str, object]:
    return await gaps_of(call_id=call_id(1))


async def a_comment(desk: Pages) -> Mapping[str, object]:
    """Keep a comment of the leader's."""
    async with desk.room.seated(LEADER) as leader:
        address = f"/api/v1/calls/{call_id(1)}/comments"
        answer = await leader.post(address, json={"second": 1, "words": WORDS})
    assert answer.status_code == 201, answer.text
    return {"comment_id": 1}


NO_CALL: Final = {"call_id": call_id(99)}
NOT_THERE: Final = {"comment_id": 999}
COMMENTS: Final = (
    Pair(
        page=("POST", "/calls/{call_id}/comments"),
        program=("POST", "/api/v1/calls/{call_id}/comments"),
        prepared=a_call,
        steps=(
            said("2.5"),
            said("0"),
            said("5", answer=422),
            said("-1", answer=422),
            said("nan", answer=422),
            said("1", "", answer=422),
            said("1", "  ", answer=422),
            said("1", "长" * 501, answer=422),
            said("1", gaps=NO_CALL, answer=404),
            said("1", who=SENIOR),
        ),
    ),
    Pair(
        page=("POST", PAGE),
        program=("PATCH", API),
        prepared=a_comment,
        steps=(
            saved(1, "", answer=422),
            saved(1, "语速太快"),
            saved(2, "语速太快", audited=0),
            saved(1, "静音太久", answer=409),
            saved(2, "静音太久", who=SENIOR, answer=404),
            saved(2, "静音太久", gaps=NOT_THERE, answer=404),
        ),
    ),
    Pair(
        page=("POST", f"{PAGE}/remove"),
        program=("DELETE", API),
        prepared=a_comment,
        steps=(
            Step(who=SENIOR, answer=404),
            Step(),
            Step(audited=0),
            Step(gaps=NOT_THERE, answer=404),
        ),
    ),
    Pair(
        page=("POST", f"{PAGE}/restore"),
        program=("POST", f"{API}/restore"),
        prepared=a_comment,
        steps=(
            Step(audited=0),
            Step(who=SENIOR, answer=404),
            Step(gaps=NOT_THERE, answer=404),
        ),
    ),
)
