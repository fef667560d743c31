"""One person's data: shown, given out, then erased, and nowhere in the home any more (PIPL).

Every file of the home is searched, the database's bytes and its log too, for the number in every
spelling and for the name.
"""

import contextlib
import io
import itertools
import json
import zipfile
from typing import Any

import pytest
from sqlalchemy import select, update

from db.engine import engine
from db.sought import folded
from db.terms import of_word
from features.audit import chain
from features.audit import erasing as audit_erasing
from features.call_recordings.tables import RecordingRow
from features.calls.tables import Call, CallerNumberRow
from features.campaigns import contacts
from features.campaigns import queries as campaigns
from features.campaigns.tables import CampaignContactRow
from features.customers.tables import CustomerRow
from features.do_not_call import queries as do_not_call
from features.do_not_call.queries import Entry
from features.handovers.tables import HandoverRow
from features.personal_data import cleaning
from features.personal_data import erasing as erasing_module
from features.personal_data import rows as rows_module
from features.personal_data.erasing import Erasing
from features.personal_data.tables import DestructionRow, ErasureRow
from features.tickets.tables import TicketRow, TicketTermsRow
from ledger.journal import Journals
from permissions.roles import Role
from settings import Settings
from tests.integration.campaign_room import campaign, people
from tests.integration.desk_room import BEGAN, NAME, NUMBER, Room, call_id, recording_id
from tests.integration.erased_house import (
    API,
    LATER,
    OTHER,
    OTHERS_NAME,
    asked,
    carried_out,
    files_of,
    holding,
    listed,
    people_of,
    rows,
    settled,
)
from tests.integration.page_room import NamedAssets, Pages
from tests.integration.records_room import one_of_everything
from tests.numbers import known_as


@pytest.fixture
async def house(desk: Room) -> Pages:
    """A home of which everything says the person, and some of it another one."""
    desk.app.state.assets = NamedAssets(desk.settings.home)
    pages = Pages(desk)
    await pages.write(one_of_everything)
    await pages.write(settled)
    files_of(desk.settings.home)
    return pages


async def test_nothing_of_an_erased_person_is_in_the_whole_home(house: Pages) -> None:
    home, desk = house.room.settings.home, house.room
    before = holding(home)
    assert {"journal/node1/cel.csv", "log/desk.log", "log/asterisk.log.1.gz"} <= before.keys()
    sizes = {path: path.stat().st_size for path in (home / "journal").rglob("*") if path.is_file()}

    asked_for = await asked(house)
    await carried_out(desk)

    async with rows(desk) as connection:
        erased = (await connection.execute(select(ErasureRow.__table__))).mappings().one()
        assert (erased["state"], erased["left"]) == ("done", []), dict(erased)
        assert (erased["identity"], erased["names"], erased["found"]) == ("", [], {})
        checked = await chain.check(connection)
        assert checked.broken is None, checked
        calls = (await connection.execute(select(Call.id, Call.number, Call.name))).all()
        assert {tuple(row) for row in calls} == {
            *((call_id(which), "", "") for which in range(1, 5)),
            (call_id(5), OTHER, OTHERS_NAME),
        }
        ticket = select(TicketRow.customer_name, TicketRow.body).where(
            TicketRow.call_id == call_id(5)
        )
        assert (await connection.execute(ticket)).one() == (OTHERS_NAME, "请回电 [erased] [erased]")
        assert (await connection.execute(select(CallerNumberRow.number))).scalars().all() == [OTHER]
        kept_ones = select(TicketTermsRow.terms).order_by(TicketTermsRow.ticket_id)
        told = (await connection.execute(kept_ones)).scalars().all()
        texts = select(TicketRow.__table__).order_by(TicketRow.id)
        for row, kept_now in zip((await connection.execute(texts)).mappings(), told, strict=True):
            assert of_word("erased") <= set(kept_now) or row["body"] == ""
            assert not of_word(folded(NAME)) <= set(kept_now)
            assert not of_word(NUMBER) <= set(kept_now)
        staff = (await connection.execute(select(HandoverRow.staff))).scalar_one()
        assert staff == f"[erased] 来过，{OTHERS_NAME} 也来过"
        assert not (await connection.execute(select(CustomerRow.identity))).all()
        proof = (await connection.execute(select(DestructionRow.__table__))).mappings().all()
        assert {row["rule"] for row in proof} == {f"erasure {asked_for['id']}"}
        assert {"calls", "recordings", "voices", "customers"} <= {row["what"] for row in proof}
        kept = select(RecordingRow.state, RecordingRow.sha256).order_by(RecordingRow.id)
        states = (await connection.execute(kept)).all()
        assert [state for state, _ in states].count("removed") == 4
        assert all(sha256 for _, sha256 in states)
    assert (home / f"store/2026/11/21/{recording_id(5)}.wav").exists()
    assert not (home / f"store/2026/11/21/{recording_id(1)}.wav").exists()
    assert not (home / f"spool/calls/{call_id(2)}.raw").exists()
    assert {path: path.stat().st_size for path in sizes} == sizes, "a position would be wrong"
    assert OTHER in (home / "journal/node1/queue_log").read_text()
    assert OTHER in (home / "log/desk.log").read_text()
    assert holding(home) == {}


