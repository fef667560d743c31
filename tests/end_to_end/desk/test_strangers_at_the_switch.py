"""Strangers at the switch are refused: as the trunk, with an old password, from another page."""

import asyncio
import json
import re
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from itertools import product
from pathlib import Path

import pytest

from settings import PROJECT
from tests.end_to_end.agents import Agent, signed_in
from tests.end_to_end.house import WITH_DESK, House
from tests.end_to_end.peer import SDP, Dialog, Peer
from tests.end_to_end.web_socket import Refused, opened
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.real
PORT = free_port()
HOTLINE = {
    "parts": WITH_DESK,
    "trunk_out": f"127.0.0.1:{PORT}",
    "sip_trunks": "127.0.0.1",
    "max_wait": 40,
    "wrap_up_for": 0,
}
EVIL = "http://evil.example"


@asynccontextmanager
async def _phone_of(house: House, duty: dict[str, str]) -> AsyncIterator[Peer]:
    sip = house.settings.sip_port
    async with Peer(sip, number=duty["seat"], password=duty["password"]) as phone:
        yield phone


async def _has_no_contact(house: House, seat: str) -> bool:
    return f"{seat}/sip:" not in await house.asterisk("pjsip show contacts")


async def _is_let_go(house: House, seat: str) -> None:
    await until(lambda: _has_no_contact(house, seat), within=3, what=f"{seat} is let go")


@pytest.mark.parametrize("name", ["out", "trunk", "anonymous", "artificial-auth", "no-transfer"])
async def test_nobody_enters_from_elsewhere_by_naming_the_trunk(house: House, name: str) -> None:
    async with Peer(
        house.settings.sip_port, number=name, host="127.0.0.9", claims=True
    ) as stranger:
        assert await stranger.dials(house.settings.hotline_number, within=4) in {401, 403}
        assert await stranger.dials("8001", within=4) == 401


async def test_a_trunk_may_send_the_number_of_a_phone_of_ours_and_nobody_else_may(
    house: House,
) -> None:
    """What is called is looked at before who says to call, and then the address."""
    sip, number = house.settings.sip_port, house.settings.hotline_number
    for phone in ("8001", "8101", "w01"):
        async with (
            Peer(sip, number=phone) as trunk,
            Peer(sip, number=phone, host="127.0.0.9") as no,
        ):
            assert isinstance(await trunk.dials(number), Dialog)
            assert await no.dials(number, within=4) in {401, 403}
            assert await no.dials("8002", within=4) == 401


async def test_who_has_the_trunks_address_is_the_trunk_and_a_phone_there_is_none(
    house: House,
) -> None:
    """A phone registers from the trunk's own address, and rings only with its password."""
    sip, number = house.settings.sip_port, house.settings.hotline_number
    async with (
        Peer(sip) as trunk,
        Peer(sip, number="8001", password=house.password("8001")) as phone,
        Peer(sip, number="8002", password="wrong") as guesses,
    ):
        assert isinstance(await trunk.dials(number), Dialog)
        assert await phone.register() == 200
        assert await guesses.register() == 401
        assert await guesses.dials("8001", within=4) == 401
        await until(lambda: _guessed(house), within=5, what="a line of who guesses passwords")
        call = await phone.dials("8500")
        assert isinstance(call, Dialog), "the phone is a phone"
        assert await phone.register(expires=0) == 200


FAIL2BAN = PROJECT / "docs" / "fail2ban" / "filter.d" / "thirdring.conf"


def _guessed(house: House) -> bool:
    """Tell whether fail2ban would find the guesser's address in the log."""
    [pattern] = re.findall(r"(?m)^failregex = (.*)$", FAIL2BAN.read_text())
    found = re.compile(pattern.replace("<HOST>", r"(?P<host>[0-9a-fA-F.:]+)"))
    lines = (house.settings.paths.log / "security.log").read_text().splitlines()
    return any((match := found.search(line)) and match["host"] == "127.0.0.1" for line in lines)


async def test_sound_is_only_taken_at_the_address_where_calls_are(house: House) -> None:
    async with Peer(house.settings.sip_port) as trunk:
        call = await trunk.dials(house.settings.hotline_number)
        assert isinstance(call, Dialog)
        sound = [address for address, port in _sockets(house) if 10_000 <= port <= 20_000]
        assert sound, "the call has none"
        assert set(sound) == {"0100007F"}, "as the kernel writes 127.0.0.1"


