"""The table of changes of webhooks."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from permissions.roles import Role
from tests.integration.page_api_steps import Pair, Step
from tests.integration.page_room import Pages

API: Final = "/api/v1"
WHO: Final = Role.ADMINISTRATOR
URL: Final = "https://crm.example.com/thirdring"
NOBODYS: Final = {"webhook_id": "00000009-6a5c-4c1d-9b6e-2f1f0f6f7a10"}


def _new(*, answer: int = 200, **more: Any) -> Step:
    typed = {"name": "CRM", "url": URL} | {name: text for name, text in more.items() if text}
    body: dict[str, Any] = dict(typed)
    if "kinds" in typed:
        body["kinds"] = typed["kinds"].split(",")
    return Step(form=typed, body=body, who=WHO, answer=answer)


async def _a_webhook(desk: Pages) -> Mapping[str, object]:
    async with desk.room.seated(WHO) as person:
        made = await person.post(f"{API}/webhooks", json={"name": "CRM", "url": URL})
    return {"webhook_id": made.json()["webhook"]["id"]}


def _decide(verb: str, **more: Any) -> Step:
    seen = {"seen": more.pop("seen")} if "seen" in more else {}
    body = {"verb": verb} | {name: int(text) for name, text in seen.items()}
    return Step(form={"verb": verb} | seen, body=body, who=WHO, **more)


WEBHOOKS: Final[Sequence[Pair]] = (
    Pair(
        page=("POST", "/webhooks"),
        program=("POST", f"{API}/webhooks"),
        steps=(
            _new(name=" ", answer=422),
            _new(url="ftp://crm.example.com/", answer=422),
            _new(url="http://127.0.0.1:8080/", answer=422),
            _new(url="http://[::1]/", answer=422),
            _new(url="http://10.1.2.3/", answer=422),
            _new(url="https://user:word@crm.example.com/", answer=422),
            _new(kinds="opened,telegram", answer=422),
            _new(name="另一个", kinds="close,opened"),  # one: ids are drawn, and order the rows
        ),
    ),
    Pair(
        page=("POST", "/webhooks/{webhook_id}"),
        program=("POST", f"{API}/webhooks/{{webhook_id}}"),
        prepared=_a_webhook,
        steps=(
            _decide("telegram", answer=422),
            _decide("retry", gaps=NOBODYS, answer=404),
            _decide("pause"),
            _decide("pause", answer=409),
            _decide("retry"),
            _decide("discard", answer=409),
            _decide("discard", seen="7", answer=409),
            _decide("discard", seen="0"),
            _decide("discard_all", seen="0"),
            _decide("test"),
            _decide("new_secret"),
            _decide("remove"),
            _decide("remove", answer=404),
        ),
    ),
)
