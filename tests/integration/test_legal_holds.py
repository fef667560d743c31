"""A legal hold wins: neither age nor an erasure takes what it keeps; lifted, it goes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.engine import engine
from features.audit.tables import AuditRow
from ledger.retention import Retention
from permissions.roles import Role
from tests.integration.desk_room import BEGAN, CALLS, NUMBER, call_id, opened, ticket_number
from tests.integration.erased_house import API as PERSONS
from tests.integration.erased_house import LATER, asked, carried_out
from tests.integration.page_room import NamedAssets, Pages
from upkeep_settings import UpkeepSettings

API = "/api/v1/legal-holds"
KEEP = UpkeepSettings.model_validate(
    {"keep_recordings": 1, "keep_calls": 1, "keep_journals": 1, "keep_tickets": 1}
)


@pytest.fixture
async def desk(filled: tuple[Path, str]) -> AsyncIterator[Pages]:
    async with opened(*filled) as room:
        room.app.state.assets = NamedAssets(filled[0])
        yield Pages(room)


async def put(desk: Pages, role: Role = Role.MANAGER, **given: Any) -> tuple[int, Any]:
    async with desk.room.seated(role) as person:
        answer = await person.post(API, json={"why": "法院来函", **given})
    return answer.status_code, answer.json()


async def lifted(desk: Pages, hold: int, why: str = "结案") -> tuple[int, Any]:
    async with desk.room.seated(Role.ADMINISTRATOR) as person:
        answer = await person.post(f"{API}/{hold}/lift", json={"why": why})
    return answer.status_code, answer.json()


async def years_later(desk: Pages) -> None:
    """Let everything be too old."""
    settings = desk.room.settings
    made: AsyncEngine = engine(settings.database)
    async with made.execution_options(writing=True).begin() as connection:
        await connection.execute(text("UPDATE tickets SET state = 'answered'"))
    retention = Retention(
        made, settings.paths.store, keep=KEEP, node="node1", logs=settings.paths.log, region="CN"
    )
    for turn in range(3):
        await retention.turn((BEGAN + timedelta(days=900, minutes=turn)).timestamp())
    await made.dispose()


async def told(desk: Pages, query: str) -> list[Any]:
    async def ask(connection: Any) -> list[Any]:
        return list((await connection.execute(text(query))).scalars())

    found: list[Any] = await desk.room.app.state.database.ask(ask, within=30)
    return found


async def of(desk: Pages, call: str) -> Mapping[str, Any]:
    """Return what is left of one call."""
    settings = desk.room.settings
    states = await told(desk, f"SELECT state FROM recordings WHERE call_id = '{call}'")
    paths = await told(desk, f"SELECT path FROM recordings WHERE call_id = '{call}'")
    return {
        "number": (await told(desk, f"SELECT number FROM calls WHERE id = '{call}'"))[0],
        "recorded": states,
        "files": [bool(each) and (settings.paths.store / each).is_file() for each in paths],
        "events": (
            await told(
                desk,
                "SELECT count(*) FROM call_events WHERE about IN ("
                f"'{call}', (SELECT linkedid FROM calls WHERE id = '{call}'))",
            )
        )[0],
        "ticket": (await told(desk, f"SELECT body FROM tickets WHERE call_id = '{call}'"))[0],
    }


async def test_a_held_call_stays_when_all_others_go_and_goes_when_it_is_lifted(
    desk: Pages,
) -> None:
    kept, gone = call_id(1), call_id(2)
    before = await of(desk, kept)
    assert before["files"] == [True]
    status, hold = await put(desk, thing="call", subject=kept, reference="(2026) 沪 01 号")
    assert (status, hold["stands"], hold["call_id"], hold["number"]) == (201, True, kept, None)
    await years_later(desk)
    assert await of(desk, kept) == before
    assert await of(desk, gone) == {
        "number": "",
        "recorded": ["removed"],
        "files": [False],
        "events": 0,
        "ticket": "",
    }
    status, over = await lifted(desk, hold["id"])
    assert (status, over["stands"], over["lifted_why"]) == (200, False, "结案")
    await years_later(desk)
    assert await of(desk, kept) == await of(desk, gone)
    assert sum(await told(desk, "SELECT count FROM destructions WHERE what = 'recordings'")) >= 2


@pytest.mark.parametrize("thing", ["ticket", "number"])
async def test_a_held_ticket_keeps_its_call_and_a_held_number_everything(
    desk: Pages, thing: str
) -> None:
    before = [await of(desk, call_id(which)) for which in range(1, CALLS + 1)]
    subject = ticket_number(1) if thing == "ticket" else "138-1234-5678"
    status, hold = await put(desk, thing=thing, subject=subject)
    assert status == 201, hold
    await years_later(desk)
    after = [await of(desk, call_id(which)) for which in range(1, CALLS + 1)]
    stays = [one for one, other in zip(before, after, strict=True) if one == other]
    assert len(stays) == (1 if thing == "ticket" else CALLS)


async def test_a_hold_ends_with_its_last_day(desk: Pages) -> None:
    today = datetime.now(desk.room.settings.zone).date()
    status, told_why = await put(
        desk, thing="call", subject=call_id(1), until=f"{today - timedelta(days=1)}"
    )
    assert status == 422, told_why
    status, _ = await put(desk, thing="call", subject=call_id(1), until=f"{today}")
    assert status == 201
    await years_later(desk)
    assert (await of(desk, call_id(1)))["recorded"] == ["removed"], "its last day is long over"


@pytest.mark.parametrize("thing", ["call", "ticket", "number"])
async def test_nobody_is_erased_of_whom_something_is_held(desk: Pages, thing: str) -> None:
    subject = {"call": call_id(1), "ticket": ticket_number(1), "number": NUMBER}[thing]
    _, hold = await put(desk, thing=thing, subject=subject)
    async with desk.room.seated(Role.MANAGER) as person:
        seen = await person.post(f"{PERSONS}/preview", json={"number": NUMBER})
        wanted = {"number": NUMBER, "why": "本人来函", "seen": seen.json()["seen"]}
        answer = await person.post(f"{PERSONS}/erasures", json=wanted)
    assert answer.status_code == 409, answer.text
    assert f"hold {hold['id']}" in answer.json()["detail"]
    await lifted(desk, hold["id"])
    await asked(desk)


async def test_one_number_of_a_customer_is_not_erased_while_another_is_held(desk: Pages) -> None:
    other = "13700000009"
    numbers = [{"number": NUMBER}, {"number": other}]
    known = {"name": "张三丰", "sort": "normal", "numbers": numbers}
    async with desk.room.seated(Role.MANAGER) as person:
        seen = (await person.get(f"/api/v1/customers/{NUMBER}")).json().get("updated_at")
        kept = await person.put(f"/api/v1/customers/{NUMBER}", json={**known, "seen": seen})
        assert kept.is_success, kept.text
        _, hold = await put(desk, thing="number", subject=other)
        look = await person.post(f"{PERSONS}/preview", json={"number": NUMBER})
        wanted = {"number": NUMBER, "why": "本人来函", "seen": look.json()["seen"]}
        answer = await person.post(f"{PERSONS}/erasures", json=wanted)
    assert answer.status_code == 409, answer.text
    assert f"hold {hold['id']}" in answer.json()["detail"]


async def test_a_hold_that_comes_after_the_wish_stops_its_erasure(desk: Pages) -> None:
    await asked(desk)
    before = await of(desk, call_id(1))
    _, hold = await put(desk, thing="call", subject=call_id(1))
    await carried_out(desk.room, turns=2)
    assert await of(desk, call_id(1)) == before
    await lifted(desk, hold["id"])
    await carried_out(desk.room, now=LATER + 7200)
    assert (await of(desk, call_id(1)))["number"] == ""


async def test_who_puts_and_lifts_what_is_on_record_and_wrong_input_is_told(desk: Pages) -> None:
    status, _ = await put(desk, Role.TEAM_LEADER, thing="call", subject=call_id(1))
    assert status == 403
    wrong: Sequence[tuple[dict[str, Any], int]] = (
        ({"thing": "call", "subject": "nothing"}, 404),
        ({"thing": "ticket", "subject": "20260101-00000"}, 404),
        ({"thing": "number", "subject": "abc"}, 422),
        ({"thing": "all", "subject": "x"}, 422),
        ({"thing": "call", "subject": call_id(1), "why": " "}, 422),
    )
    for given, expected in wrong:
        assert (await put(desk, **given))[0] == expected, given
    _, hold = await put(desk, thing="call", subject=call_id(1).upper())
    assert (await put(desk, thing="call", subject=call_id(1)))[0] == 409
    assert (await lifted(desk, hold["id"], " "))[0] == 422
    assert (await lifted(desk, hold["id"]))[0] == 200
    assert (await lifted(desk, hold["id"]))[0] == 409
    assert (await lifted(desk, 99))[0] == 404
    await desk.room.app.state.database.settled()
    query = select(AuditRow.action, AuditRow.why).where(AuditRow.action.startswith("legal_hold"))

    async def entries(connection: Any) -> Any:
        return [tuple(row) for row in await connection.execute(query.order_by(AuditRow.id))]

    assert await desk.room.app.state.database.ask(entries, within=30) == [
        ("legal_hold.put", "法院来函"),
        ("legal_hold.lifted", "结案"),
    ]


async def test_the_pages_put_show_and_lift_a_hold(desk: Pages) -> None:
    ticket = ticket_number(1)
    async with desk.person(Role.MANAGER) as person:
        empty = await person.get("/legal-holds")
        assert "还没有设置过保全" in empty.text
        form = {"csrf": "c" * 43, "thing": "ticket", "subject": "1", "why": "仲裁", "until": "昨天"}
        wrong = await person.post("/legal-holds", data=form)
        assert wrong.status_code == 422
        assert 'value="仲裁"' in wrong.text, "what was typed stays"
        saved = await person.post("/legal-holds", data={**form, "subject": ticket, "until": ""})
        assert saved.status_code == 303, saved.text
        assert "证据保全 1" in (await person.get(f"/tickets/{ticket}")).text
        assert "保全中" in (await person.get("/legal-holds")).text
        none = await person.post("/legal-holds/1/lift", data={"csrf": "c" * 43, "why": ""})
        assert none.status_code == 422
        assert "请写明原因" in none.text
        done = await person.post("/legal-holds/1/lift", data={"csrf": "c" * 43, "why": "撤诉"})
        assert done.status_code == 303
        again = await person.post("/legal-holds/1/lift", data={"csrf": "c" * 43, "why": "撤诉"})
        assert again.status_code == 409
        assert "这项保全已经解除" in again.text
        assert "已解除" in (await person.get("/legal-holds")).text
        assert "证据保全 1" not in (await person.get(f"/tickets/{ticket}")).text
    assert (await told(desk, "SELECT count(*) FROM legal_holds"))[0] == 1
