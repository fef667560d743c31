"""First step of every request: its host, its client behind a proxy, limits, the log line.

It stands outside the framework, so that what the framework refuses is measured and protected too.
No answer may be framed by a page or read by another site: there is no CORS. None may be kept by a
cache but scripts and styles, whose names change with their content. Pages load nothing but our own
files, and connect to nobody but us and the switch's web socket.
"""

import time
from collections.abc import Callable
from ipaddress import ip_address

import structlog
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from authentication.admission import Admission, TooManyAtOnceError
from authentication.cookie import over_tls
from callflow.call import Language
from edge import request_bodies
from edge.request_bodies import Bodies
from web.error_pages import by_a_person
from web.problems import problem
from web.words import said

HEADERS = {
    "Cache-Control": "no-store, private",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # With `no-referrer` browsers say `Origin: null` in forms, even to ourselves.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Sent with every answer; a page's own policy is longer."""

TLS_ONLY = b"max-age=31536000"
"""Over TLS: for a year browsers ask this host by TLS only; hosts beneath it are not ours."""

OF_PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self' blob:; connect-src 'self'{switch}; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load; `switch` is where the browser phone speaks SIP."""

FOR_EVER = "/static/"
"""Files under this path may be kept: they say so themselves."""

LASTING = "/live"
"""What stays open for hours; how many of one person: `floor/streams.py`."""

SIGNING_IN = frozenset(
    ("POST", path)
    for path in (
        "/login",
        "/api/v1/session",
        "/api/v1/session/challenge",
        "/api/v1/session/passkey",
    )
)
"""These have queues of their own (`authentication/sign_in.py`): a password takes long."""

_ENCODED = {name.lower().encode(): value.encode() for name, value in HEADERS.items()}

Measured = Callable[[str, str, int, float], None]
"""Takes method, route template, status and seconds of a request that was answered."""

NO_ROUTE = "(none)"
PROBED = frozenset({"/health", "/metrics"})

log = structlog.get_logger()


class Edge:
    """The application as it faces the network."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: frozenset[str],
        measured: Measured,
        switch: Callable[[], int | None] = lambda: None,
        proxies: frozenset[str] = frozenset(),
        secret: Callable[[HTTPConnection], str] = lambda _: "",
    ) -> None:
        """`switch` tells the port of the switch's web socket, None while there is none.

        `proxies` are believed whom they speak for; `secret` is the token or cookie of a request.
        """
        self.app = app
        self._hosts = hosts
        self._measured = measured
        self._switch = switch
        self._proxies = proxies
        self._secret = secret
        self._bodies = Bodies()
        self._admission = Admission()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._web_socket(scope, receive, send)
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["peer"] = scope.get("client")
        scope["client"] = self._spoken_for(scope)
        started = time.monotonic()
        status = 500

        async def protected(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": self._headers(scope, message)}
            await send(message)

        try:
            await self._guarded(scope, receive, protected)
        except Exception as error:  # the edge of one request: logged, counted
            log.error("request failed", path=scope["path"][:100], exc_info=error)
        finally:
            self._close(scope, status, time.monotonic() - started)

    def _spoken_for(self, scope: Scope) -> tuple[str, int] | None:
        """Return who asks: behind a proxy of ours, the last address that is none of ours."""
        client: tuple[str, int] | None = scope.get("client")
        if client is None or client[0] not in self._proxies:
            return client
        said = HTTPConnection(scope).headers.getlist("x-forwarded-for")
        for each in reversed([one.strip() for one in ",".join(said).split(",")]):
            if not _is_address(each):
                break
            if each not in self._proxies:
                return each, client[1]
        return client

    async def _web_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _host(HTTPConnection(scope)) in self._hosts:
            await self.app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _headers(self, scope: Scope, start: Message) -> list[tuple[bytes, bytes]]:
        """Return the headers of an answer, ours added to those of the route."""
        given: list[tuple[bytes, bytes]] = list(start["headers"])
        ours = dict(_ENCODED)
        if over_tls(HTTPConnection(scope)):
            ours[b"strict-transport-security"] = TLS_ONLY
        for name, value in given:
            if name == b"content-type" and value.startswith(b"text/html"):
                ours[b"content-security-policy"] = self._of_page(scope).encode()
            if name == b"cache-control" and scope["path"].startswith(FOR_EVER):
                ours[b"cache-control"] = value
        return [*((name, value) for name, value in given if name not in ours), *ours.items()]

    def _of_page(self, scope: Scope) -> str:
        connection = HTTPConnection(scope)
        port, host = self._switch(), _host(connection)
        if port is None or host not in self._hosts:
            return OF_PAGES.format(switch="")
        named = f"[{host}]" if ":" in host else host
        proxy = f" wss://{connection.headers['host']}" if over_tls(connection) else ""
        return OF_PAGES.format(switch=f" ws://{named}:{port} wss://{named}:{port}{proxy}")

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if _host(request) not in self._hosts:
            refused = problem(400, "This desk is not known by the host name that was asked for.")
            await refused(scope, receive, send)
            return
        most = request_bodies.longest(scope["path"])
        if _announced(request) > most:
            await problem(413, f"A body has at most {most} bytes.")(scope, receive, send)
            return
        body = self._bodies.taken(scope, receive)
        limited = body.limited(most, request_bodies.within(scope["path"]))
        try:
            await self._in_turn(request, limited, send, large=most > request_bodies.LONGEST_BODY)
        except TooManyAtOnceError:
            await _too_many(request)(scope, receive, send)
        finally:
            self._bodies.done(body)

    async def _in_turn(
        self, request: Request, receive: Receive, send: Send, *, large: bool
    ) -> None:
        """Answer a request when its turn comes; the turn ends when the answer begins.

        Raises TooManyAtOnceError.
        """
        scope, secret = request.scope, self._secret(request)
        if not self._admission.is_known(secret):
            receive = await request_bodies.beforehand(receive)  # who trickles has no turn meanwhile
        if (scope["method"], scope["path"]) in SIGNING_IN:
            await self.app(scope, receive, send)
            return
        lasting = scope["path"] == LASTING
        end = await self._admission.queue_for(secret, large=large, lasting=lasting).begin()

        async def begun(message: Message) -> None:
            end()
            if message["type"] == "http.response.start" and scope.get("state", {}).get("principal"):
                self._admission.good(secret)
            await send(message)

        try:
            await self.app(scope, receive, begun)
        finally:
            end()

    def _close(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        principal = scope.get("state", {}).get("principal")
        self._measured(scope["method"], route, status, seconds)
        # Probes come every second or so; they would bury what people did.
        write = log.debug if route in PROBED else log.info
        write(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            token=principal.token_id if principal else None,
            account=principal.account_id if principal else None,
        )


def _too_many(request: Request) -> Response:
    """Return what somebody reads whose turn does not come; without a template: it is quick."""
    again = {"Retry-After": "2"}
    if by_a_person(request):
        sentences = [said(language)("problem.many") for language in Language]
        return PlainTextResponse("\n".join(sentences), status_code=503, headers=again)
    return problem(503, said(Language.ENGLISH)("problem.many"), headers=again)


def known_hosts(address: str, others: str) -> frozenset[str]:
    """Return the names under which the desk may be asked for, in lower case."""
    named = {name.strip().lower() for name in others.split(",") if name.strip()}
    return frozenset({address.lower(), "127.0.0.1", "::1", "localhost", *named})


def _host(request: HTTPConnection) -> str:
    """Return the host a request names, without its port: `[::1]:8080` → `::1`."""
    given = request.headers.get("host", "").lower()
    if given.startswith("["):
        return given[1:].partition("]")[0]
    return given.partition(":")[0]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 18 else 1 << 60
