"""The address of a browser's phone: as safe as its page."""

import pytest
from starlette.requests import HTTPConnection

from features.duties.ws_address import ws_address


def _asks(*, tls: bool) -> HTTPConnection:
    headers = [(b"host", b"desk.example:8080")]
    if tls:
        headers.append((b"x-forwarded-proto", b"https"))
    scope = {"type": "http", "scheme": "http", "path": "/", "query_string": b""}
    return HTTPConnection(scope | {"server": ("desk.example", 8080), "headers": headers})


@pytest.mark.parametrize(
    ("tls", "certificate", "address"),
    [
        (False, False, "ws://desk.example:20443/0f3a/ws"),
        (False, True, "wss://desk.example:20443/0f3a/ws"),
        (True, True, "wss://desk.example:20443/0f3a/ws"),
        (True, False, "wss://desk.example:8080/0f3a/ws"),
    ],
)
def test_a_page_over_tls_has_a_phone_over_tls(tls: bool, certificate: bool, address: str) -> None:
    asks = _asks(tls=tls)
    given = ws_address(asks, host="desk.example", port=20443, path="0f3a", certificate=certificate)
    assert given == address
