"""The desk as a process of its own: it starts, answers on a real port, and stops when told."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from db.engine import engine
from db.migrate import upgrade
from features.accounts import tokens
from settings import PROJECT, Settings
from tests.ports import free_port
from tests.postgres import Postgres
from tests.waiting import until


@contextmanager
def _desk(home: Path, port: int, database_url: str = "") -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "main", "serve", "desk"],
        cwd=PROJECT,
        env={
            **os.environ,
            "THIRDRING_HOME": str(home),
            "THIRDRING_DESK_PORT": str(port),
            "THIRDRING_DATABASE_URL": database_url,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/health")).status_code in {200, 503}
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_the_desk_starts_answers_and_stops(tmp_path: Path, how: signal.Signals) -> None:
    port = free_port()
    with _desk(tmp_path, port) as process:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await until(lambda: _answers(client), within=30, what="the desk answers")
            kept_open = await client.get("/openapi.json")
            assert kept_open.json()["info"]["title"] == "ThirdRing"
            process.send_signal(how)
            await until(lambda: process.poll() is not None, within=10, what="the desk stops")
        assert process.returncode in {0, -how}
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


async def test_strangers_who_connect_and_say_nothing_are_let_go(tmp_path: Path) -> None:
    port = free_port()
    with _desk(tmp_path, port):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await until(lambda: _answers(client), within=30, what="the desk answers")
            strangers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(300)]
            for _, writer in strangers[:150]:
                writer.write(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-")  # and no more
            assert await _answers(client)
            async with asyncio.timeout(30):
                for reader, writer in strangers:
                    assert await reader.read() == b""
                    writer.close()
            assert await _answers(client)


@pytest.mark.soak
async def test_sixty_pages_that_stay_open_are_not_cut_off_and_keep_nobody_out(
    tmp_path: Path,
) -> None:
    port, token = free_port(), "tr_of_a_leader"
    await asyncio.to_thread(_with_token, tmp_path, token)
    with _desk(tmp_path, port):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await until(lambda: _answers(client), within=30, what="the desk answers")
            pages = [await asyncio.open_connection("127.0.0.1", port) for _ in range(60)]
            asked = (
                f"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"
            )
            for _, writer in pages:
                writer.write(asked.encode())
            async with asyncio.timeout(30):
                for reader, _ in pages:
                    assert b"200 OK" in await reader.readline()
                    await reader.readuntil(b"retry: ")
            assert await _answers(client)
            async with asyncio.timeout(30):
                for reader, writer in pages:  # past every limit there is for a request
                    await reader.readuntil(b": here")
                    await reader.readuntil(b": here")
                    writer.close()


def _with_token(home: Path, token: str) -> None:
    database = Settings(home=home).database
    upgrade(database)

    async def keep() -> None:
        made = engine(database)
        async with made.execution_options(writing=True).begin() as connection:
            now = datetime.now(UTC)
            await tokens.keep(connection, token, role="team-leader", label="wall", now=now)
        await made.dispose()

    asyncio.run(keep())


async def test_the_desk_stops_while_its_database_is_frozen(
    tmp_path: Path, postgres: Postgres
) -> None:
    port, url = free_port(), postgres.new_database()
    await asyncio.to_thread(upgrade, url)
    with _desk(tmp_path, port, url) as process:
        address, headers = f"http://127.0.0.1:{port}", {"Authorization": "Bearer x"}
        async with httpx.AsyncClient(base_url=address, headers=headers) as client:
            await until(lambda: _answers(client), within=30, what="the desk answers")
            assert (await client.get("/api/v1/calls")).status_code == 401
            postgres.pause()
            try:
                assert (await client.get("/api/v1/calls")).status_code == 503
                process.send_signal(signal.SIGTERM)
                await until(lambda: process.poll() == 0, within=10, what="the desk stops")
            finally:
                postgres.go_on()


async def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with _desk(tmp_path, int(taken.getsockname()[1])) as process:
            _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said.startswith("The desk cannot listen on 127.0.0.1:")
    assert len(said.splitlines()) == 1