async def test_each_line_of_the_switchs_log_is_its_own(house: House) -> None:
    """What a caller sends is inside a string of JSON: it begins no line."""
    log = house.settings.paths.log / "asterisk.log"
    async with Peer(house.settings.sip_port) as trunk:
        await trunk.dials("99990000123", within=4)
        await until(lambda: "99990000123" in log.read_text(), within=5, what="the refusal")
    lines = log.read_text().splitlines()
    if " built by " in lines[0]:
        lines.pop(0)  # Asterisk's own, at a start, is no message
    assert lines
    assert all("message" in json.loads(line)["logmsg"] for line in lines)


def _sockets(house: House) -> Iterator[tuple[str, int]]:
    """Give the UDP sockets of Asterisk: the address as the kernel writes it, and the port."""
    files = Path(f"/proc/{house.pid('asterisk')}/fd")
    ours = set()
    for file in files.iterdir():
        with suppress(OSError):
            ours.add(str(file.readlink()))
    for table in ("udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if f"socket:[{parts[9]}]" in ours:
                address, port = parts[1].split(":")
                yield address, int(port, 16)


def _mode(path: Path) -> int:
    return path.lstat().st_mode & 0o077


async def test_nothing_that_the_hotline_keeps_is_open_to_others(house: House) -> None:
    async with Peer(house.settings.sip_port) as trunk:
        assert isinstance(await trunk.dials(house.settings.hotline_number), Dialog)
    home = house.settings.home
    kept = [path for path in home.rglob("*") if path.is_file() and not path.is_symlink()]
    told = {str(path.relative_to(home)) for path in kept if _is_open(path)}
    told -= {name for name in told if name.startswith(("sounds", "asterisk/lib/", "asterisk/bin"))}
    told -= {"run.out"}  # of this test: what an operator would see
    assert kept
    assert told == set()


def _is_open(path: Path) -> bool:
    """Return whether others may look at a file; one that was stored meanwhile is gone."""
    try:
        return bool(_mode(path))
    except FileNotFoundError:
        return False


CONTACTS = ("<sip:x@127.0.0.1:9>", "<tel:123>", "<sip:x@127.0.0.1:9;transport=udp>", "*")


async def test_a_page_of_others_never_calls_as_the_trunk(house: House) -> None:
    """It knows the WebSocket's address, and is a browser on the trunk's own machine."""
    async with signed_in(house, "4201") as agent, agent.page():
        duty = await agent.begins("browser")
        async with opened(duty["ws_url"], origin=EVIL) as page:
            for contact, to in product(CONTACTS, (house.settings.hotline_number, "8001", "110")):
                said = await page.invites(to, contact=contact)
                assert said >= 400, f"{to} with {contact}: {said}"
        await agent.ends()


async def test_a_page_of_others_does_not_find_the_web_socket(house: House) -> None:
    async with signed_in(house, "4202") as agent, agent.page():
        duty = await agent.begins("browser")
        host = duty["ws_url"].removeprefix("ws://").partition("/")[0]
        for path in ("ws", "", "ari/events", "guessed/ws"):
            with pytest.raises(Refused) as refused:
                async with opened(f"ws://{host}/{path}", origin=EVIL):
                    pass
            assert refused.value.status == 404
        await agent.ends()


async def test_a_form_of_another_page_that_is_sent_to_the_sip_port_is_no_call(
    house: House,
) -> None:
    """A browser may post what looks like SIP to any port, from the trunk's own machine."""
    port, number = house.settings.sip_port, house.settings.hotline_number
    hidden = (
        f"INVITE sip:{number}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK1\r\n"
        f"From: <sip:1@127.0.0.1>;tag=1\r\nTo: <sip:{number}@127.0.0.1>\r\nCall-ID: hidden\r\n"
        "CSeq: 1 INVITE\r\nContact: <sip:1@127.0.0.1:9;transport=tcp>\r\nMax-Forwards: 70\r\n"
        f"Content-Type: application/sdp\r\nContent-Length: {len(SDP)}\r\n\r\n{SDP}"
    )
    head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {EVIL}\r\n"
    for length in (f"Content-Length: {len(hidden)}\r\n", "Transfer-Encoding: chunked\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write((head + length + "\r\n" + hidden).encode())
        with suppress(TimeoutError):
            async with asyncio.timeout(1.5):
                assert b"SIP/2.0 " not in await reader.read(4096)
        writer.close()
        assert await house.shows("core show channels count", "0 active channels")


async def test_a_seats_password_lives_as_long_as_its_duty(house: House) -> None:
    async with signed_in(house, "4203") as yesterday, yesterday.page("work-a"):
        old = await yesterday.begins("browser")
        async with _phone_of(house, old) as left:
            assert await left.register() == 200
            assert await yesterday.begins("browser") == old, "after a reload it is the same"
            await yesterday.ends()
            await _is_let_go(house, old["seat"])
            assert await left.register() == 401
            async with signed_in(house, "4204") as today, today.page("work-b"):
                new = await today.begins("browser")
                assert new["seat"] == old["seat"]
                assert new["password"] != old["password"]
                assert await left.register() == 401
                async with _phone_of(house, new) as phone, Peer(house.settings.sip_port) as caller:
                    assert await phone.register() == 200
                    await _rings_only(house, caller, phone, left)
                await today.ends()


async def _rings_only(house: House, caller: Peer, phone: Peer, left: Peer) -> None:
    """A caller who says nothing and presses 3 reaches who works there today."""
    call = await caller.dials(house.settings.hotline_number)
    assert isinstance(call, Dialog)
    await caller.presses(call, "3")
    await phone.rings(within=40)
    assert left.invites == []
    await caller.hangs_up(call)


async def test_an_agent_at_work_goes_on_while_the_desk_is_dead_and_asterisk_starts_again(
    house: House,
) -> None:
    async with signed_in(house, "4205") as agent, agent.page():
        duty = await agent.begins("browser")
        async with _phone_of(house, duty) as phone:
            assert await phone.register() == 200
            await until(lambda: _is_on_disk(house, duty), within=5, what="Asterisk has kept it")
            house.signal("desk", signal.SIGSTOP)
            try:
                assert await phone.register() == 200
                before = house.signal("asterisk", signal.SIGKILL)
                await house.is_back("asterisk", after=before)

                async def registered() -> bool:
                    return await phone.register() == 200

                await until(registered, within=20, what="the phone is back", every=0.5)
            finally:
                house.signal("desk", signal.SIGCONT)
            await until(lambda: _is_at_work(agent), within=20, what="the desk is back", every=0.5)
            assert await phone.register() == 200
            await agent.ends()
            await _is_let_go(house, duty["seat"])


def _is_on_disk(house: House, duty: dict[str, str]) -> bool:
    """Asterisk writes its database down once a second."""
    kept = sqlite3.connect(f"file:{house.home}/asterisk/lib/astdb.sqlite3?mode=ro", uri=True)
    with closing(kept):
        rows = kept.execute(
            "SELECT value FROM astdb WHERE key = ?", [f"/seats/auth/{duty['seat']}"]
        )
        return any(duty["password"] in value for (value,) in rows)


async def _is_at_work(agent: Agent) -> bool:
    return (await agent.client.get("/api/v1/duty")).is_success


async def test_a_duty_that_ended_while_asterisk_was_away_leaves_no_password_behind(
    house: House,
) -> None:
    async with signed_in(house, "4206") as agent, agent.page():
        duty = await agent.begins("browser")
        async with _phone_of(house, duty) as phone:
            assert await phone.register() == 200
            before = house.pid("asterisk")
            house.signal("asterisk", signal.SIGSTOP)
            try:
                await agent.ends()
            finally:
                house.signal("asterisk", signal.SIGCONT)

            async def refused() -> bool:
                return await phone.register() == 401

            await until(refused, within=25, what="the password is good for nothing", every=0.5)
            await _is_let_go(house, duty["seat"])
            assert house.pid("asterisk") == before


async def test_a_disabled_account_loses_stream_duty_and_phone_at_once(house: House) -> None:
    async with signed_in(house, "4207") as agent, agent.page():
        duty = await agent.begins("browser")
        async with (
            _phone_of(house, duty) as phone,
            signed_in(house, "4299", "administrator") as boss,
        ):
            assert await phone.register() == 200
            async with agent.client.stream("GET", "/live?page=other", timeout=10) as stream:
                done = await boss.client.patch("/api/v1/accounts/4207", json={"disabled": True})
                assert done.is_success, done.text
                async for _ in stream.aiter_lines():
                    pass  # to its end, which must come by itself
            await _is_let_go(house, duty["seat"])
            assert await phone.register() == 401
