"""Two nodes share a database: what happens to one leaves the other's calls alone.

Both give the same names: linkedids, channels and runs of Asterisk. Their journals are read by one
ledger, or by one each.
"""

import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from db.engine import engine
from features.calls import queries
from features.ticket_clocks.house import house as clocks_of
from ledger.importer import JournalImporter
from ledger.recording_intake import MISSING_AFTER_S, RecordingIntake
from permissions.scopes import EVERYTHING
from settings import Settings
from tests.integration.ledger_room import NOW, Room, call_id, catch_up, home, many_calls
from tests.integration.test_ledger_importer import handed_over, sat
from tests.unit.scripted_journal import BOOT, CALL, CALLER, Telling
from tests.unit.test_call_fold import at, hung_up_while_ringing, left_a_message, talked, waiting

A, B = "node1", "node2"
MANY = 24


def ringing() -> Telling:
    told = Telling()
    told.rings()
    return told


def greeted() -> Telling:
    told = ringing()
    told.is_answered()
    told.service("visited", 1.1, boot=BOOT, channel=CALLER)
    return told


def talking() -> Telling:
    return Telling(cel=talked().cel[:10], dialogue=talked().dialogue)


def leaving_a_message() -> Telling:
    return Telling(cel=left_a_message().cel[:8])


OPEN: Mapping[str, Callable[[], Telling]] = {
    "ringing": ringing,
    "dialogue": greeted,
    "queued": waiting,
    "talking": talking,
    "message": leaving_a_message,
}
"""A call in every state."""


def id_on(node: str, which: int) -> str:
    """Return the id of a call; all other names are the same on both nodes."""
    return call_id(which if node == A else 1000 + which)


def named(told: Telling, node: str, which: int) -> Telling:
    def own(line: str) -> str:
        return (
            line.replace(CALL, id_on(node, which))
            .replace(f"{BOOT}-1795296635.0", f"{BOOT}-1795296635.{which}")
            .replace(f"{BOOT}-1795296640.9", f"{BOOT}-1795296640.9{which}")
        )

    journals = (told.cel, told.queue_log, told.dialogue, told.site)
    cel, queue_log, dialogue, site = ([own(line) for line in lines] for lines in journals)
    return Telling(cel=cel, queue_log=queue_log, dialogue=dialogue, site=site)


@dataclass
class House:
    """A room whose journals are those of two nodes, and the ledgers that read them."""

    room: Room
    each_its_own: bool

    def importers(self) -> Sequence[JournalImporter]:
        """Return the ledgers as they are after a start."""
        if self.each_its_own:
            return self.room.importer(A), self.room.importer(B)
        return (self.room.importer(A, B),)

    def write(self, node: str, name: str, content: bytes) -> None:
        folder = self.room.settings.paths.journals / node
        folder.mkdir(exist_ok=True)
        with (folder / name).open("ab") as file:
            file.write(content)

    def tell(self, node: str, told: Telling) -> None:
        for name, lines in (
            ("cel.csv", told.cel),
            ("queue_log", told.queue_log),
            ("dialogue-1-1.jsonl", told.dialogue),
            ("site.jsonl", told.site),
        ):
            self.write(node, name, "".join(f"{line}\n" for line in lines).encode())

    def has_calls_in_every_state(self, node: str) -> None:
        for which, told in enumerate(OPEN.values()):
            self.tell(node, named(told(), node, which))

    def crashes(self, node: str) -> None:
        """The node's Asterisk dies, and starts again."""
        told = Telling()
        told.switch("switch_died", 100.0)
        told.switch("switch_started", 100.3, boot="trknew")
        self.tell(node, told)

    async def rows_of(self, node: str) -> list[tuple[object, ...]]:
        found = await self.room.rows(
            "SELECT * FROM calls WHERE node = :node ORDER BY id", node=node
        )
        return [tuple(row.values()) for row in found]

    async def states_of(self, node: str) -> list[tuple[object, ...]]:
        found = await self.room.rows(
            "SELECT state, disposition FROM calls WHERE node = :node ORDER BY id", node=node
        )
        return [tuple(row.values()) for row in found]


