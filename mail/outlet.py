"""Sends letters by SMTP (RFC 5321), and knows when it does not know whether one was sent.

From the first byte of a letter until the server has said yes, nobody can tell from our side whether
it will be delivered. So `may_send` is asked just before, and commits that from here on the letter
may have been sent; a failure before that is tried again without harm, one after is `Unclear`.
"""

import asyncio
import contextlib
import re
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
)

from callflow.text import clean
from mail.accounts import MailServer, MailServerError, Security, SignInError

ANSWER_S: Final = 30.0
"""Seconds for one answer of the server."""
ACCEPT_S: Final = 300.0
"""For the answer to a whole letter: servers look for viruses meanwhile (RFC 5321, 4.5.3.2.6)."""


class TryLaterError(Exception):
    """The server does not want this letter now, or cannot be used now; nothing was sent."""


class RefusedError(Exception):
    """The server will never take this letter; nothing was sent."""


class UnclearError(Exception):
    """The letter was on its way when the connection broke: it may have been sent, or not."""


class NotOursError(Exception):
    """Somebody else has taken this letter meanwhile; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who gets a letter, and who hears of it when it cannot be delivered."""

    sender: str
    """Empty: nobody hears (RFC 3834: for answers that no person wrote)."""
    recipient: str
    content: bytes


async def send(
    server: MailServer, envelope: Envelope, *, host: str, may_send: Callable[[], Awaitable[bool]]
) -> str:
    """Send a letter; return what the server said when it took it.

    Raises TryLaterError, RefusedError, UnclearError, NotOursError, or MailServerError when the
    server cannot be used at all; and what `may_send` raises.
    """
    client = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security is Security.TLS,
        start_tls=server.security is Security.STARTTLS,
        tls_context=None if server.security is Security.NONE else server.tls(),
        timeout=ANSWER_S,
        local_hostname=host,
    )
    try:
        await _prepared(client, server, envelope)
        if not await may_send():
            raise NotOursError
        return await _handed_over(client, envelope)
    finally:
        await _closed(client)


async def reach(server: MailServer, *, host: str) -> None:
    """Return when the server lets us in. Raises MailServerError."""
    client = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security is Security.TLS,
        start_tls=server.security is Security.STARTTLS,
        tls_context=None if server.security is Security.NONE else server.tls(),
        timeout=ANSWER_S,
        local_hostname=host,
    )
    try:
        await _entered(client, server)
    finally:
        await _closed(client)


async def _entered(client: SMTP, server: MailServer) -> None:
    try:
        async with asyncio.timeout(3 * ANSWER_S):
            await client.connect()
            if server.user:
                await client.login(server.user, server.password)
    except SMTPAuthenticationError as error:
        raise SignInError(f"The outgoing server does not let us in: {_said(error)}") from None
    except (SMTPException, OSError, TimeoutError, ValueError) as error:
        raise MailServerError(_why(error)) from None


def _why(error: Exception) -> str:
    """Return why a server cannot be used. The library wraps what TLS from the first byte says."""
    for each in (error, error.__cause__, error.__context__):
        if isinstance(each, ssl.SSLCertVerificationError):
            return f"The outgoing server is not who it should be: {each.verify_message}"
    return f"The outgoing server cannot be used: {_said(error)}"


async def _prepared(client: SMTP, server: MailServer, envelope: Envelope) -> None:
    """Come as far as can be gone without sending a byte of the letter."""
    await _entered(client, server)
    try:
        async with asyncio.timeout(3 * ANSWER_S):
            await client.mail(envelope.sender)
            await client.rcpt(envelope.recipient)
    except SMTPResponseException as error:
        if 500 <= error.code < 600:
            raise RefusedError(_said(error)) from None
        raise TryLaterError(_said(error)) from None
    except (SMTPException, OSError, TimeoutError, ValueError) as error:
        raise TryLaterError(_said(error)) from None


async def _handed_over(client: SMTP, envelope: Envelope) -> str:
    try:
        answer = await client.data(envelope.content, timeout=ACCEPT_S)
    except SMTPResponseException as error:
        # An answer is an answer: the letter was not taken.
        if 500 <= error.code < 600:
            raise RefusedError(_said(error)) from None
        if error.code > 0:
            raise TryLaterError(_said(error)) from None
        raise UnclearError(_said(error)) from None
    except (SMTPException, OSError, TimeoutError, ValueError) as error:
        raise UnclearError(_said(error)) from None
    return clean(f"{answer.code} {answer.message}", 200)


async def _closed(client: SMTP) -> None:
    with contextlib.suppress(SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(5):
            await client.quit()
    client.close()


def _said(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return clean(f"{error.code} {error.message}", 300)
    return clean(re.sub(r"\s+", " ", str(error)), 300) or type(error).__name__
