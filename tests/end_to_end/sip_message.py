"""SIP messages as the peers of tests read and prove them; nothing here is sent."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Message:
    """A SIP message as it came: first line, headers by small names, body."""

    first: str
    headers: dict[str, list[str]]
    body: str

    @classmethod
    def parse(cls, data: bytes) -> Self:
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        headers: dict[str, list[str]] = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers.setdefault(name.strip().lower(), []).append(value.strip())
        return cls(first, headers, body)

    def __getitem__(self, name: str) -> str:
        return self.headers.get(name, [""])[0]

    @property
    def status(self) -> int:
        """0: a request."""
        return int(self.first.split()[1]) if self.first.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        return self["cseq"].split()[-1]

    @property
    def dialled(self) -> str:
        """What stands before the host in the request's address."""
        found = re.match(r"\S+ sips?:([^@\s]*)@", self.first)
        return found[1] if found else ""


def address_in(header: str) -> str:
    """Return the address of a Contact, From or To."""
    found = re.search(r"<([^>]*)>", header)
    return found[1] if found else header.split(";", maxsplit=1)[0]


def digest(
    challenge: str,
    method: str,
    target: str,
    *,
    user: str,
    password: str,
    count: str = "00000001",
    own: str = "",
) -> str:
    """Return the Authorization that answers a challenge (MD5, qop auth)."""
    given = dict(re.findall(r'(\w+)="?([^",]*)"?', challenge))
    realm, nonce = given["realm"], given["nonce"]
    own = own or secrets.token_hex(4)
    secret = _md5(f"{user}:{realm}:{password}")
    answer = _md5(f"{secret}:{nonce}:{count}:{own}:auth:{_md5(f'{method}:{target}')}")
    return (
        f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{target}", '
        f'qop=auth, nc={count}, cnonce="{own}", response="{answer}", '
        f'opaque="{given.get("opaque", "")}", algorithm=MD5'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
