"""What callers send in their number, name and headers is kept as clean text and does nothing."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from callflow.events import DEFAULT_NODE
from callflow.text import clean
from db.engine import engine
from features.calls.lifecycle import CallRecord
from ledger.open_calls import Boots, Thread
from tests.integration.ledger_room import Room, call_id, catch_up, home
from tests.unit.scripted_journal import BOOT, Telling

HOSTILE = 1000
PIECES = (
    "\r\nAction: Originate\r\n\r\n",
    "\x00\x01\x1b[2J\x7f\x85\x9f",
    "'; DROP TABLE calls; --",
    '"quoted" and \\" escaped',
    "${SHELL(reboot)}",
    "$[1+1]",
    "<script>alert(document.cookie)</script>",
    "\u202emoc.live\u202c\u2066\u200f",
    "{{7*7}}",
    "%s%n%x",
    "../../../etc/passwd",
    "&call=00000000-0000-4000-8000-000000000000&num=1",
    "王小姐 👩\u200d🦰",
    "名" * 10_000,
    "=cmd|' /C calc'!A0",
    "\u2028\u2029\ufeff",
)


@pytest_asyncio.fixture
async def room(tmp_path: Path, database_url: str) -> AsyncIterator[Room]:
    made = engine(database_url)
    yield Room(home(tmp_path / "home", database_url), made)
    await made.dispose()


def sent_by(number: int) -> tuple[str, str, str]:
    chance = random.Random(number)
    texts = ("".join(chance.sample(PIECES, chance.randrange(1, 4))) for _ in range(3))
    first, second, third = texts
    return first, second, third


def hostile_calls() -> bytes:
    lines = []
    for number in range(HOSTILE):
        told = Telling(call=call_id(number), linkedid=f"{BOOT}-1795296635.{number}")
        sent_number, sent_name, sent_ref = sent_by(number)
        told.rings(number=sent_number, name=sent_name, ref=sent_ref)
        told.is_answered()
        told.hangs_up(3.0)
        lines += told.cel
    return "".join(f"{line}\n" for line in lines).encode()


async def test_a_thousand_hostile_calls_are_a_thousand_clean_rows(room: Room) -> None:
    room.write("cel.csv", hostile_calls())
    await catch_up(room.importer())
    assert await room.rows("SELECT * FROM journal_rejects") == []
    rows = await room.rows("SELECT * FROM calls ORDER BY id")
    assert [row["id"] for row in rows] == [call_id(number) for number in range(HOSTILE)]
    for number, row in enumerate(rows):
        expected = tuple(clean(text) for text in sent_by(number))
        assert (row["number"], row["name"], row["ref"]) == expected
        assert (row["did"], row["disposition"]) == ("10050", "abandoned_dialogue")
        assert row["linkedid"] == f"{BOOT}-1795296635.{number}"


async def test_no_kept_text_holds_a_control_character_anywhere(room: Room) -> None:
    room.write("cel.csv", hostile_calls())
    room.write(
        "queue_log", f"1795296640|{BOOT}-1795296635.1|hotline|\x1b[2J|ABANDON|\x07\n".encode()
    )
    room.write("dialogue-1-1.jsonl", b'{"call": "x\\u202e", "at": 1795296640, "what": "line"}\n')
    room.write(
        "site.jsonl", b'{"at": 1795296640, "what": "service_died", "name": "\\u0000\\u202e"}\n'
    )
    await catch_up(room.importer())
    for texts in (await room.everything()).values():
        for row in texts:
            for text in row:
                assert text.isprintable(), text


async def test_a_call_that_cannot_be_folded_holds_up_no_other(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = Thread.fold

    def choosy(thread: Thread, boots: Boots) -> CallRecord | None:
        if (DEFAULT_NODE, call_id(3)) in thread.names:
            raise ZeroDivisionError
        return fold(thread, boots)

    monkeypatch.setattr(Thread, "fold", choosy)
    room.write("cel.csv", hostile_calls())
    importer = room.importer()
    await catch_up(importer)
    [kept] = await room.rows("SELECT count(*) AS n FROM calls")
    assert kept["n"] == HOSTILE - 1
    assert importer.calls_failed > 0
