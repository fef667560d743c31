"""Webhooks at the desk: made, seen, decided about, by administrators only; each is on record."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from authentication.sealing import Seals
from db.engine import engine
from features.accounts import second_factor
from features.tickets import feed
from features.tickets.tables import TicketEntryRow
from features.webhooks import queries, sealed
from features.webhooks.tables import WebhookRow
from permissions.roles import Role
from tests.integration.desk_room import CSRF, Room, audit_entries
from tests.integration.test_event_feed import entry
from tests.integration.webhook_house import House, Receiver, receiver

ADMIN = Role.ADMINISTRATOR
API = "/api/v1/webhooks"
CRM = {"name": "CRM", "url": "https://crm.example.com/events", "kinds": ["note", "close"]}


async def write(desk: Room, change: Any) -> Any:
    return await desk.app.state.database.write(change, within=20)


async def happens(connection: AsyncConnection) -> None:
    """Have two notes and a look happen to tickets."""
    for which, what in ((1, "note"), (2, "look"), (3, "note")):
        await connection.execute(entry(which, what))
    await feed.number_new(connection)


async def _kept(connection: AsyncConnection) -> str:
    return str((await connection.execute(select(WebhookRow.secret))).scalar_one())


async def test_it_is_made_with_a_secret_that_is_told_once_and_kept_sealed(desk: Room) -> None:
    async with desk.client(ADMIN) as program:
        made = await program.post(API, json=CRM)
        assert made.status_code == 201, made.text
        secret, one = made.json()["secret"], made.json()["webhook"]
        assert secret.startswith("whsec_")
        listed, shown = await program.get(API), await program.get(f"{API}/{one['id']}")
    assert secret not in listed.text + shown.text
    assert (one["state"], one["position"], one["waiting"]) == ("active", 0, 0)
    kept = await desk.app.state.database.ask(_kept, within=20)
    assert kept.startswith("sealed:")
    seals = Seals(desk.settings.paths.sealing_key)
    assert sealed.opened(seals, one["id"], kept) == secret
    [entry] = await audit_entries(desk, "CRM")
    assert (entry.action, entry.detail) == ("webhook.made", CRM["url"])


@pytest.mark.parametrize("role", [role for role in Role if role is not ADMIN])
async def test_nobody_else_sees_or_makes_one(small_desk: Room, role: Role) -> None:
    async with small_desk.client(role) as program:
        assert (await program.get(API)).status_code == 403
        assert (await program.post(API, json=CRM)).status_code == 403


async def test_what_waits_is_counted_left_out_one_by_one_and_on_record(desk: Room) -> None:
    async with desk.client(ADMIN) as program:
        path = f"{API}/{(await program.post(API, json=CRM)).json()['webhook']['id']}"
        await write(desk, happens)
        assert (await program.get(path)).json()["waiting"] == 2, "a look is none of its kinds"
        late = await program.post(path, json={"verb": "discard", "seen": 2})
        assert (late.status_code, "Something else" in late.json()["detail"]) == (409, True)
        done = await program.post(path, json={"verb": "discard", "seen": 0})
        assert done.json()["webhook"]["position"] == 1
        assert done.json()["webhook"]["waiting"] == 1
        done = await program.post(path, json={"verb": "discard_all", "seen": 1})
        assert (done.json()["webhook"]["position"], done.json()["webhook"]["waiting"]) == (3, 0)
    told = [each.detail for each in await audit_entries(desk, "CRM")]
    assert sorted(told)[:2] == ["discard 1", "discard_all 3"]


async def test_a_new_secret_takes_the_place_of_the_old_one(desk: Room) -> None:
    async with desk.client(ADMIN) as program:
        made = (await program.post(API, json=CRM)).json()
        path = f"{API}/{made['webhook']['id']}"
        fresh = (await program.post(path, json={"verb": "new_secret"})).json()["secret"]
        assert fresh != made["secret"]
        kept = await desk.app.state.database.ask(_kept, within=20)
        seals = Seals(desk.settings.paths.sealing_key)
        assert sealed.opened(seals, made["webhook"]["id"], kept) == fresh
        assert (await program.post(path, json={"verb": "remove"})).json()["webhook"] is None
        assert (await program.get(path)).status_code == 404


async def test_there_are_only_so_many(small_desk: Room) -> None:
    async with small_desk.client(ADMIN) as program:
        answers = [await program.post(API, json=CRM) for _ in range(queries.MOST + 1)]
    assert [each.status_code for each in answers] == [201] * queries.MOST + [409]


async def test_without_the_key_that_sealed_others_no_new_one_hides_it(small_desk: Room) -> None:
    seals = Seals(small_desk.settings.paths.sealing_key)
    await write(small_desk, lambda one: second_factor.begin(one, 1, seals))
    seals.path.unlink()
    async with small_desk.client(ADMIN) as program:
        assert (await program.post(API, json=CRM)).status_code == 503
    assert not seals.path.exists()


async def test_a_new_key_of_the_home_opens_the_secrets_as_before(desk: Room) -> None:
    async with desk.client(ADMIN) as program:
        made = (await program.post(API, json=CRM)).json()
    seals = Seals(desk.settings.paths.sealing_key)
    seals.add_key()
    assert await write(desk, lambda one: sealed.seal_again(one, seals)) == (1, 0)
    seals.forget_old_keys()
    kept = await desk.app.state.database.ask(_kept, within=20)
    assert sealed.opened(seals, made["webhook"]["id"], kept) == made["secret"]
    seals.path.unlink()
    seals.seal("another", about="somebody")
    counted = await desk.app.state.database.ask(lambda one: sealed.looked_at(one, seals), within=20)
    assert counted == (0, 1)


@pytest.mark.usefixtures("built_pages")
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_page_shows_what_waits_and_what_was_answered(desk: Room, language: str) -> None:
    with receiver() as there:
        there.answers["/crm"] = lambda _: 503
        key = await _a_failing_one(desk, there)
    async with desk.seated(ADMIN) as person:
        every = await person.get(f"/webhooks?language={language}")
        one = await person.get(f"/webhooks/{key}?language={language}")
        assert (every.status_code, one.status_code) == (200, 200)
        assert f"/webhooks/{key}" in every.text
        for told in ("20261121-00001", "503", "/crm", 'value="retry"', 'value="discard"'):
            assert told in one.text, told
        paused = await person.post(f"/webhooks/{key}", data={"csrf": CSRF, "verb": "pause"})
        assert paused.headers["location"] == f"/webhooks/{key}"
        typed = {"csrf": CSRF, "name": "二", "url": "https://crm.example.com/", "kinds": "note, x"}
        wrong = await person.post("/webhooks", data=typed)
        assert (wrong.status_code, 'aria-invalid="true"' in wrong.text) == (422, True)
        made = await person.post("/webhooks", data=typed | {"kinds": "note, close"})
        assert (made.status_code, made.text.count("whsec_")) == (200, 1)


async def _a_failing_one(desk: Room, there: Receiver) -> str:
    """Make a webhook whose receiver refuses the first of two events."""
    settings = desk.settings.model_copy(update={"webhook_networks": "127.0.0.0/8"})
    desk.app.state.settings = settings
    async with desk.client(ADMIN) as program:
        asked = {"name": "CRM", "url": there.url("/crm"), "kinds": []}
        key = str((await program.post(API, json=asked)).json()["webhook"]["id"])
    await write(desk, happens)
    made = engine(settings.database)
    await House(settings, made).deliver()
    await made.dispose()
    return key


async def test_a_webhook_that_failed_is_told_at_its_place_in_the_navigation(desk: Room) -> None:
    async with desk.client(ADMIN) as program:
        await program.post(API, json=CRM)
    assert await desk.app.state.database.ask(_failed, within=20) == 0
    await write(desk, lambda one: one.execute(update(WebhookRow).values(state="failed")))
    assert await desk.app.state.database.ask(_failed, within=20) == 1


async def _failed(connection: AsyncConnection) -> int:
    return await queries.count_failed(connection, datetime.now(UTC))


async def test_erased_history_waits_for_nobody(desk: Room) -> None:
    async with desk.client(ADMIN) as program:
        path = f"{API}/{(await program.post(API, json=CRM)).json()['webhook']['id']}"
        await write(desk, happens)
        await write(desk, lambda one: one.execute(delete(TicketEntryRow)))
        assert (await program.get(path)).json()["waiting"] == 0
