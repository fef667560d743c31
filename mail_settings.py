"""The settings of the mail; part of all settings (`settings.py`)."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

from mail.accounts import MailServer, Security
from mail.letters import address_in
from paths import file_name

DEFAULT_TYPES = (
    "pdf,txt,csv,rtf,doc,docx,xls,xlsx,ppt,pptx,odt,ods,wps,et,jpg,jpeg,png,gif,bmp,tif,tiff,heic,"
    "webp,mp3,wav,amr,m4a,ogg,mp4,mov,zip,eml,ofd"
)
IMAP_PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}
SMTP_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}


def _address(text: str) -> str:
    if text and not address_in(text):
        raise ValueError(f"{text!r} is no address of a mailbox (as hotline@example.com)")
    return address_in(text)


def _server(text: str) -> str:
    _, _, port = text.partition(":")
    if not re.fullmatch(r"|[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?", text) or int(port or 1) > 65535:
        raise ValueError(f"{text!r} is no server: write imap.example.com or imap.example.com:993")
    return text


def _types(text: str) -> str:
    kinds = text.lower().replace(" ", "")
    if not re.fullmatch(r"|[a-z0-9]{1,10}(,[a-z0-9]{1,10})*", kinds):
        raise ValueError(f"{text!r}: endings of file names with commas between them, as pdf,jpg")
    return kinds


Server = Annotated[str, AfterValidator(_server)]


class MailSettings(BaseSettings):
    """The mailbox that letters come to, and the server by which ours go out."""

    mail_address: Annotated[str, AfterValidator(_address)] = Field(
        "", description="Address of the hotline's mailbox, from which answers come; empty: no mail."
    )
    mail_imap: Server = Field(
        "",
        description="Server (IMAP) from which letters are fetched, host or host:port; empty: none.",
    )
    mail_imap_security: Security = Field(
        Security.TLS, description="`tls`, `starttls`, or `none` for a server on this machine."
    )
    mail_imap_user: str = Field("", description="Our name there; empty: the address.")
    mail_imap_password: str = Field("", repr=False, description="Our password there.")
    mail_folder: str = Field(
        "INBOX",
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="Folder of the mailbox that is read.",
    )
    mail_poll_every: int = Field(
        20, ge=1, le=3600, description="Seconds from one look into the mailbox to the next."
    )
    mail_smtp: Server = Field(
        "", description="Server (SMTP) that takes our letters, host or host:port; empty: none."
    )
    mail_smtp_security: Security = Field(
        Security.TLS, description="`tls`, `starttls`, or `none` for a server on this machine."
    )
    mail_smtp_user: str = Field("", description="Our name there; empty: it asks for none.")
    mail_smtp_password: str = Field("", repr=False, description="Our password there.")
    mail_authority: Annotated[str, AfterValidator(file_name)] = Field(
        "",
        description="Path of the certificates (PEM) of those who vouch for these servers; empty: "
        "those whom the system trusts.",
    )
    mail_acknowledge: bool = Field(
        True,
        description="Whether a letter that became a ticket is answered at once with its number; "
        "programs never are, and nobody more than three times a day.",
    )
    mail_token_in_address: bool = Field(
        False,
        description="Whether answers are asked for at hotline+TOKEN@…, too; the mailbox must take "
        "such addresses.",
    )
    mail_most_mb: int = Field(
        25,
        ge=1,
        le=64,
        description="Megabytes of the largest letter that is taken in whole; of a larger one the "
        "head is, and it stays in the mailbox.",
    )
    mail_attachments: Annotated[str, AfterValidator(_types)] = Field(
        DEFAULT_TYPES,
        description="Endings of attachments that people can download (comma between them); others "
        "are named, and stay closed. Programs always do.",
    )
    mail_give_up_after: int = Field(
        48,
        ge=1,
        le=240,
        description="Hours for which a letter is tried again; then a person decides.",
    )

    @property
    def mail_in(self) -> MailServer | None:
        """Return where letters are fetched from, None for nowhere."""
        if not self.mail_imap:
            return None
        host, _, port = self.mail_imap.partition(":")
        return MailServer(
            host=host,
            port=int(port or IMAP_PORTS[self.mail_imap_security]),
            security=self.mail_imap_security,
            user=self.mail_imap_user or self.mail_address,
            password=self.mail_imap_password,
            authority=self.mail_authority,
        )

    @property
    def mail_out(self) -> MailServer | None:
        """Return where our letters are handed over, None for nowhere."""
        if not self.mail_smtp:
            return None
        host, _, port = self.mail_smtp.partition(":")
        return MailServer(
            host=host,
            port=int(port or SMTP_PORTS[self.mail_smtp_security]),
            security=self.mail_smtp_security,
            user=self.mail_smtp_user,
            password=self.mail_smtp_password,
            authority=self.mail_authority,
        )

    @property
    def mail_host(self) -> str:
        """Return the host of our address."""
        return self.mail_address.rpartition("@")[2] or "localhost"

    @property
    def mail_endings(self) -> frozenset[str]:
        """Return the endings of attachments that people can download."""
        return frozenset(filter(None, self.mail_attachments.split(",")))
