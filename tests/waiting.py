"""Waiting in tests: for a thing to become true, never for a time to pass."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast, overload

T = TypeVar("T")


@overload
async def until(
    truth: Callable[[], Awaitable[T]], *, within: float, what: str = "", every: float = 0.05
) -> T: ...


@overload
async def until(
    truth: Callable[[], T], *, within: float, what: str = "", every: float = 0.05
) -> T: ...


async def until(
    truth: Callable[[], object], *, within: float, what: str = "", every: float = 0.05
) -> object:
    """Ask `truth` again and again until it says something true, and return that.

    Fails with `what` and the last answer when `within` seconds have passed.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        answer = truth()
        if inspect.isawaitable(answer):
            answer = cast("object", await answer)
        if answer:
            return answer
        if loop.time() > deadline:
            said = what or inspect.getsource(truth).strip()
            raise AssertionError(f"not within {within} s: {said} (last answer: {answer!r})")
        await asyncio.sleep(every)
