"""The desk process: listens, serves, and stops within two seconds."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import structlog
import uvicorn

from edge.http_connection import with_limiter
from floor.connection_limiter import room_for
from settings import Settings
from web.app import built, facing_the_network

STOPPING_S = 1
"""Seconds that requests in flight get to finish (uvicorn counts in whole ones)."""

log = structlog.get_logger()


class Desk(uvicorn.Server):
    """A server that ends quietly on a signal; uvicorn's own would raise it again at the end."""

    stopping: Callable[[], None] = staticmethod(lambda: None)
    """Called first of all: event streams would keep their connections open."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.stopping()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def serve(settings: Settings) -> None:
    """Serve the API until SIGTERM or Ctrl-C. Exits with 1 when the port is taken."""
    app = built(settings)
    app.state.connection_limiter.most, app.state.connection_limiter.strangers = room_for()
    server = Desk(
        uvicorn.Config(
            facing_the_network(app),
            host=settings.desk_address,
            port=settings.desk_port,
            loop="none",
            ws="none",
            http=with_limiter(app.state.connection_limiter),
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=10,
            timeout_graceful_shutdown=STOPPING_S,
        )
    )
    server.stopping = app.state.floor.streams.end_all
    listening = _listening(settings)
    log.info("desk listens", address=settings.desk_address, port=settings.desk_port)
    await server.serve(sockets=[listening])
    if app.state.database.unfinished:
        # The loop would wait for a driver that waits for a frozen database. Nothing is lost.
        log.warning("database left behind", questions=app.state.database.unfinished)
        os._exit(0)


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.desk_address else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.desk_address, settings.desk_port))
    except OSError as error:
        listening.close()
        where = f"{settings.desk_address}:{settings.desk_port}"
        sys.exit(f"The desk cannot listen on {where}: {error.strerror}.")
    return listening
