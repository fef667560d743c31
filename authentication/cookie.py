"""The session cookie: set, read, removed. It holds 32 random bytes.

Over TLS its name begins with `__Host-`: browsers take such a one only from this very host, over
TLS, for all paths; so no other host of the same domain can put its own in the place of it.
"""

import secrets

from starlette.requests import HTTPConnection
from starlette.responses import Response

NAME = "thirdring"
NAME_OVER_TLS = f"__Host-{NAME}"
RANDOM_BYTES = 32
LONGEST = 64


def fresh() -> str:
    """Return the secret of a new session."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def given(connection: HTTPConnection) -> str:
    """Return the secret a browser sent, empty when it sent none that could be ours."""
    value = connection.cookies.get(_name(connection), "")
    return value if len(value) <= LONGEST and value.isascii() else ""


def put(response: Response, connection: HTTPConnection, secret: str) -> None:
    """Give a browser its secret; it forgets it when it is closed."""
    response.set_cookie(
        _name(connection),
        secret,
        path="/",
        httponly=True,
        samesite="strict",
        secure=over_tls(connection),
    )


def take(response: Response, connection: HTTPConnection) -> None:
    """Have a browser forget its secret."""
    response.delete_cookie(
        _name(connection), path="/", httponly=True, samesite="strict", secure=over_tls(connection)
    )


def _name(connection: HTTPConnection) -> str:
    return NAME_OVER_TLS if over_tls(connection) else NAME


def over_tls(connection: HTTPConnection) -> bool:
    """Return whether the browser speaks TLS, to us or to a proxy that says so.

    Whoever says so falsely only gets a cookie that a browser sends less often.
    """
    said = connection.headers.get("x-forwarded-proto", "").lower()
    return connection.url.scheme in {"https", "wss"} or said == "https"
