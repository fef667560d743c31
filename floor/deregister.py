"""Taking a seat's phone off the switch: one REGISTER for no contact at all, with the password.

There is no AMI action for it, and what is taken out of Asterisk's database by other means leaves
its state of the phone behind.
"""

import asyncio
import hashlib
import re
import secrets
from typing import Final

WITHIN_S: Final = 1.0
"""The switch is on this machine: later than this it does not answer at all."""


class _Line(asyncio.DatagramProtocol):
    """One question at a time to the switch."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()

    def datagram_received(self, data: bytes, _addr: tuple[str, int]) -> None:
        self.heard.put_nowait(data.decode("utf-8", "replace"))

    def error_received(self, _exc: Exception) -> None:
        self.heard.put_nowait("")


async def let_go(seat: str, password: str, *, host: str, port: int) -> bool:
    """Take every phone off the switch that is registered at a seat; tell whether it is done."""
    loop = asyncio.get_running_loop()
    try:
        transport, line = await loop.create_datagram_endpoint(_Line, remote_addr=(host, port))
    except OSError:
        return False
    own = "{}:{}".format(*transport.get_extra_info("sockname")[:2])
    call = secrets.token_hex(8)
    try:
        async with asyncio.timeout(WITHIN_S):
            transport.sendto(_register(seat, f"{host}:{port}", own=own, call=call, number=1))
            proof = _proof(seat, password, await line.heard.get(), f"sip:{host}:{port}")
            transport.sendto(
                _register(seat, f"{host}:{port}", own=own, call=call, number=2, proof=proof)
            )
            return (await line.heard.get()).startswith("SIP/2.0 200")
    except TimeoutError:
        return False
    finally:
        transport.close()


def _register(
    seat: str, switch: str, *, own: str, call: str, number: int, proof: str = ""
) -> bytes:
    host = switch.rpartition(":")[0]
    lines = [
        f"REGISTER sip:{switch} SIP/2.0",
        f"Via: SIP/2.0/UDP {own};rport;branch=z9hG4bK{call}{number}",
        "Max-Forwards: 10",
        f"From: <sip:{seat}@{host}>;tag={call}",
        f"To: <sip:{seat}@{host}>",
        f"Call-ID: {call}",
        f"CSeq: {number} REGISTER",
        "Contact: *",
        "Expires: 0",
        *([proof] if proof else []),
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _proof(seat: str, password: str, challenge: str, uri: str) -> str:
    """Return what answers a challenge (RFC 2617: MD5, qop auth)."""
    found = re.search(r"(?im)^WWW-Authenticate: *Digest(.*)$", challenge)
    given = dict(re.findall(r'(\w+)="?([^",]*)"?', found[1])) if found else {}
    realm, nonce, own = given.get("realm", ""), given.get("nonce", ""), secrets.token_hex(8)
    whose, what = _md5(f"{seat}:{realm}:{password}"), _md5(f"REGISTER:{uri}")
    answer = _md5(f"{whose}:{nonce}:00000001:{own}:auth:{what}")
    return (
        f'Authorization: Digest username="{seat}", realm="{realm}", nonce="{nonce}", uri="{uri}", '
        f'qop=auth, nc=00000001, cnonce="{own}", response="{answer}", '
        f'opaque="{given.get("opaque", "")}", algorithm=MD5'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
