"""Changes of tickets and departments, as the page's form and the API ask for them."""

from typing import Final

from permissions.roles import Role
from tests.integration.desk_room import ticket_number
from tests.integration.page_api_steps import Pair, Step, gaps_of

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


TICKETS: Final = (
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
