"""Whatever is sent to the API, it answers with what it promises: no 500, no stack, no leak."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import printable
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from permissions.roles import Role
from permissions.routes import POLICY, is_page
from tests.integration.desk_room import Room, call_id, recording_id, room, ticket_number
from web.app import facing_the_network
from web.edge import HEADERS

PROMISED = {200, 201, 204, 206, 303, 400, 401, 403, 404, 405, 409, 410, 413, 416, 422}
MAY_BE_AWAY = ("/health", "/api/v1/duty", "/api/v1/agents", "/api/v1/floor", "/api/v1/calls/")
"""What needs Asterisk says 503 without it."""

ODD = st.one_of(
    st.text(max_size=120),
    st.text(st.characters(codec="utf-8", categories=["Cc", "Cf", "Zl"]), max_size=20),
    st.sampled_from(
        [
            "' OR 1=1 --",
            "${jndi:x}",
            "../../etc/passwd",
            "%00",
            "\r\nX: y",
            "9" * 400,
            "-1",
            "1e999",
            "NaN",
            "null",
            "[]",
            "2026-11-21T00:00:00+99:99",
            "9999-12-31T23:59:59.999999+00:00",
            "0001-01-01T00:00:00+14:00",
            "\u202egnp.exe",
            call_id(1),
            recording_id(1),
            ticket_number(1),
        ]
    ),
)
IDS = st.one_of(
    st.sampled_from([call_id(1), recording_id(1), ticket_number(1), "1", "0", "9" * 30]), ODD
)
NAMES = st.one_of(
    st.sampled_from(
        [
            "ref",
            "number",
            "agent",
            "disposition",
            "state",
            "since",
            "until",
            "limit",
            "cursor",
            "call_id",
            "kind",
        ]
    ),
    st.text(max_size=10),
)
METHODS = st.sampled_from(["GET", "PUT", "DELETE", "POST", "PATCH", "HEAD", "OPTIONS", "TRACE"])
ROUTES = sorted(
    (method, path) for method, path in POLICY if not is_page(path) and path != "/live"
)  # that stream never ends; pages are tried elsewhere
WHERE = st.one_of(
    st.sampled_from(ROUTES),
    st.tuples(METHODS, st.sampled_from(ROUTES).map(lambda route: route[1])),
    st.tuples(METHODS, st.text(printable, max_size=40).map(lambda path: "/" + path)),
)
PART = re.compile(r"\{\w+\}")
FIELDS = st.sampled_from(
    [
        *("kind", "version", "fields", "body", "state", "business", "nature", "customer_name"),
        *("name", "sort", "note", "first_agent", "title", "published", "number", "call_id"),
        *("ticket", "minutes", "shift", "equipment", "answer", "department"),
    ]
)
VALUES = st.one_of(
    st.none() | st.booleans() | st.floats() | st.integers(),
    ODD,
    st.sampled_from(["power", "new", "dispatched", "large", "completed", "固定电话", "138"]),
)
HEADER_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)
BODIES = st.one_of(
    st.none(),
    st.binary(max_size=200),
    st.recursive(
        VALUES,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(FIELDS | st.text(max_size=8), inner, max_size=5)
        ),
        max_leaves=10,
    ),
)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One event loop for all examples of this module."""
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def desk(
    loop: asyncio.AbstractEventLoop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Room]:
    kept = room(tmp_path_factory.mktemp("strangers"))
    yield loop.run_until_complete(kept.__aenter__())
    loop.run_until_complete(kept.__aexit__(None, None, None))


@dataclass(frozen=True)
class Sent:
    """One request of a stranger."""

    method: str
    path: str
    query: list[tuple[str, str]]
    range_asked: str
    content: bytes
    role: Role | None


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    method, path = draw(WHERE)
    while part := PART.search(path):
        path = path.replace(part.group(), draw(IDS).replace("{", ""))
    body = draw(BODIES)
    return Sent(
        method=method,
        path=path,
        query=draw(st.lists(st.tuples(NAMES, ODD), max_size=4)),
        range_asked=draw(HEADER_TEXT),
        content=body if isinstance(body, bytes) else json.dumps(body).encode(),
        role=draw(st.sampled_from([*Role, None])),
    )


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(sent=requests())
def test_no_request_breaks_the_desk(
    loop: asyncio.AbstractEventLoop, desk: Room, sent: Sent
) -> None:
    status, headers, text = loop.run_until_complete(_answer(desk, sent))
    expected = PROMISED | {503} if sent.path.startswith(MAY_BE_AWAY) else PROMISED
    assert status in expected, (status, text)
    assert "Traceback" not in text
    assert str(desk.settings.home) not in text
    for name in HEADERS:
        assert name.lower() in headers
    if status >= 400 and status != 503:
        assert headers["content-type"] == "application/problem+json"


async def _answer(desk: Room, request: Sent) -> tuple[int, dict[str, str], str]:
    """Send a request past a client's own checks, which would refuse the oddest ones."""
    token = f"Bearer {desk.tokens[request.role]}" if request.role else ""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": quote(request.path, errors="surrogatepass").encode(),
        "query_string": urlencode(request.query, errors="surrogatepass").encode(),
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(request.content)).encode()),
            (b"range", request.range_asked.encode()),
            (b"authorization", token.encode()),
        ],
        "client": ("127.0.0.1", 40000),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    sent: list[Any] = []
    waiting = [{"type": "http.request", "body": request.content, "more_body": False}]

    async def receive() -> Any:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await facing_the_network(desk.app)(scope, receive, send)
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    text = b"".join(message.get("body", b"") for message in sent[1:]).decode("utf-8", "replace")
    return sent[0]["status"], headers, text
