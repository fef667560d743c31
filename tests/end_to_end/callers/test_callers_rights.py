"""A caller is told of the recording first; erased, nothing of the call is in the whole home (PIPL).

Real journals, logs, voices: written by Asterisk and all our programs, which go on meanwhile.
"""

import asyncio
import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from caller.listen import Samples
from caller.phone import Phone
from tests.end_to_end.house import House, Row
from tests.end_to_end.kinds import CALLERS
from tests.end_to_end.people import answers_the_greeting, leaves_a_message, said_to
from tests.integration.masking_house import read
from tests.waiting import until

pytestmark = pytest.mark.real

HOTLINE = {**CALLERS, "recording_notice": True}
"""Others are spared four seconds of each call."""

NUMBER, NAME = "13987654321", "欧阳明月"
OTHER, OTHERS_NAME = "13987654322", "司马清风"


async def _rings_up(phone: Phone, house: House, words: Samples, number: str, name: str) -> None:
    call = await phone.call(
        house.settings.hotline_number, caller=number, name=name, ref=f"right-{number}"
    )
    await answers_the_greeting(call, words)
    await call.presses("1")
    await leaves_a_message(call, words)
    await call.ended(within=40)


def _saying(home: Path, number: str, name: str) -> list[str]:
    """Return the files of a home that say a number or a name, in base64 and JSON too."""
    found = []
    for path in sorted(home.rglob("*")):
        if not path.is_file() or path.suffix in {".wav", ".raw"}:
            continue
        content = path.read_bytes()
        for token in (content, *re.findall(rb"[A-Za-z0-9+/]{8,80}={0,2}", content)):
            said = token
            if token is not content:
                if len(token) % 4:
                    continue
                said = base64.b64decode(token)
            text = said.decode("utf-8", "replace")
            if number in read(text) or name in text or json.dumps(name)[1:-1] in text:
                found.append(str(path.relative_to(home)))
                break
    return found


async def test_a_caller_who_is_erased_is_nowhere_in_the_home_and_others_are(
    house: House, phone: Phone, words: Callable[[float], Samples]
) -> None:
    people = ((NUMBER, NAME), (OTHER, OTHERS_NAME))
    await asyncio.gather(*(_rings_up(phone, house, words(2.5), *who) for who in people))
    row = await house.call_of(f"right-{NUMBER}")
    said = await said_to(house, row)
    assert said[0] == "recording_notice"
    await house.ticket_of(row)
    voices = [await house.recording_of(row, kind) for kind in ("call", "message")]
    files = [house.settings.paths.store / str(voice["path"]) for voice in voices]
    assert all(file.exists() for file in files)
    assert row["name"] == NAME
    await house.changes("UPDATE tickets SET state = 'answered'")
    assert "journal/node1/cel.csv" in _saying(house.home, NUMBER, NAME)

    house.thirdring("person", "erase", "139-8765-4321", "--why", "letter", "--yes")

    async def done() -> list[Row]:
        return [
            dict(one) for one in await house.rows("SELECT * FROM erasures WHERE state = 'done'")
        ]

    [erased] = await until(done, within=40)
    assert erased["left"] in ("[]", []), erased
    assert _saying(house.home, NUMBER, NAME) == []
    assert not any(file.exists() for file in files)
    assert "journal/node1/cel.csv" in _saying(house.home, OTHER, OTHERS_NAME)
    other = await house.call_of(f"right-{OTHER}")
    assert other["name"] == OTHERS_NAME
    call = await phone.call(house.settings.hotline_number, caller=OTHER, ref="afterwards")
    await call.answered()
    await call.hangs_up()
    await house.call_of("afterwards")  # the journals are read on
    assert "The audit log holds" in house.thirdring("audit", "check")
