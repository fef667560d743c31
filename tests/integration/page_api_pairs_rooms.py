"""The table of changes of the table of rooms."""

from collections.abc import Sequence
from typing import Any, Final

from features.rooms import queries as rooms
from features.rooms.rules import Entry
from tests.integration.page_api_steps import DONE, Pair, Step, a_file
from tests.integration.records_room import NOW

API: Final = "/api/v1/rooms"
FILE: Final = "room,number\nA101,8001\nW-101,8002\n"
BAD: Final = "room,number\nA101,119\n房间,8002\n"


def there(room: str, number: str) -> Any:
    entries = [Entry(room, number)]
    return lambda connection: rooms.put(connection, entries, at=NOW, by="1001")


def _put(room: str, number: str, **more: Any) -> Step:
    form = {"room": room, "number": number}
    return Step(form=form, body={"number": number}, gaps={"room": room}, **more)


def _off(room: str, **more: Any) -> Step:
    return Step(form={"room": room}, gaps={"room": room}, **more)


ROOMS: Final[Sequence[Pair]] = (
    Pair(
        page=("POST", "/rooms"),
        program=("PUT", f"{API}/{{room}}"),
        steps=(
            _put("A101", "119", answer=422),
            _put("A101", "9321", answer=422),
            _put("A101-", "8001", answer=422),
            _put("A101", "8001"),
            _put("a101", "8001", audited=0),
            _put("B101", "8001", answer=409),
            _put("A101", "8002"),
        ),
    ),
    Pair(
        page=("POST", "/rooms/remove"),
        program=("DELETE", f"{API}/{{room}}"),
        steps=(
            _off("A101", before=there("A101", "8001")),
            _off("A101", answer=404),
        ),
    ),
    Pair(
        page=("POST", "/rooms/import"),
        program=("POST", f"{API}/import"),
        steps=(
            Step(files=a_file(FILE), body=FILE.encode(), audited=0),
            Step(files=a_file(BAD), body=BAD.encode(), answer=422),
            Step(files=a_file("x"), body=b"x", answer=422),
        ),
    ),
    Pair(
        page=("POST", "/rooms/import/keep"),
        program=("POST", f"{API}/import"),
        steps=tuple(
            Step(form={"text": text}, body=text.encode(), query={"keep": "good"}, answer=answer)
            for text, answer in ((BAD, 422), (FILE, DONE), (FILE, DONE))
        ),
    ),
)
