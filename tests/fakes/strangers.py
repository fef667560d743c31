"""The strangers who lean on a TCP port, in a process of their own.

`python -m tests.fakes.strangers PORT ATTACK…` prints a line when the attacks run, and goes on until
it is ended. They know nothing of the protocol behind the port; AGI and AudioSocket get the same.
"""

import asyncio
import resource
import socket
import sys
from contextlib import suppress

HOST = "127.0.0.1"


async def connect_and_close(port: int) -> None:
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(HOST, port)
            writer.transport.abort()
        await asyncio.sleep(0.001)


async def one_byte_a_second(port: int) -> None:
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(HOST, port)
            while not writer.transport.is_closing():
                writer.write(b"a")
                await asyncio.sleep(1)


async def a_megabyte_without_a_line_end(port: int) -> None:
    while True:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(HOST, port)
            writer.write(b"a" * 2**20)
            await writer.drain()
            writer.transport.abort()
        await asyncio.sleep(0.01)


async def two_thousand_idle(port: int) -> None:
    """Hold 2,000 connections, replace them all again and again."""
    loop = asyncio.get_running_loop()
    held: list[socket.socket] = []
    while True:
        one = socket.socket()
        one.setblocking(False)
        with suppress(OSError):
            await loop.sock_connect(one, (HOST, port))
        held.append(one)
        if len(held) > 2000:
            held.pop(0).close()
        await asyncio.sleep(0.0005)


ATTACKS = {
    "connect_and_close": [connect_and_close] * 4,
    "one_byte_a_second": [one_byte_a_second] * 200,
    "a_megabyte_without_a_line_end": [a_megabyte_without_a_line_end] * 2,
    "two_thousand_idle": [two_thousand_idle],
}


async def attack(port: int, names: list[str]) -> None:
    tasks = [asyncio.create_task(one(port)) for name in names for one in ATTACKS[name]]
    await asyncio.sleep(0.5)
    print("leaning", flush=True)
    await asyncio.gather(*tasks, asyncio.Event().wait())


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(attack(int(sys.argv[1]), sys.argv[2:]))
