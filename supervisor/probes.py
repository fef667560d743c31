"""Probes: is a child ready? None of them raises."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Sequence

Probe = Callable[[], Awaitable[bool]]
PATIENCE = 5.0
"""Seconds after which a question without an answer counts as no."""


def booted(words: Sequence[str]) -> Probe:
    """Ask Asterisk itself, by `asterisk -rx "core waitfullybooted"`."""

    async def ask() -> bool:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(PATIENCE):
                said, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            return False
        return process.returncode == 0 and b"fully booted" in said

    return ask


def accepts(*ports: int, address: str = "127.0.0.1") -> Probe:
    """Ask whether all these TCP ports take a connection."""

    async def ask() -> bool:
        return all([await _connects(address, port) for port in ports])

    return ask


def answers_http(address: str, port: int) -> Probe:
    """Ask GET /health, and take any answer for yes: what it says is for the operator."""

    async def ask() -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await asyncio.open_connection(_reachable(address), port)
                writer.write(f"GET /health HTTP/1.0\r\nHost: {address}:{port}\r\n\r\n".encode())
                status = await reader.readline()
                writer.close()
        except (OSError, TimeoutError):
            return False
        return status.startswith(b"HTTP/1.")

    return ask


async def always() -> bool:
    """Answer for a child that has nothing to ask: it is ready once it runs."""
    return True


def _reachable(address: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104


async def _connects(address: str, port: int) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(address, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