@pytest_asyncio.fixture(params=[False, True], ids=["one ledger", "one each"])
async def house(
    request: pytest.FixtureRequest, tmp_path: Path, database_url: str
) -> AsyncIterator[House]:
    made = engine(database_url)
    yield House(Room(home(tmp_path / "home", database_url), made), request.param)
    await made.dispose()


async def all_catch_up(importers: Sequence[JournalImporter]) -> None:
    for importer in importers:
        await catch_up(importer)


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_crash_of_one_switch_ends_its_calls_and_none_of_the_others(
    house: House, *, restarted: bool
) -> None:
    importers = house.importers()
    for node in (A, B):
        house.has_calls_in_every_state(node)
        await all_catch_up(importers)
    going_on = [(state, None) for state in OPEN]
    assert (await house.states_of(A), await house.states_of(B)) == (going_on, going_on)
    before = await house.rows_of(B)
    house.crashes(A)
    if restarted:
        importers = house.importers()
    await all_catch_up(importers)
    assert await house.states_of(A) == [("ended", "switch_crash")] * len(OPEN)
    assert await house.rows_of(B) == before
    await all_catch_up(house.importers())
    assert await house.rows_of(B) == before, "nor when a ledger starts afterwards"


async def test_the_others_calls_go_on_and_end_as_they_end(house: House) -> None:
    importers = house.importers()
    for node in (A, B):
        house.has_calls_in_every_state(node)
    house.crashes(A)
    await all_catch_up(importers)
    for which in range(len(OPEN)):
        goes = Telling()
        goes.hangs_up(200.0)
        house.tell(B, named(goes, B, which))
    await all_catch_up(importers)
    assert await house.states_of(B) == [
        ("ended", "abandoned_ringing"),
        ("ended", "abandoned_dialogue"),
        ("ended", "abandoned_queue"),
        ("ended", "agent"),
        ("ended", "message"),
    ]
    assert await house.states_of(A) == [("ended", "switch_crash")] * len(OPEN)


async def test_a_ledger_knows_the_calls_of_its_own_nodes_only(house: House) -> None:
    for node in (A, B):
        house.has_calls_in_every_state(node)
    await all_catch_up(house.importers())
    house.crashes(B)
    ours = house.room.importer(A)
    await catch_up(ours)
    assert (ours.open_calls, ours.in_memory) == (len(OPEN), len(OPEN))
    assert await house.states_of(B) == [(state, None) for state in OPEN], "B's ledger is not there"


async def test_lines_that_come_after_the_crash_of_the_other_change_nothing_either(
    house: House,
) -> None:
    importers = house.importers()
    house.crashes(A)
    await all_catch_up(importers)
    for node in (B, A):
        house.has_calls_in_every_state(node)
        await all_catch_up(importers)
    assert await house.states_of(B) == [(state, None) for state in OPEN]
    assert await house.states_of(A) == [("ended", "switch_crash")] * len(OPEN)


@pytest.mark.parametrize("seed", range(3))
async def test_of_two_nodes_the_same_is_kept_together_as_apart(
    house: House, tmp_path: Path, seed: int
) -> None:
    journals = {A: many_calls(MANY).files, B: _others(many_calls(MANY, seed=2, first=1).files)}
    chance = random.Random(seed)
    left = {(node, name): content for node in journals for name, content in journals[node].items()}
    importers = house.importers()
    while any(left.values()):
        node, name = chance.choice([key for key, content in left.items() if content])
        cut = chance.randrange(1, 3000)
        house.write(node, name, left[node, name][:cut])
        left[node, name] = left[node, name][cut:]
        if chance.random() < 0.1:
            importers = house.importers()
        if chance.random() < 0.5:
            await chance.choice(importers).turn(NOW)
    await all_catch_up(importers)
    found = await _ended_as(house.room)
    assert len(found) == 2 * MANY
    for node, files in journals.items():
        folder = tmp_path / f"alone-{node}"
        alone = await _kept_alone(folder, files, house.room)
        assert {key: one for key, one in found.items() if one["node"] == node} == {
            key: dict(one) | {"node": node} for key, one in alone.items()
        }


