"""Asking the desk for one answer, of an event stream too, which never ends by itself."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authentication import cookie
from authentication import csrf as guard
from permissions.roles import Role
from tests.integration.desk_room import CALLS, CSRF, Room, call_id, recording_id, ticket_number
from web.app import facing_the_network

HERE = "127.0.0.1"
SOMEWHERE = "192.0.2.7"

FILLED = {
    "{call_id}": call_id(CALLS),
    "{recording_id}": recording_id(CALLS),
    "{ticket_id}": ticket_number(CALLS),
    "{number}": "999999",
    "{built}": "none.js",
}
"""What stands for the parts of a path; every other part is a row that is not there."""


@dataclass(frozen=True)
class Answer:
    """The head of an answer, and what was sent of its body so far."""

    status: int
    headers: Mapping[str, str]
    text: str


def filled(path: str) -> str:
    """Return an address for a path template."""
    for part, value in FILLED.items():
        path = path.replace(part, value)
    head, brace, rest = path.partition("{")
    return head + "999999" + filled(rest.partition("}")[2]) if brace else path


def seated(
    role: Role, *, which: str = "session", csrf: str | None = CSRF, **more: str
) -> dict[str, str]:
    """Return the headers of a person's browser, in `which` of the person's sessions."""
    headers = {"cookie": f"{cookie.NAME}={which}-{role.value}", **more}
    return headers if csrf is None else {**headers, guard.HEADER.lower(): csrf}


async def ask(
    desk: Room,
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    *,
    body: bytes = b"",
    address: str = HERE,
) -> Answer:
    """Ask once, as from `address`; a stream is left after its first bytes."""
    given = {"host": HERE, "content-length": str(len(body)), **(headers or {})}
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
        "client": (address, 40000),
        "server": (HERE, 80),
        "state": {},
    }
    waiting = [{"type": "http.request", "body": body, "more_body": False}]
    head: dict[str, Any] = {}
    text: list[bytes] = []
    begun = asyncio.Event()

    async def receive() -> Any:
        if waiting:
            return waiting.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            head.update(message)
        else:
            text.append(message.get("body", b""))
            begun.set()

    asked = asyncio.ensure_future(facing_the_network(desk.app)(scope, receive, send))
    asked.add_done_callback(lambda _: begun.set())
    await begun.wait()
    if not head:
        asked.result()  # what it raised
        raise AssertionError(f"{method} {path}: no answer at all")
    found = {name.decode(): value.decode() for name, value in head["headers"]}
    if found.get("content-type", "").startswith("text/event-stream"):
        asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    return Answer(head["status"], found, b"".join(text).decode("utf-8", "replace"))