async def test_the_journals_are_read_on_as_if_nothing_had_been(house: Pages) -> None:
    folder = house.room.settings.paths.journals
    journals = Journals(folder, {}, nodes=["node1"])
    before = journals.read(LATER)
    await asked(house)
    await carried_out(house.room)
    after = Journals(folder, {}, nodes=["node1"]).read(LATER)
    assert after.after == before.after
    assert not after.rejects
    assert {event.about for event in after.events} - {""} == {"trk-5.0", call_id(5)}
    cel = folder / "node1" / "cel.csv"
    with cel.open("a") as file:
        file.write('"ANSWER","1795296639.1","trk-9.0","trk-9.0","c","","","","","","",""\n')
    journals.moved(before)
    assert [event.about for event in journals.read(LATER + 1).events] == ["trk-9.0"]


async def test_whose_ticket_is_open_is_told_so_and_goes_when_it_is_settled(house: Pages) -> None:
    desk = house.room
    await house.write(
        lambda one: one.execute(
            update(TicketRow).where(TicketRow.call_id == call_id(1)).values(state="dispatched")
        )
    )
    async with desk.seated(Role.MANAGER) as person:
        seen = (await person.post(f"{API}/preview", json={"number": NUMBER})).json()
    assert {each["what"]: each["kept"] for each in seen["held"]}["tickets"] == 1
    await asked(house)
    await carried_out(desk)
    [waits] = await listed(desk)
    assert (waits["state"], waits["kept"]) == ("waiting", {"personal.kept_tickets": 1})
    assert await people_of(desk, TicketRow.customer_number) == {"", NUMBER, OTHER}
    assert await people_of(desk, Call.number) == {"", OTHER}, "the rest goes at once"
    await house.write(
        lambda one: one.execute(
            update(TicketRow).where(TicketRow.call_id == call_id(1)).values(state="answered")
        )
    )
    await carried_out(desk, now=LATER + 7200)
    [done] = await listed(desk)
    assert (done["state"], done["kept"], done["left"]) == ("done", {}, [])
    assert holding(desk.settings.home) == {}


async def test_a_complaint_stays_for_as_long_as_the_law_says(house: Pages) -> None:
    await asked(house)
    days = (LATER - BEGAN.timestamp()) / 86_400
    await carried_out(house.room, complaints_days=int(days) + 2)
    assert [each["state"] for each in await listed(house.room)] == ["waiting"]
    await carried_out(house.room, now=LATER + 3 * 86_400, complaints_days=int(days) + 2)
    assert [each["state"] for each in await listed(house.room)] == ["done"]


async def test_who_is_on_the_telephone_is_erased_after_the_call(house: Pages) -> None:
    await house.write(
        lambda one: one.execute(update(Call).where(Call.id == call_id(1)).values(state="talking"))
    )
    await asked(house)
    await carried_out(house.room)
    assert [each["state"] for each in await listed(house.room)] == ["asked"]
    assert await people_of(house.room, Call.number) == {NUMBER, OTHER}, "nothing half done"
    await house.write(
        lambda one: one.execute(update(Call).where(Call.id == call_id(1)).values(state="ended"))
    )
    await carried_out(house.room, now=LATER + 3600)
    assert [each["state"] for each in await listed(house.room)] == ["done"]


async def test_a_name_that_others_have_too_is_theirs(house: Pages) -> None:
    await house.write(
        lambda one: one.execute(update(Call).where(Call.id == call_id(5)).values(name=NAME))
    )
    await asked(house)
    await carried_out(house.room)
    [done] = await listed(house.room)
    assert (done["state"], done["left"]) == ("done", [])
    assert await people_of(house.room, Call.name) == {"", NAME}
    async with rows(house.room) as connection:
        staff = (await connection.execute(select(HandoverRow.staff))).scalar_one()
    assert NAME in staff, "whose of both it was, nobody knows"


