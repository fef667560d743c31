"""Edited texts of e-mails: what cannot be filled in is refused and named, and they are used."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callflow.call import Language
from features.ticket_classes.texts import EXAMPLE, GAPS, filled, text_for, unknown_gaps, words_of
from permissions.roles import Role
from tests.integration.desk_room import CSRF, fill
from tests.integration.page_room import Pages, Seen, pages

API = "/api/v1/ticket-classes"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Pages]:
    await fill(tmp_path, "")
    async with pages(tmp_path, "") as found:
        yield found


def test_gaps_that_nobody_fills_are_found_as_they_are_written() -> None:
    assert unknown_gaps("{ticket} {due} {body} {answer}") == []
    odd = unknown_gaps("{Ticket} {名字} {} {名字} { ticket }")
    assert odd == ["{Ticket}", "{名字}", "{}", "{ ticket }"]
    assert unknown_gaps("a { b") == []


def test_what_is_filled_in_is_never_filled_in_again() -> None:
    said = words_of("{ticket}: {body}", number="7", due=None, body="{answer} {x}", answer="no")
    assert said == "7: {answer} {x}"
    for language in Language:
        assert set(EXAMPLE[language]) == set(GAPS)
    assert filled("{other}", {}) == "{other}"


async def test_a_text_with_an_unknown_gap_is_refused_and_named(desk: Pages) -> None:
    async with desk.room.seated(Role.TEAM_LEADER) as leader:
        [one, *others] = (await leader.get(API, params={"sort": "mail"})).json()
        assert [each["use"] for each in (one, *others)] == [
            *("received", "answered", "dispatched", "chased"),
        ]
        given = {"name": one["name"], "text": "{ticket} {when}", "version": 1}
        refused = await leader.put(f"{API}/{one['id']}", json=given)
        assert refused.status_code == 422
        assert "{when}" in refused.json()["detail"]
        added = await leader.post(API, json={"sort": "mail", "name": "新", "text": "{when}"})
        assert added.status_code == 422
        plain = await leader.post(API, json={"sort": "nature", "name": "新", "text": "{when}"})
        assert plain.status_code == 201
    form = {"csrf": CSRF, "name": one["name"], "text": "您好 {when}", "place": "0", "version": "1"}
    async with desk.person(Role.TEAM_LEADER) as leader:
        answer = await leader.post(f"/ticket-classes/{one['id']}", data=form)
        shown = await leader.get(f"/ticket-classes/{one['id']}")
    page = Seen(answer.text)
    assert answer.status_code == 422
    assert "不能填入：{when}" in page.text
    assert "您好 {when}" in page.text
    assert "20261121-00042" in Seen(shown.text).text, "the preview"
    assert "自动回复" in Seen(shown.text).text


async def test_a_renamed_text_is_still_found_and_a_retired_one_is_not_used(desk: Pages) -> None:
    async with desk.room.seated(Role.TEAM_LEADER) as leader:
        [one, *_] = (await leader.get(API, params={"sort": "mail"})).json()
        given = {"name": "收到", "text": "{ticket} 收到", "version": 1}
        assert (await leader.put(f"{API}/{one['id']}", json=given)).status_code == 200
        database = desk.room.app.state.database
        found = await database.ask(lambda one: text_for(one, "received"), within=5)
        assert found == "{ticket} 收到"
        retired = await leader.put(
            f"{API}/{one['id']}", json=given | {"version": 2, "retired": True}
        )
        assert retired.status_code == 200
        assert await database.ask(lambda one: text_for(one, "received"), within=5) == ""


async def test_the_text_of_a_dispatch_has_a_departments_gaps_and_is_built_in_while_empty(
    desk: Pages,
) -> None:
    async with desk.room.seated(Role.TEAM_LEADER) as leader:
        every = (await leader.get(API, params={"sort": "mail"})).json()
        one = next(each for each in every if each["use"] == "dispatched")
        assert one["text"] == "", "nobody has edited it"
        given = {"name": one["name"], "version": 1}
        refused = await leader.put(f"{API}/{one['id']}", json=given | {"text": "{order} {body}"})
        assert refused.status_code == 422
        assert "{body}" in refused.json()["detail"]
        assert "{link}" in refused.json()["detail"]
    async with desk.person(Role.TEAM_LEADER) as leader:
        page = Seen((await leader.get(f"/ticket-classes/{one['id']}")).text)
        assert "派单发给部门的邮件" in page.text
        assert "没有填写：用系统自带的文本" in page.text
        form = {"csrf": CSRF, "name": one["name"], "text": "快办 {order}", "place": "2"}
        saved = await leader.post(f"/ticket-classes/{one['id']}", data=form | {"version": "1"})
        assert saved.status_code == 303
        page = Seen((await leader.get(f"/ticket-classes/{one['id']}")).text)
        assert "快办 20261121-00042-1" in page.text
        assert "desk.example.com" in page.text, "the link stands at its end"
