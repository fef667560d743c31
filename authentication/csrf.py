"""CSRF protection: other sites' pages cannot act with our cookie.

Three locks, each enough alone: the cookie is SameSite=Strict; a browser that says the request
comes from elsewhere is believed; and an unsafe request needs the session's own secret, in a header
or, for plain forms, in a hidden field.
"""

import hmac
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection, Request

HEADER = "X-CSRF-Token"
FIELD = "csrf"

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_OURS = frozenset({"same-origin", "none"})
"""What a browser calls our own pages, and an address that was typed."""


def from_elsewhere(connection: HTTPConnection) -> bool:
    """Return whether the browser says that another site made this request.

    Programs say nothing of the kind; they are no browsers that could be tricked.
    """
    site = connection.headers.get("sec-fetch-site")
    if site is not None and site not in _OURS:
        return True
    origin = connection.headers.get("origin")
    if origin is None:
        return False
    return _netloc(origin) != connection.headers.get("host", "").lower()


async def has_secret(connection: HTTPConnection, secret: str) -> bool:
    """Return whether a request carries the session's secret; a web socket carries none."""
    if not isinstance(connection, Request):
        return False
    request = connection
    given = request.headers.get(HEADER)
    if given is None and request.headers.get("content-type", "").startswith(_FORMS):
        field = (await request.form()).get(FIELD)
        given = field if isinstance(field, str) else None
    return given is not None and hmac.compare_digest(given.encode(), secret.encode())


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
