"""Where a mail server is and how it is spoken to, and what can go wrong there."""

import ssl
from dataclasses import dataclass, field
from enum import StrEnum


class Security(StrEnum):
    """How the connection to a mail server is kept secret."""

    TLS = "tls"  # from its first byte
    STARTTLS = "starttls"  # begun in the clear, then TLS; never without
    NONE = "none"  # in the clear: for a server on this machine only


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """One server, as we come to it."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)
    authority: str = ""
    """Path of certificates (PEM) of those who vouch for it; empty: those the system trusts."""

    def tls(self) -> ssl.SSLContext:
        """Return how its certificate is judged. Raises OSError for certificates not there."""
        return ssl.create_default_context(cafile=self.authority or None)


class MailServerError(Exception):
    """A mail server cannot be used now: one sentence that says why, without any secret."""


class SignInError(MailServerError):
    """The server does not take our name and password."""
