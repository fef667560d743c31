"""The table of changes of people's rights."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from permissions.roles import Role
from tests.integration.desk_room import NUMBER
from tests.integration.page_api_steps import Pair, Step
from tests.integration.page_room import Pages

API: Final = "/api/v1/personal-data"
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
)
