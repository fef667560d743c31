"""Changes of inspection, as the page's form and the API ask for them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from features.quality_scores.tables import QualityAppealRow, QualityScoreRow
from permissions.roles import Role
from tests.integration.desk_room import call_id
from tests.integration.page_api_steps import Pair, Step, same
from tests.integration.page_room import Pages
from tests.integration.quality_rows import inspected

API: Final = "/api/v1/quality"
FORMS: Final = "/quality-forms"
MANAGER: Final = Role.MANAGER
SENIOR: Final = Role.SENIOR_AGENT
YESTERDAY: Final = f"{datetime.now(UTC).date() - timedelta(days=2)}"
TOMORROW: Final = f"{datetime.now(UTC).date() + timedelta(days=3)}"
ROW: Final = {"section_0": "开头", "words_0": "问候", "weight_0": "10", "key_0": "0"}
SECTIONS: Final = [{"title": "开头", "items": [{"key": 0, "words": "问候", "weight": 10}]}]
GOOD: Final = {"1": "full", "2": "na", "3": "full"}


async def one_of_each(desk: Pages) -> Mapping[str, object]:
    await desk.write(inspected)
    names = ("form_id", "item_id", "score_id", "appeal_id", "note_id", "session_id")
    return dict.fromkeys(names, 1)


async def undecided(desk: Pages) -> Mapping[str, object]:
    gaps = await one_of_each(desk)

    async def change(connection: AsyncConnection) -> None:
        none = {"outcome": None, "decided_by": None, "decided_words": "", "decided_at": None}
        await connection.execute(update(QualityAppealRow).values(none))

    await desk.write(change)
    return gaps


async def just_scored(desk: Pages) -> Mapping[str, object]:
    """Make a score of today without an appeal."""
    gaps = await one_of_each(desk)

    async def change(connection: AsyncConnection) -> None:
        await connection.execute(QualityAppealRow.__table__.delete())  # type: ignore[attr-defined]
        await connection.execute(update(QualityScoreRow).values(at=datetime.now(UTC)))

    await desk.write(change)
    return gaps


def _by_manager(more: dict[str, Any]) -> dict[str, Any]:
    return {"who": MANAGER, **more}


def draft(
    version: int, name: str = "新表", *, row: Mapping[str, str] | None = None, **more: Any
) -> Step:
    """Return what a form is to ask for."""
    typed = ROW if row is None else row
    sections: list[dict[str, Any]] = [] if row == {} else SECTIONS
    if row and row["weight_0"] != "10":
        item = {"key": 0, "words": "问候", "weight": int(row["weight_0"])}
        sections = [{"title": "开头", "items": [item]}]
    return Step(
        form={"version": f"{version}", "name": name, **typed},
        body={"version": version, "name": name, "sections": sections},
        **_by_manager(more),
    )


def score(answers: Mapping[str, str], **more: Any) -> Step:
    """Return a score of the form 1 with a comment at a moment."""
    said: dict[str, Any] = dict(more.pop("used", {"form_id": 1, "form_version": 1}))
    said |= {name: more.pop(name) for name in ("version", "why", "outcome") if name in more}
    moment = more.pop("moment", "0:03")
    form: dict[str, str] = {f"answer_{key}": value for key, value in answers.items()}
    form |= {"mark_second_0": moment, "mark_words_0": "轻声", "words": "总的不错"}
    form |= {name: f"{value}" for name, value in said.items()}
    body: dict[str, Any] = {"answers": dict(answers), "words": "总的不错"}
    body["marks"] = [{"second": moment, "words": "轻声"}]
    return Step(form=form, body=body | said, **_by_manager(more))


def at(**gaps: object) -> dict[str, Any]:
    return {"gaps": gaps}


_RETIRED: Final[Sequence[tuple[int, dict[str, Any]]]] = (
    (1, {"answer": 409}),
    (3, {}),
    (4, {"answer": 409}),
)
QUALITY: Final = (
    Pair(
        page=("POST", FORMS),
        program=("POST", f"{API}-forms"),
        steps=(
            same({"name": " ", "thing": "call"}, who=MANAGER, answer=422),
            same({"name": "甲", "thing": "nonsense"}, who=MANAGER, answer=422),
            same({"name": "甲", "thing": "call"}, who=Role.INSPECTOR, answer=403),
            same({"name": "甲", "thing": "call"}, who=MANAGER),
            same({"name": "甲", "thing": "ticket"}, who=MANAGER, answer=409),
        ),
    ),
    Pair(
        page=("POST", f"{FORMS}/{{form_id}}"),
        program=("PUT", f"{API}-forms/{{form_id}}"),
        prepared=one_of_each,
        steps=(
            draft(3, " ", answer=422),
            draft(3, row={**ROW, "weight_0": "0"}, answer=422),
            draft(2, answer=409),
            draft(3),
            draft(4, row={}),
            draft(9, answer=404, **at(form_id=99)),
        ),
    ),
    Pair(
        page=("POST", f"{FORMS}/{{form_id}}/publish"),
        program=("POST", f"{API}-forms/{{form_id}}/publish"),
        prepared=one_of_each,
        steps=(draft(3, row={}, answer=422), draft(1, answer=409), draft(3), draft(4)),
    ),
    Pair(
        page=("POST", f"{FORMS}/{{form_id}}/retire"),
        program=("POST", f"{API}-forms/{{form_id}}/retire"),
        prepared=one_of_each,
        steps=tuple(
            Step(form={"version": f"{version}"}, body={"version": version}, who=MANAGER, **more)
            for version, more in _RETIRED
        ),
    ),
    Pair(
        page=("POST", "/quality/draws"),
        program=("POST", f"{API}-draws"),
        steps=(
            same({"day": TOMORROW}, who=MANAGER, answer=422),
            same({"day": "2020-01-01"}, who=MANAGER, answer=422),
            same({"day": YESTERDAY}, answer=403),
            same({"day": YESTERDAY}, who=MANAGER),
            same({"day": YESTERDAY}, who=MANAGER, answer=409),
        ),
    ),
    Pair(
        page=("POST", "/quality/next"),
        program=("POST", f"{API}-items/next"),
        prepared=one_of_each,
        steps=(
            Step(who=MANAGER, audited=0),  # has one
            Step(),
            Step(audited=0),  # the same
            Step(who=Role.INSPECTOR, answer=409),  # nothing waits
        ),
    ),
    Pair(
        page=("POST", "/quality/items/{item_id}/take"),
        program=("POST", f"{API}-items/{{item_id}}/take"),
        prepared=one_of_each,
        steps=(
            Step(answer=409),
            Step(who=MANAGER, audited=0),
            Step(**at(item_id=3)),
            Step(**at(item_id=3), who=MANAGER, answer=409),
            Step(**at(item_id=4), who=MANAGER),
            Step(**at(item_id=99), answer=404),
            Step(**at(item_id=3), who=SENIOR, answer=403),
        ),
    ),
    Pair(
        page=("POST", "/quality/items/{item_id}/give-back"),
        program=("POST", f"{API}-items/{{item_id}}/give-back"),
        prepared=one_of_each,
        steps=(Step(answer=409), Step(who=MANAGER), Step(who=MANAGER, answer=409)),
    ),
    Pair(
        page=("POST", "/quality/items/{item_id}/heard"),
        program=("POST", f"{API}-items/{{item_id}}/heard"),
        prepared=one_of_each,
        steps=(
            Step(who=MANAGER, answer=409),
            Step(**at(item_id=4), who=MANAGER, answer=409),
            Step(**at(item_id=99), answer=404),
        ),
    ),
    Pair(
        page=("POST", "/quality/sessions"),
        program=("POST", f"{API}-sessions"),
        prepared=one_of_each,
        steps=(
            same({"name": " ", "call_id": call_id(2)}, who=MANAGER, answer=422),
            same({"name": "十二月", "call_id": "x"}, who=MANAGER, answer=422),
            same({"name": "十二月", "call_id": call_id(77)}, who=MANAGER, answer=422),
            same({"name": "十二月", "call_id": call_id(2)}, answer=403),
            same({"name": "十二月", "call_id": call_id(2)}, who=MANAGER),
        ),
    ),
    Pair(
        page=("POST", "/quality/sessions/{session_id}/join"),
        program=("POST", f"{API}-sessions/{{session_id}}/join"),
        prepared=one_of_each,
        steps=(
            Step(who=MANAGER),
            Step(who=MANAGER, audited=0),
            Step(who=Role.INSPECTOR),
            Step(**at(session_id=99), answer=404),
        ),
    ),
    Pair(
        page=("POST", "/quality/items/{item_id}"),
        program=("PUT", f"{API}-items/{{item_id}}/draft"),
        prepared=one_of_each,
        steps=(
            score({"1": "full"}, version=1),
            score({"1": "full"}, version=1, answer=409),
            score({"1": "splendid"}, version=2, answer=422),
            score({"1": "full"}, version=2, moment="soon", answer=422),
            score(GOOD, version=2, used={"form_id": 1, "form_version": 7}, answer=422),
            score(GOOD, version=0, who=Role.INSPECTOR, answer=409),
            score(GOOD, version=0, answer=404, **at(item_id=99)),
        ),
    ),
    Pair(
        page=("POST", "/quality/items/{item_id}/submit"),
        program=("POST", f"{API}-items/{{item_id}}/score"),
        prepared=one_of_each,
        steps=(
            score({"1": "full"}, answer=422),
            score({**GOOD, "3": "partly"}, answer=422),
            score(GOOD, who=Role.INSPECTOR, answer=409),
            score(GOOD),
            score(GOOD, answer=409),
            score(GOOD, answer=404, **at(item_id=99)),
        ),
    ),
    Pair(
        page=("POST", "/quality-results/{score_id}/correct"),
        program=("POST", f"{API}-scores/{{score_id}}/correct"),
        prepared=one_of_each,
        steps=(
            score(GOOD, used={}, version=1, why=" ", answer=422),
            score({"1": "full"}, used={}, version=1, why="听错了", answer=422),
            score(GOOD, used={}, version=1, why="听错了"),
            score(GOOD, used={}, version=1, why="听错了", answer=409),
            score(GOOD, used={}, version=2, why="再改"),
            score(GOOD, used={}, version=1, why="x", who=SENIOR, answer=403),
            score(GOOD, used={}, version=1, why="x", answer=404, **at(score_id=99)),
        ),
    ),
    Pair(
        page=("POST", "/quality-results/{score_id}/appeal"),
        program=("POST", f"{API}-scores/{{score_id}}/appeal"),
        prepared=just_scored,
        steps=(
            same({"words": " "}, who=SENIOR, answer=422),
            same({"words": "听不清"}, who=MANAGER, answer=403),
            same({"words": "听不清"}, who=SENIOR),
            same({"words": "听不清"}, who=SENIOR, answer=409),
        ),
    ),
    Pair(
        page=("POST", "/quality-appeals/{appeal_id}/decide"),
        program=("POST", f"{API}-appeals/{{appeal_id}}/decide"),
        prepared=undecided,
        steps=(
            score(GOOD, used={}, outcome="maybe", why="x", answer=422),
            score(GOOD, used={}, outcome="rejected", why=" ", answer=422),
            score({}, used={}, outcome="accepted", why="有理", answer=422),
            score(GOOD, used={}, outcome="rejected", why="x", who=Role.INSPECTOR, answer=409),
            score(GOOD, used={}, outcome="accepted", why="有理", audited=2),
            score(GOOD, used={}, outcome="rejected", why="x", answer=409),
        ),
    ),
    Pair(
        page=("POST", "/quality-notes"),
        program=("POST", f"{API}-notes"),
        prepared=one_of_each,
        steps=(
            same({"agent": "1002", "words": " "}, who=MANAGER, answer=422),
            same({"agent": "999999", "words": "好"}, who=MANAGER, answer=422),
            same({"agent": "x", "words": "好"}, who=MANAGER, answer=422),
            same({"agent": "1010", "words": "好"}, who=MANAGER, answer=409),
            same({"agent": "1002", "words": "好"}, who=MANAGER),
            same({"agent": "1002", "words": "好"}, who=SENIOR, answer=403),
        ),
    ),
    Pair(
        page=("POST", "/quality-notes/{note_id}/seen"),
        program=("POST", f"{API}-notes/{{note_id}}/seen"),
        prepared=one_of_each,
        steps=(
            Step(who=Role.JUNIOR_AGENT, answer=404),
            Step(who=SENIOR),
            Step(who=SENIOR, audited=0),
            Step(who=MANAGER, answer=403),
        ),
    ),
)
"""A junior is 1001, a senior 1002, the manager 1010."""
