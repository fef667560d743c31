"""The address at which a browser's phone speaks SIP: as safe as the page that it belongs to.

Does no I/O.
"""

from starlette.requests import HTTPConnection

from authentication.cookie import over_tls


def ws_address(
    connection: HTTPConnection, *, host: str, port: int, path: str, certificate: bool
) -> str:
    """Return the web socket's address for a page that was asked for by a connection.

    `port` is Asterisk's own, with TLS where it has a `certificate`. A page that came over TLS may
    open nothing without; so behind a proxy that has the certificate the phone goes through the same
    proxy, as the page did: it passes on `/<path>/ws` (docs/operating.md).
    """
    if over_tls(connection) and not certificate:
        return f"wss://{connection.headers.get('host', host)}/{path}/ws"
    named = f"[{host}]" if ":" in host else host
    return f"{'wss' if certificate else 'ws'}://{named}:{port}/{path}/ws"
