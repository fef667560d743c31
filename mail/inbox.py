"""Fetches letters from a mailbox by IMAP (RFC 3501); changes nothing there but the mark “seen”.

Each look is a connection of its own, in threads of its own. A server that hangs is given up after
a while: its socket is closed, its thread ends by that, and nobody has waited for it but us.
"""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from callflow.text import clean
from mail.accounts import MailServer, MailServerError, Security, SignInError

CONNECT_S: Final = 10.0
SILENT_S: Final = 30.0
"""A server that sends nothing for so long has hung."""
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Position:
    """How far a mailbox was read: up to `last_uid`, as long as `uidvalidity` is the same."""

    uidvalidity: int
    last_uid: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A mailbox as it is when it is opened."""

    uidvalidity: int
    """Another one: every number in the mailbox has a new meaning."""
    last_uid: int
    """No letter in it has a higher number."""


class Inbox:
    """One open mailbox; every call takes `within` seconds at most, or raises MailServerError."""

    def __init__(self, server: MailServer, folder: str) -> None:
        self._server = server
        self._folder = folder
        self._client: IMAPClient | None = None
        self._given_up = False

    async def open(self, *, within: float) -> Opened:
        """Sign in and open the folder. Raises MailServerError."""
        return await self._aside(self._open, within)

    async def uids_after(self, last: int, *, within: float) -> list[int]:
        """Return the numbers of the letters after one, in their order."""

        def asked() -> list[int]:
            # `n:*` gives the last letter even where its number is lower than n
            found = self._known().search(["UID", f"{last + 1}:*"])
            return sorted(uid for uid in found if uid > last)

        return await self._aside(asked, within)

    async def unseen(self, *, within: float) -> list[int]:
        """Return the numbers of the letters that nobody has opened, in their order."""
        return await self._aside(lambda: sorted(self._known().search(["UNSEEN"])), within)

    async def since(self, at: datetime, *, within: float) -> list[int]:
        """Return the numbers of the letters that came at a time or later, in their order."""

        def asked() -> list[int]:
            # the server compares days only, of its own zone
            found = self._known().search(["SINCE", (at - timedelta(days=1)).date()])
            dated = self._known().fetch(found, ["INTERNALDATE"]) if found else {}
            return sorted(uid for uid in found if _came(dated.get(uid, {}), at))

        return await self._aside(asked, within)

    async def size(self, uid: int, *, within: float) -> int | None:
        """Return how many bytes a letter has; None: it is gone."""

        def asked() -> int | None:
            found = self._known().fetch([uid], ["RFC822.SIZE"]).get(uid, {})
            size = found.get(b"RFC822.SIZE")
            return size if isinstance(size, int) else None

        return await self._aside(asked, within)

    async def fetch(self, uid: int, *, most: int, within: float) -> bytes | None:
        """Return the first `most` bytes of a letter, without marking it; None: it is gone."""

        def asked() -> bytes | None:
            found = self._known().fetch([uid], [f"BODY.PEEK[]<0.{most}>"]).get(uid, {})
            for name, content in found.items():
                if name.startswith(b"BODY[]") and isinstance(content, bytes):
                    return content
            return None

        return await self._aside(asked, within)

    async def mark_seen(self, uids: list[int], *, within: float) -> None:
        """Mark letters as seen, for people who look into the mailbox too."""
        await self._aside(lambda: self._known().add_flags(uids, [rb"\Seen"], silent=True), within)

    async def close(self) -> None:
        """Say good-bye, or just go."""
        with contextlib.suppress(MailServerError):
            await self._aside(lambda: self._known().logout(), 5.0)
        self._cut()

    def _known(self) -> IMAPClient:
        if self._client is None:
            raise IMAPClientError("not connected")
        return self._client

    def _open(self) -> Opened:
        server = self._server
        implicit = server.security is Security.TLS
        client = IMAPClient(
            server.host,
            port=server.port,
            use_uid=True,
            ssl=implicit,
            ssl_context=server.tls() if implicit else None,
            timeout=SocketTimeout(CONNECT_S, SILENT_S),
        )
        self._client = client
        if self._given_up:  # it answered too late: nobody is there any more
            self._cut()
        client.normalise_times = False  # aware ones, as the server says them
        if server.security is Security.STARTTLS:
            client.starttls(server.tls())
        client.login(server.user, server.password)
        opened = client.select_folder(self._folder)
        return Opened(int(opened[b"UIDVALIDITY"]), int(opened[b"UIDNEXT"]) - 1)

    async def _aside(self, work: Callable[[], Answer], within: float) -> Answer:
        """Return what `work` returns, done in a thread of its own that nobody waits for."""
        done: Future[Answer] = Future()
        threading.Thread(target=_done, args=(done, work), name="imap", daemon=True).start()
        try:
            async with asyncio.timeout(within):
                return await asyncio.wrap_future(done)
        except TimeoutError:
            self._cut()
            raise MailServerError("The mailbox's server does not answer.") from None
        except (LoginError, IMAPClientError, OSError, ValueError, AttributeError) as error:
            self._cut()
            raise _told(error) from None

    def _cut(self) -> None:
        self._given_up = True
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                client.shutdown()


def _came(found: "Mapping[bytes, object]", since: datetime) -> bool:
    at = found.get(b"INTERNALDATE")
    return isinstance(at, datetime) and at >= since.replace(microsecond=0)


def _done(future: "Future[Any]", work: Callable[[], Any]) -> None:
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 (whoever waits is told)
        with contextlib.suppress(Exception):
            future.set_exception(error)
    else:
        with contextlib.suppress(Exception):
            future.set_result(result)


def _told(error: Exception) -> MailServerError:
    said = clean(str(error), 160)
    match error:
        case LoginError():
            return SignInError(f"The mailbox's server does not let us in: {said}")
        case ssl.SSLCertVerificationError():
            return MailServerError(
                f"The mailbox's server is not who it should be: {error.verify_message}"
            )
        case ssl.SSLError():
            return MailServerError(f"No TLS with the mailbox's server: {said}")
        case OSError():
            return MailServerError(f"The mailbox's server cannot be reached: {said}")
        case _:
            return MailServerError(f"The mailbox cannot be read: {said or type(error).__name__}")
