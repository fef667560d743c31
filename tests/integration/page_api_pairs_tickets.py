"""Changes of tickets and departments, as the page's form and the API ask for them."""

from collections.abc import Mapping
from typing import Final

from permissions.roles import Role
from tests.integration.desk_room import ticket_number
from tests.integration.page_api_steps import Pair, Step, gaps_of
from tests.integration.page_room import Pages

SENIOR: Final = Role.SENIOR_AGENT
API: Final = "/api/v1"
LINES: Final = {"name_en": "Lines", "hours": "16", "office": "08:00-17:00", "active": "true"}


def act(verb: str, version: int, **more: object) -> Step:
    """Return a verb upon a version, of the first ticket."""
    said: dict[str, object] = {
        name: more.pop(name) for name in ("note", "department") if name in more
    }
    typed = {"version": str(version), **{name: str(text) for name, text in said.items()}}
    gaps = {"ticket_id": ticket_number(1), "verb": verb}
    return Step(form=typed, body={**typed, "version": version}, gaps=gaps, **more)  # type: ignore[arg-type]


def named(name: str, typed: dict[str, str], **more: object) -> Step:
    """Return a department as it is put under a name."""
    gaps = {"name": name or " "}
    return Step(form={"name": name, **typed}, body=dict(typed), gaps=gaps, **more)  # type: ignore[arg-type]


async def _a_merged_one(desk: Pages) -> Mapping[str, object]:
    async with desk.room.client(Role.TEAM_LEADER) as leader:
        given = {"how": "merged", "first": ticket_number(2), "version": 1}
        done = await leader.post(f"{API}/tickets/{ticket_number(1)}/repeats", json=given)
        assert done.is_success, done.text
    return {"ticket_id": ticket_number(1)}


def same(how: str, first: str = "", version: int = 1, **more: object) -> Step:
    """Return that the first ticket is the same complaint as another one, the second."""
    typed = {"how": how, "first": first or ticket_number(2), "version": str(version)}
    return Step(form=typed, body={**typed, "version": version}, **more)  # type: ignore[arg-type]


def undone(**more: object) -> Step:
    return Step(**more)  # type: ignore[arg-type]


TICKETS: Final = (
    Pair(
        page=("POST", "/tickets/{ticket_id}/repeats"),
        program=("POST", f"{API}/tickets/{{ticket_id}}/repeats"),
        prepared=lambda _: gaps_of(ticket_id=ticket_number(1)),
        steps=(
            same("both", answer=422),
            same("linked", ticket_number(1), answer=422),
            same("linked", "20261121-99999", answer=422),
            same("linked", version=7, answer=409),
            same("linked", gaps={"ticket_id": "20261121-99999"}, answer=404),
            same("linked"),
            same("linked", audited=0),
            same("merged", ticket_number(3), answer=409),
            same("merged", gaps={"ticket_id": ticket_number(4)}, who=SENIOR),
        ),
    ),
    Pair(
        page=("POST", "/tickets/{ticket_id}/repeats/undo"),
        program=("POST", f"{API}/tickets/{{ticket_id}}/repeats/undo"),
        prepared=_a_merged_one,
        steps=(
            undone(),
            undone(answer=409),
            undone(gaps={"ticket_id": "20261121-99999"}, answer=404),
        ),
    ),
    Pair(
        page=("POST", "/tickets/{ticket_id}/verbs/{verb}"),
        program=("POST", f"{API}/tickets/{{ticket_id}}/verbs/{{verb}}"),
        prepared=lambda _: gaps_of(),
        steps=(
            act("dispatch", 1, answer=422),
            act("dispatch", 1, department="线路班", note="请上门"),
            act("dispatch", 1, department="线路班", note="请上门", audited=0),
            act("dispatch", 1, department="线路班", note="请上门", answer=409, who=SENIOR),
            act("archive", 2, answer=409),
            act("accept", 2),
            act("note", 3, answer=422),
            act("note", 3, note="明天上门", who=SENIOR),
        ),
    ),
    Pair(
        page=("POST", "/departments"),
        program=("PUT", f"{API}/departments/{{name}}"),
        steps=(
            named("", LINES, answer=422),
            named("线路班", LINES | {"hours": "-1"}, answer=422),
            named("线路班", LINES | {"office": "8-17"}, answer=422),
            named("线路班", LINES | {"holidays": "2027-02-30"}, answer=422),
            named("线路班", LINES | {"phone": "110"}, answer=422),
            named("线路班", LINES | {"phone": "no number"}, answer=422),
            named("线路班", LINES),
            named("线路班", LINES, audited=0),
            named("线路班", LINES | {"hours": "8"}, answer=409, who=Role.MANAGER),
        ),
    ),
)
