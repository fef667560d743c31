"""Calls both ways on trunks of every kind: registered with 407, TLS and SRTP, IPv6, behind NAT."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.certificates import certificate
from tests.end_to_end.house import House
from tests.end_to_end.outbound.carriers import Carrier, TlsPeer, calls_by_tls
from tests.end_to_end.outbound.trunk_house import at, ended, says, wakes, with_trunks
from tests.end_to_end.peer import HOST, Peer
from tests.end_to_end.sip_message import address_in
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.real
PASSWORD: Final = "hush;hush \\ $0"


OUTSIDE: Final = "127.0.0.9"
"""Not of the local networks: who is there sees us by our public address."""


@dataclass
class Kinds:
    """A house whose trunks are of every kind, in the order in which calls try them."""

    house: House
    account: Carrier
    secret: TlsPeer
    six: Peer
    vouched: Path


@asynccontextmanager
async def kinds(folder: Path) -> AsyncIterator[Kinds]:
    ports, sip, vouched = (
        [free_port() for _ in range(3)],
        free_port(),
        certificate(folder / "trunk.pem"),
    )
    account = {"user": "u10050", "password": PASSWORD, "registers": True, "identity": "pai"}
    text = (
        at("account", ports[0], look_every=0, **account).replace("127.0.0.1", OUTSIDE)
        + 'caller_id.wake_up = "100"\n'
        + at("secret", ports[1], transport="tls", media="srtp", form="+", look_every=0)
        + 'caller_id.wake_up = "withheld"\n'
        + at("six", ports[2], outside="9", look_every=0).replace("127.0.0.1", "::1")
    )
    wanted = {
        "sip_address": "::",
        "sip_authority": vouched,
        "sip_local_networks": "127.0.0.1/32",
        "sip_tls_port": free_port(),
        "sip_certificate": vouched,
        "sip_key": vouched,
        "sip_identity": "false",
        "sip_trunks": "",
    }
    async with AsyncExitStack() as stack:
        found = (
            Carrier(sip, user="u10050", secret=PASSWORD, port=ports[0], host=OUTSIDE),
            TlsPeer(sip, certificate=vouched, port=ports[1]),
            Peer(sip, host="::1", port=ports[2]),
        )
        for peer in found:
            await stack.enter_async_context(peer)
        house = await asyncio.to_thread(
            stack.enter_context,
            with_trunks(text, sip_port=sip, sip_public_address="203.0.113.9", **wanted),
        )
        yield Kinds(house, *found, vouched)


@pytest.mark.timeout(240)
async def test_calls_go_out_and_come_in_on_trunks_of_every_kind(tmp_path: Path) -> None:
    async with kinds(tmp_path) as all_of:
        account, secret, six = all_of.account, all_of.secret, all_of.six
        await until(lambda: account.registered, within=30, what="we are registered")
        hotline = all_of.house.settings.hotline_number
        assert account.registered.startswith(f"sip:{hotline}@203.0.113.9")
        account.reply, secret.reply, six.reply = says(503), says(503), says(486)
        [attempt] = await ended(await wakes(all_of.house), within=30)
        assert attempt["trunk_said"] == "account 503 Said; secret 503 Said; six 486 Said"
        assert attempt["result"] == "busy"
        _is_called_by_its_account(account)
        _is_called_in_secret(secret)
        assert six.invites == ["913800138000"]
        offer = six.requests[-1].body
        assert "IN IP6" in offer, offer
        await _comes_in(all_of)
        await _comes_in_by_tls(all_of)
        _nothing_is_told(all_of.house)


def _is_called_by_its_account(account: Carrier) -> None:
    """It asked for the password, and was told it; the number that we show stands beside it."""
    assert account.asked >= 2
    [invite] = account.requests
    assert address_in(invite["from"]).startswith("sip:u10050@")
    assert address_in(invite["p-asserted-identity"]).startswith("sip:100@"), invite.headers
    assert address_in(invite["contact"]).partition("@")[2].startswith("203.0.113.9:")
    assert "IN IP4 203.0.113.9" in invite.body, invite.body


def _is_called_in_secret(secret: TlsPeer) -> None:
    [invite] = secret.requests
    assert secret.invites == ["+8613800138000"]
    assert invite["via"].startswith("SIP/2.0/TLS ")
    assert "RTP/SAVP" in invite.body
    assert "a=crypto:" in invite.body
    assert "anonymous" in invite["from"]


async def _comes_in(all_of: Kinds) -> None:
    """By its address or by the account, over IPv4 and IPv6."""
    called = re.sub(r"^sip:|@.*$", "", all_of.account.registered)
    for peer in (all_of.account, all_of.six):
        call = await peer.dials(called)
        assert not isinstance(call, int), call
        await peer.hangs_up(call)
    async with Peer(all_of.house.settings.sip_port) as plain:
        refused = await plain.dials(called)
        assert isinstance(refused, int), "from the address of the trunk with SRTP, without SRTP"
        assert refused >= 400


async def _comes_in_by_tls(all_of: Kinds) -> None:
    """A trunk that is not believed who calls is asked by From alone.

    From the address that demands SRTP, and from another one that has none.
    """
    settings = all_of.house.settings
    for host, ref, srtp in ((HOST, "by-tls-and-srtp", True), (OUTSIDE, "by-tls", False)):
        said = await calls_by_tls(
            settings.sip_tls_port,
            settings.hotline_number,
            authority=all_of.vouched,
            ref=ref,
            host=host,
            srtp=srtp,
        )
        assert said.status == 200, said
        assert ("RTP/SAVP" in said.body, "a=crypto:" in said.body) == (srtp, srtp)
    row = await all_of.house.call_of("by-tls")
    assert (row["number"], row["hung_up_by"]) == ("13800138000", "caller")


def _nothing_is_told(house: House) -> None:
    """The password is in no log, and in no file that others may read."""
    for file in house.home.rglob("*"):
        if file.is_file() and PASSWORD[:9].encode() in file.read_bytes().replace(b"\\;", b";"):
            assert file.name in {"trunks.toml", "pjsip.conf"}, file
            assert file.stat().st_mode & 0o077 == 0, file
    assert PASSWORD[:9] not in house.thirdring("trunks") + house.thirdring("settings")
