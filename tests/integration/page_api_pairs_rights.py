"""The table of changes of people's rights."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from permissions.roles import Role
from tests.integration.desk_room import NUMBER, call_id
from tests.integration.page_api_steps import Pair, Step
from tests.integration.page_room import Pages

API: Final = "/api/v1/personal-data"
HOLDS: Final = "/api/v1/legal-holds"
MANAGER: Final = Role.MANAGER
NOBODY: Final = "13700000000"


async def looked_at(desk: Pages) -> Mapping[str, object]:
    """Look at a person; return what was seen."""
    async with desk.room.seated(MANAGER) as person:
        answer = await person.post(f"{API}/preview", json={"number": NUMBER})
    return {"seen": answer.json()["seen"]}


def _of(number: str, more: Mapping[str, str] | None = None, **how: Any) -> Step:
    words = {"number": number, **(more or {})}
    return Step(form=words, body=dict(words), who=MANAGER, **how)


async def a_hold(desk: Pages) -> Mapping[str, object]:
    """Put a hold; return its number."""
    async with desk.room.seated(MANAGER) as person:
        given = {"thing": "call", "subject": call_id(1), "why": "法院来函"}
        answer = await person.post(HOLDS, json=given)
    return {"hold_id": answer.json()["id"]}


def _held(thing: str, subject: str, *, until: str = "", **how: Any) -> Step:
    words = {"thing": thing, "subject": subject, "why": "法院来函"}
    more = {"until": until} if until else {}
    return Step(form={**words, "until": until}, body={**words, **more}, who=MANAGER, **how)


_ROOM: Final = {"since": "2026-11-20", "until": "2026-11-21"}
_LETTER: Final = {"why": "本人来函"}

RIGHTS: Final[Sequence[Pair]] = (
    Pair(
        page=("POST", "/personal-data/preview"),
        program=("POST", f"{API}/preview"),
        steps=(
            _of("138 1234-5678"),
            _of("x", answer=422),
            _of("王", answer=422),
            _of("8001", answer=422),
            _of("8215", answer=422),
            _of("8215", _ROOM),
            _of("8215", {"since": "2026-11-20"}, answer=422),
            _of("8215", {"since": "2026-11-22", "until": "2026-11-21"}, answer=422),
        ),
    ),
    Pair(
        page=("POST", "/personal-data/export"),
        program=("POST", f"{API}/export"),
        steps=(_of(NUMBER, answer=422), _of(NUMBER, _LETTER), _of(NOBODY, _LETTER)),
    ),
    Pair(
        page=("POST", "/personal-data/erasures"),
        program=("POST", f"{API}/erasures"),
        prepared=looked_at,
        steps=(
            _of(NUMBER, {**_LETTER, "seen": "0"}, answer=409),
            _of(NUMBER, {"why": "", "seen": "{seen}"}, answer=422),
            _of(NOBODY, {**_LETTER, "seen": "{seen}"}, answer=404),
            _of(NUMBER, {**_LETTER, "seen": "{seen}"}),
            _of(f"+86{NUMBER}", {**_LETTER, "seen": "{seen}"}, audited=0),
        ),
    ),
    Pair(
        page=("POST", "/personal-data/consents"),
        program=("POST", f"{API}/consents"),
        steps=(
            Step(
                form={"number": NUMBER, "purpose": "marketing", "through": "letter"},
                body={
                    "number": NUMBER,
                    "purpose": "marketing",
                    "given": False,
                    "through": "letter",
                },
                who=MANAGER,
            ),
            Step(
                form={"number": NUMBER, "purpose": "gossip", "through": "letter"},
                body={"number": NUMBER, "purpose": "gossip", "given": False, "through": "letter"},
                who=MANAGER,
                answer=422,
            ),
        ),
    ),
    Pair(
        page=("POST", "/legal-holds"),
        program=("POST", f"{HOLDS}"),
        steps=(
            _held("number", NUMBER),
            _held("number", f"+86{NUMBER}", answer=409),
            _held("call", call_id(1), until="2030-01-31"),
            _held("call", call_id(2), until="2020-01-31", answer=422),
            _held("ticket", "20260101-00000", answer=404),
            _held("", NUMBER, answer=422),
            _held("number", "x", answer=422),
        ),
    ),
    Pair(
        page=("POST", "/legal-holds/{hold_id}/lift"),
        program=("POST", f"{HOLDS}/{{hold_id}}/lift"),
        prepared=a_hold,
        steps=(
            Step(form={"why": " "}, body={"why": " "}, who=MANAGER, answer=422),
            Step(form={"why": "结案"}, body={"why": "结案"}, who=MANAGER),
            Step(form={"why": "再次"}, body={"why": "再次"}, who=MANAGER, answer=409),
            Step(
                form={"why": "结案"},
                body={"why": "结案"},
                gaps={"hold_id": 999},
                who=MANAGER,
                answer=404,
            ),
        ),
    ),
)
