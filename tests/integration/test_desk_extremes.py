"""Extremes in every place are refused with a sentence, never answered with 500 or 503.

Years 0001 and 9999, numbers of thirty digits, halves of characters, NUL, in every parameter, body
and form, on both databases: SQLite and PostgreSQL stumble over different ones.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
import pytest_asyncio

from permissions.roles import Role
from tests.integration.desk_asking import ask, seated
from tests.integration.desk_room import CSRF, NEEDS_ASTERISK, Room
from tests.integration.extremes import Asked, of_forms, of_pages, of_the_api
from tests.integration.page_api_pairs import PAIRS
from tests.integration.page_room import pages

LEFT_OUT = {
    *(("DELETE", "/api/v1/session"), ("PUT", "/api/v1/password"), ("POST", "/api/v1/session")),
    *(("POST", "/login"), ("POST", "/logout"), ("POST", "/password")),
}
"""They end the session of who asks, or lock it: see `test_sign_in_hostile`."""
WHO = (Role.ADMINISTRATOR, Role.MANAGER)


@pytest_asyncio.fixture
async def house(everything: tuple[Path, str]) -> AsyncIterator[Room]:
    async with pages(*everything) as found:
        yield found.room


async def fallen(house: Room, asked: Iterable[Asked]) -> Counter[str]:
    """Return which requests broke the desk."""
    found: Counter[str] = Counter()
    for each in asked:
        if (each.method, each.path) in LEFT_OUT or each.path.startswith("/live"):
            continue
        role = WHO["account" not in each.path and "outage" not in each.path]
        headers = seated(role, accept="application/json" if "/api/" in each.path else "text/html")
        body = b""
        if each.form is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
            body = urlencode({"csrf": CSRF, **each.form}, errors="surrogatepass").encode()
        elif each.body is not None:
            headers["content-type"] = "application/json"
            body = json.dumps(each.body).encode()
        path = quote(each.path, safe="/", errors="surrogatepass")
        query = urlencode(each.query, errors="surrogatepass")
        answer = await ask(house, each.method, f"{path}?{query}", headers, body=body)
        if answer.status == 500 or (
            answer.status == 503 and not each.path.startswith(NEEDS_ASTERISK)
        ):
            found[f"{each.method} {each.path[:60]} {each.what}: {answer.status}"] += 1
    return found


PARTS = 12
IN_THE_SOAK = 3
FEW = (0, 3 * PARTS)
"""Where a part begins, and every how many requests it has one."""
EACH_PART = [
    pytest.param(FEW, id="few"),
    *(
        pytest.param(
            (first, PARTS),
            marks=pytest.mark.thorough if first < IN_THE_SOAK else pytest.mark.soak,
            id=f"{first}",
        )
        for first in range(PARTS)
    ),
]
"""Every 36th request in a brief run, a quarter of all in a whole one, the others in the soak."""


@pytest.mark.sqlite_first
@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", EACH_PART)
async def test_no_extreme_in_the_api_breaks_the_desk(house: Room, part: tuple[int, int]) -> None:
    found = await fallen(house, islice(of_the_api(house.app.openapi()), part[0], None, part[1]))
    assert not found, "\n".join(sorted(found))


@pytest.mark.sqlite_first
@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", EACH_PART)
async def test_no_extreme_in_a_page_breaks_the_desk(house: Room, part: tuple[int, int]) -> None:
    found = await fallen(house, islice(of_pages(), part[0], None, part[1]))
    assert not found, "\n".join(sorted(found))


@pytest.mark.sqlite_first
@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", EACH_PART)
async def test_no_extreme_in_a_form_breaks_the_desk(house: Room, part: tuple[int, int]) -> None:
    found = await fallen(house, islice(of_forms(_forms()), part[0], None, part[1]))
    assert not found, "\n".join(sorted(found))


def _forms() -> Iterator[tuple[str, dict[str, str]]]:
    for pair in PAIRS:
        yield pair.page[1], dict(pair.steps[-1].form)
