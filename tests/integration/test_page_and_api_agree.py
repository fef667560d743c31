"""Every change has one action: a page's form and the API leave the same rows, the same line in the
audit log and the same refusals, whoever asks.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi.routing import APIRoute, iter_route_contexts

from permissions.roles import Role
from tests.integration.desk_room import NUMBER, Room
from tests.integration.page_api_pairs import ALONE, CUSTOMER, ENTRY, FEATURES, PAIRS, SEEN
from tests.integration.page_api_steps import (
    DONE,
    LEADER,
    Pair,
    Route,
    asked,
    at_the_api,
    at_the_page,
    rows_of,
)
from tests.integration.page_room import NamedAssets, Pages, pages
from tests.integration.records_room import one_of_everything
from tests.lending import Lending
from web.app import wired

Lend = Callable[[str], Lending]
SAFE = {"GET", "HEAD", "OPTIONS"}


@pytest_asyncio.fixture
async def both(
    request: pytest.FixtureRequest, template: tuple[Path, str], tmp_path: Path
) -> AsyncIterator[tuple[Pages, Pages]]:
    """Two desks over the same rows: one is asked by its pages, the other by the API."""
    async with AsyncExitStack() as stack:
        found = []
        for home in (tmp_path / "page", tmp_path / "program"):
            shutil.copytree(template[0], home)
            url = template[1]
            if url:
                lending: Lend = request.getfixturevalue("lending")
                url = stack.enter_context(lending(url).lent())
            desk = await stack.enter_async_context(pages(home, url))
            await desk.write(one_of_everything)
            found.append(desk)
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


def test_every_change_has_page_and_api_or_a_reason() -> None:
    changing = set(_changing())
    named = {route for pair in PAIRS for route in (pair.page, pair.program)}
    assert changing - named - set(ALONE) == set(), "not in the table, and no reason why"
    assert (named | set(ALONE)) - changing == set(), "in the table, and not there"
    assert not named & set(ALONE)


def _changing() -> Iterable[Route]:
    """Give the routes of these features by which something may change."""
    for context in iter_route_contexts(wired().routes):
        route = context.original_route
        if not isinstance(route, APIRoute):
            continue
        of = route.endpoint.__module__.split(".")
        if of[0] == "features" and of[1] in FEATURES:
            yield from (
                (method, context.path or "") for method in set(context.methods or ()) - SAFE
            )


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
