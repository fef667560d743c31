"""Every change has one action: a page's form and the API leave the same rows, the same line in the
audit log and the same refusals, whoever asks.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from permissions.roles import Role
from tests.integration.desk_room import CSRF, NUMBER, NUMBERS, PASSWORD, Room
from tests.integration.homes import copied
from tests.integration.page_api_pairs import CUSTOMER, ENTRY, PAIRS, SEEN
from tests.integration.page_api_steps import (
    DONE,
    LEADER,
    Pair,
    asked,
    at_the_api,
    at_the_page,
    rows_of,
)
from tests.integration.page_room import NamedAssets, Pages, pages


@pytest_asyncio.fixture
async def both(
    request: pytest.FixtureRequest, template_of_everything: tuple[Path, str], tmp_path: Path
) -> AsyncIterator[tuple[Pages, Pages]]:
    """Two desks over the same rows: one is asked by its pages, the other by the API."""
    async with AsyncExitStack() as stack:
        found = []
        for home in (tmp_path / "page", tmp_path / "program"):
            own = stack.enter_context(copied(request, template_of_everything, home))
            found.append(await stack.enter_async_context(pages(*own)))
        yield found[0], found[1]


@pytest.mark.sqlite_first
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
async def test_a_page_and_a_program_leave_the_same(both: tuple[Pages, Pages], pair: Pair) -> None:
    gaps = [dict(await pair.prepared(desk)) if pair.prepared else {} for desk in both]
    for number, step in enumerate(pair.steps, 1):
        for desk in both:
            if step.before is not None:
                await desk.write(step.before)
        before = await rows_of(both[0])
        page = await at_the_page(both[0], pair, step, gaps[0])
        program = await at_the_api(both[1], pair, step, gaps[1])
        assert (page.answer, program.answer) == (step.answer, step.answer), f"step {number}"
        for table, rows in page.rows.items():
            assert rows == program.rows[table], f"step {number}: {table}"
        audited = step.audited if step.answer == DONE else 0
        assert len(page.rows["audit_log"]) == len(before["audit_log"]) + audited, f"step {number}"
        if not audited:
            assert page.rows == before, f"step {number} changed what it must not"


@pytest.mark.parametrize("role", list(Role))
async def test_who_may_on_the_page_may_by_the_api(small_desk: Room, role: Role) -> None:
    small_desk.app.state.assets = NamedAssets(small_desk.settings.home)
    async with small_desk.seated(role) as person:
        for pair in PAIRS:
            page, program = [await asked(person, route) for route in (pair.page, pair.program)]
            assert {page, program} <= {403, 404, 409, 413, 422, 200, 303}, (
                pair.name,
                page,
                program,
            )
            assert (page == 403) == (program == 403), pair.name


@pytest.mark.parametrize(
    ("password", "answer", "audited"),
    [("not-the-one", 401, "password.refused"), (PASSWORD, DONE, "session.began")],
)
async def test_who_signs_in_by_the_form_leaves_what_who_signs_in_by_the_api_does(
    both: tuple[Pages, Pages], password: str, answer: int, audited: str
) -> None:
    given = {"number": NUMBERS[LEADER], "password": password}
    async with both[0].room.client() as browser, both[1].room.client() as program:
        answers = (
            await browser.post("/login", data=given),
            await program.post("/api/v1/session", json=given),
        )
    assert [DONE if one.status_code < 400 else one.status_code for one in answers] == [answer] * 2
    page, api = [await rows_of(desk) for desk in both]
    for table, rows in page.items():
        assert _nameless(rows) == _nameless(api[table]), table
    assert [row["action"] for row in page["audit_log"]] == [audited]


async def test_who_signs_out_by_the_form_leaves_what_who_signs_out_by_the_api_does(
    both: tuple[Pages, Pages],
) -> None:
    async with both[0].person(LEADER) as browser, both[1].room.seated(LEADER) as program:
        page = await browser.post("/logout", data={"csrf": CSRF})
        api = await program.delete("/api/v1/session")
        assert (page.status_code, api.status_code) == (303, 204)
        assert (await browser.get("/api/v1/session")).status_code == 401
    rows = [await rows_of(desk) for desk in both]
    assert rows[0] == rows[1]
    assert [row["action"] for row in rows[0]["audit_log"]] == ["session.ended"]


def _nameless(rows: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """Return rows without what is drawn, and without what a browser calls itself."""
    return [{name: row[name] for name in row if name not in {"hash", "csrf"}} for row in rows]


@pytest.mark.parametrize("way", ["pages", "programs", "both"])
@pytest.mark.parametrize(
    ("path", "page", "typed", "kept"),
    [
        ("/api/v1/knowledge/1", "/knowledge/1/edit", ENTRY, "title"),
        (f"/api/v1/customers/{NUMBER}", f"/customers/{NUMBER}", CUSTOMER, "name"),
    ],
)
async def test_of_many_who_save_at_once_one_is_kept_and_all_others_see_it(
    both: tuple[Pages, Pages], path: str, page: str, typed: Mapping[str, str], kept: str, way: str
) -> None:
    desk = both[0]
    async with desk.room.seated(LEADER) as program, desk.person(LEADER) as person:

        def save(which: int) -> Awaitable[httpx.Response]:
            said = {**typed, kept: f"第{which}个", "seen": SEEN}
            if way == "pages" or (way == "both" and which % 2):
                return person.post(page, data=said)
            return program.put(path, json=said)

        answers = await asyncio.gather(*(save(which) for which in range(4)))
        now_so = (await program.get(path)).json()
    done = [which for which, each in enumerate(answers) if each.status_code < 400]
    assert len(done) == 1, [each.status_code for each in answers]
    assert now_so[kept] == f"第{done[0]}个"
    for which, answer in enumerate(answers):
        if which != done[0]:
            assert answer.status_code == 409
            assert now_so[kept] in answer.text, "who was later sees what is kept"
            assert now_so["updated_by"] in answer.text, "and whose it is"


@pytest.mark.parametrize("way", ["pages", "programs", "both"])
async def test_of_many_who_change_an_account_at_once_one_is_kept_and_all_others_are_told(
    both: tuple[Pages, Pages], way: str
) -> None:
    desk, number = both[0], NUMBERS[Role.INSPECTOR]
    who = Role.ADMINISTRATOR
    async with desk.room.seated(who) as program, desk.person(who) as person:

        def change(which: int) -> Awaitable[httpx.Response]:
            said = {"role": "inspector", "team": f"第{which}班", "version": "1"}
            if way == "pages" or (way == "both" and which % 2):
                return person.post(f"/accounts/{number}/role", data=said)
            return program.patch(f"/api/v1/accounts/{number}", json=said)

        answers = await asyncio.gather(*(change(which) for which in range(4)))
        held = (await program.get("/api/v1/accounts")).json()["items"]
    [team] = [each["team"] for each in held if each["number"] == number]
    done = [which for which, each in enumerate(answers) if each.status_code < 400]
    assert len(done) == 1, [each.status_code for each in answers]
    assert team == f"第{done[0]}班"
    for which, answer in enumerate(answers):
        if which != done[0]:
            assert answer.status_code == 409
            assert team in answer.text, "who was later sees what is kept"