async def test_the_story_of_a_call_holds_nothing_of_its_namesake(house: House) -> None:
    for node, told in ((A, talked()), (B, hung_up_while_ringing())):
        house.tell(node, named(told, node, 0))
    await all_catch_up(house.importers())
    async with house.room.engine.connect() as connection:
        story = await queries.call(
            connection, id_on(B, 0), reach=EVERYTHING, ticket_reach=EVERYTHING
        )
    assert story is not None
    assert (story.call.node, story.call.linkedid) == (B, f"{BOOT}-1795296635.0")
    assert len(story.events) == len(hung_up_while_ringing().cel)
    assert {one.node for one in story.events} == {B}


async def test_who_talked_is_who_sat_at_that_seat_of_that_node(house: House) -> None:
    for node, numbers in ((A, ("1002", "1003")), (B, ("2002", "2003"))):
        for number, seat in zip(numbers, ("8102", "8103"), strict=True):
            await sat(house.room, number, seat, since=at(0), until=None, node=node)
        house.tell(node, named(handed_over(), node, 0))
    await all_catch_up(house.importers())
    for node, expected in ((A, ["1001", "1002", "1003"]), (B, ["1001", "2002", "2003"])):
        rows = await house.room.rows(
            "SELECT agent FROM talk_segments WHERE call_id = :call ORDER BY from_at",
            call=id_on(node, 0),
        )
        assert [row["agent"] for row in rows] == expected


async def test_the_audio_of_another_node_is_not_missed_here(house: House) -> None:
    for node in (A, B):
        house.tell(node, named(talked(), node, 0))
    await all_catch_up(house.importers())
    paths = house.room.settings.paths
    intake = RecordingIntake(
        house.room.engine,
        calls=paths.spool_calls,
        messages=paths.spool_messages,
        whispers=paths.spool_whispers,
        store=paths.store,
        zone=ZoneInfo("UTC"),
        house=clocks_of(Settings()),
        node=A,
    )
    async with house.room.engine.connect() as connection:
        story = await queries.call(
            connection, id_on(B, 0), reach=EVERYTHING, ticket_reach=EVERYTHING
        )
    assert story is not None
    intake.look_at(story.call)
    await intake.turn(NOW + MISSING_AFTER_S)
    intake.close()
    rows = await house.room.rows("SELECT call_id, state FROM recordings")
    assert [(row["call_id"], row["state"]) for row in rows] == [(id_on(A, 0), "missing")]
    events = await house.room.rows("SELECT node FROM call_events WHERE name = 'recording_kept'")
    assert [row["node"] for row in events] == [A]


def _others(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Return journals with other ids of calls and the same names of everything else."""
    return {name: own.replace(b"-4000-8000-", b"-4000-9000-") for name, own in files.items()}


async def _kept_alone(
    folder: Path, files: Mapping[str, bytes], like: Room
) -> Mapping[str, Mapping[str, object]]:
    """Return the calls that a ledger keeps to which there is one node only."""
    for table in ("talk_segments", "call_events", "calls", "journal_positions"):
        async with like.engine.execution_options(writing=True).begin() as connection:
            await connection.exec_driver_sql(f"DELETE FROM {table}")
    room = Room(home(folder, like.settings.database), like.engine)
    for name, content in files.items():
        room.write(name, content)
    await catch_up(room.importer())
    return await _ended_as(room)


async def _ended_as(room: Room) -> dict[str, dict[str, object]]:
    rows = await room.rows("SELECT * FROM calls")
    return {str(row["id"]): {key: str(each) for key, each in row.items()} for row in rows}
