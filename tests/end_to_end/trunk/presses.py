"""The ways in which one press of a key comes over a trunk."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from tests.end_to_end.trunk_offer import EVENTS, Offer
from tests.end_to_end.trunk_side import TrunkCall

Press = Callable[[TrunkCall, str], Awaitable[object]]

_PLAIN: Final = Offer(("8 PCMA/8000",))
"""Without telephone-event: keys come as tones, or as INFO."""


async def _event(call: TrunkCall, key: str) -> None:
    await call.audio.presses(key, call.events)


async def _shortest(call: TrunkCall, key: str) -> None:
    await call.audio.presses(key, call.events, ms=20, marked=False)


async def _long(call: TrunkCall, key: str) -> None:
    await call.audio.presses(key, call.events, ms=700)


async def _info(call: TrunkCall, key: str) -> None:
    assert await call.informs(key) == 200


async def _plain_info(call: TrunkCall, key: str) -> None:
    assert await call.informs(key, kind="dtmf") == 200


async def _tones(call: TrunkCall, key: str) -> None:
    call.audio.sounds_key(key)
    await asyncio.sleep(0.2)


async def _both(call: TrunkCall, key: str) -> None:
    await asyncio.gather(_event(call, key), _info(call, key))


async def _info_first(call: TrunkCall, key: str) -> None:
    await asyncio.gather(_info(call, key), _long(call, key))


async def _info_last(call: TrunkCall, key: str) -> None:
    await _event(call, key)
    await _info(call, key)


async def _tones_and_info(call: TrunkCall, key: str) -> None:
    await asyncio.gather(_tones(call, key), _info(call, key))


WAYS: Final[Mapping[str, tuple[Press, Offer]]] = {
    "event": (_event, Offer()),
    "event of 20 ms without a marker": (_shortest, Offer()),
    "long event": (_long, Offer()),
    "event as 96": (_event, Offer(("8 PCMA/8000", EVENTS.replace("101", "96")))),
    "event on G.722": (_event, Offer(("9 G722/8000", EVENTS))),
    "INFO dtmf-relay": (_info, Offer()),
    "INFO dtmf": (_plain_info, Offer()),
    "INFO without events": (_info, _PLAIN),
    "tones": (_tones, _PLAIN),
    "event and INFO": (_both, Offer()),
    "INFO, then a long event": (_info_first, Offer()),
    "event, then INFO": (_info_last, Offer()),
    "tones and INFO": (_tones_and_info, _PLAIN),
}