async def test_the_rest_of_another_node_waits_for_its_ledger(house: Pages) -> None:
    desk = house.room
    await house.write(
        lambda one: one.execute(update(Call).where(Call.id == call_id(1)).values(node="node2"))
    )
    await asked(house)
    await carried_out(desk)
    assert [each["state"] for each in await listed(desk)] == ["files"]
    made = engine(desk.settings.database)
    there = Settings(home=desk.settings.home, node="node2", database_url=desk.settings.database_url)
    other = Erasing(made, there.database, there.paths, region="CN")
    for turn in range(4):
        await other.turn(LATER + 3600 + turn)
    await made.dispose()
    assert [each["state"] for each in await listed(desk)] == ["done"]


async def test_a_person_is_given_everything_as_one_readable_file(house: Pages) -> None:
    body = {"number": f"+86 {NUMBER}", "why": "本人来函"}
    async with house.room.seated(Role.ADMINISTRATOR) as person:
        answer = await person.post(f"{API}/export", json=body)
    assert answer.headers["content-type"] == "application/zip"
    assert NUMBER not in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        names = set(package.namelist())
        told = json.loads(package.read("data.json"))
        first = package.read("README.txt").decode()
        calls = package.read("calls.csv").decode("utf-8-sig")
    voices = {f"voices/{recording_id(which)}.wav" for which in range(1, 5)}
    assert voices | {"README.txt", "data.json", "calls.csv", "tickets.csv"} <= names
    assert f"voices/{recording_id(5)}.wav" not in names, "another person's"
    assert {row["id"] for row in told["calls"]} == {call_id(which) for which in range(1, 5)}
    assert NUMBER in first
    assert calls.count("\n") == 5
    assert OTHER not in json.dumps(told)


async def test_roles_that_do_not_answer_for_it_are_refused(house: Pages) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR, Role.MANAGER}:
        async with house.room.seated(role) as person:
            assert (await person.post(f"{API}/preview", json={"number": NUMBER})).status_code == 403
            assert (await person.get("/personal-data")).status_code == 403


async def test_the_wish_not_to_be_called_outlives_the_person(house: Pages) -> None:
    desk = house.room
    identity = known_as(NUMBER)
    entry = Entry(NUMBER, identity, f"{NAME} 不要来电", BEGAN, "1001")
    await house.write(lambda one: do_not_call.put(one, entry))
    await asked(house)
    await carried_out(desk)
    assert holding(desk.settings.home) == {}
    async with rows(desk) as connection:
        assert await do_not_call.on_it(connection, [identity, known_as(OTHER)]) == {identity}
        assert (await do_not_call.one(connection, identity)) is not None
    await house.write(
        lambda one: campaigns.make(one, campaign(), people(2), made_by=None, now=BEGAN, due=BEGAN)
    )
    await house.write(
        lambda one: one.execute(
            update(CampaignContactRow)
            .where(CampaignContactRow.position == 1)
            .values(number=NUMBER, identity=identity)
        )
    )
    made = engine(desk.settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        key = (await connection.execute(select(CampaignContactRow.campaign_id))).scalars().first()
        assert key is not None
        claimed = await contacts.claim(connection, key, until=BEGAN, limit=9)
        assert [each.unwilling for each in claimed] == [True, False]
    async with made.execution_options(writing=True).begin() as connection:
        assert await do_not_call.take_off(connection, identity), "who comes back may change it"
        assert await do_not_call.on_it(connection, [identity]) == set()
    await made.dispose()


async def test_who_dies_in_the_middle_goes_on_and_nothing_half_done_is_done(
    house: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked(house)
    desk, calls = house.room, itertools.count()
    ever_later = set(itertools.accumulate(range(60)))

    def dying(name: str, real: Any) -> Any:
        def one(*given: Any, **more: Any) -> Any:
            if next(calls) in ever_later:
                raise OSError(f"no room at {name}")
            return real(*given, **more)

        return one

    for module, name in (
        (rows_module, "leaf"),
        (rows_module, "erase"),
        (audit_erasing, "erase"),
        (erasing_module, "erase_files"),
        (erasing_module, "still_written"),
        (cleaning, "overwrite_what_is_free"),
    ):
        monkeypatch.setattr(module, name, dying(name, getattr(module, name)))
    for turn in range(120):
        with contextlib.suppress(OSError):
            await carried_out(desk, turns=1, now=LATER + turn * 120)
        [now] = await listed(desk)
        if now["state"] == "done":
            break
        assert now["done_at"] is None
    assert (now["state"], now["left"]) == ("done", [])
    monkeypatch.undo()
    assert holding(desk.settings.home) == {}
    async with rows(desk) as connection:
        assert (await chain.check(connection)).broken is None
