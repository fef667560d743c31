"""Return visits that a house makes for a bench: brought and made through the desk's own API.

Each person of the campaign is a customer of a kind that the number's last digit says
(`bench/guests.py`). Numbers have eleven digits: no room has one.
"""

import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx

from bench.judging import Called, Invite, Judged, of_attempts, of_person
from features.campaigns.contact import REACHED, SPACING
from imports.writing import csv_lines
from tests.end_to_end.house import House, Row
from tests.integration.campaign_room import zone_of_noon

HEADER: Final = ("电话", "姓名", "语言", "时区", "备注", "套餐", "地址")
FIRST: Final = 13_800_000_000
LISTS, CAMPAIGNS = "/api/v1/campaign-lists", "/api/v1/campaigns"
SPACING_S: Final = 10.0
"""The shortest that may be asked for: everybody is tried again while we look on."""
AT_ALL_HOURS: Final[Mapping[str, Any]] = {
    "opens": "00:00",
    "closes": "23:59",
    "on_weekends": True,
    "on_holidays": True,
}
OF_JOBS: Final = "SELECT * FROM campaign_contacts"
OF_ATTEMPTS: Final = "SELECT * FROM attempts WHERE purpose = 'campaign'"


def people(count: int) -> Iterator[Sequence[str]]:
    """Give a list of people of whom each can be called; in their zone the day does not end now."""
    yield HEADER
    zone = zone_of_noon()
    for row in range(count):
        rest = ("zh" if row % 9 else "en", zone, f"第{row}户", "无限", f"西城区{row}号")
        yield (str(FIRST + row), f"客户{row}", *rest)


@asynccontextmanager
async def surveyor(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Give somebody who may make campaigns, at the desk's API."""
    token = house.thirdring("token", "--role", "surveyor").strip().splitlines()[-1]
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=house.desk, headers=headers, timeout=60) as found:
        yield found


async def posted(desk: httpx.AsyncClient, address: str, **body: Any) -> dict[str, Any]:
    """Return what an address answers. Raises httpx.HTTPStatusError with what it said."""
    answer = await desk.post(address, **body)
    if answer.is_error:
        raise httpx.HTTPStatusError(answer.text, request=answer.request, response=answer)
    found: dict[str, Any] = answer.json()
    return found


async def made(desk: httpx.AsyncClient, list_id: str, **more: Any) -> int:
    """Make a campaign of a list that was brought; return its id."""
    wanted = {
        "list_id": list_id,
        "name": "回访",
        "kind": "visit",
        "max_attempts": 3,
        "spacing": dict.fromkeys(SPACING, SPACING_S),
        **AT_ALL_HOURS,
        **more,
    }
    return int((await posted(desk, CAMPAIGNS, json=wanted))["id"])


async def turned(desk: httpx.AsyncClient, campaign: int, how: str) -> None:
    """Start, pause or stop a campaign."""
    await posted(desk, f"{CAMPAIGNS}/{campaign}/{how}")


async def faults_of(
    house: House, invites: Sequence[Invite], *, most: int, stopped: bool = False
) -> list[str]:
    """Return what is wrong with any of the people whom campaigns call."""
    jobs, attempts = await house.rows(OF_JOBS), await house.rows(OF_ATTEMPTS)
    rung: dict[str, list[float]] = defaultdict(list)
    for at, number in invites:
        rung[number].append(at)
    by_subject: dict[int, list[Row]] = defaultdict(list)
    for row in attempts:
        by_subject[int(row["subject_id"])].append(row)
    talked = _talked(house)
    numbers = {str(job["number"]) for job in jobs}
    found = of_attempts([one for one in invites if one[1] in numbers], attempts)
    for job in jobs:
        mine = by_subject[int(job["id"])]
        told = [talked[str(row["id"])] for row in mine if str(row["id"]) in talked]
        called = Called(job, mine, rung[str(job["number"])], min(told, default=None))
        found += of_person(called, most=most, stopped=stopped)
    return found


def _talked(house: House) -> dict[str, float]:
    """Return when the call service noted, of an attempt, that a person was reached."""
    found = {}
    for path in house.settings.paths.journal.glob("dialogue-*.jsonl*"):
        for line in path.read_text(errors="replace").splitlines():
            if '"reached"' in line and (told := _told(line)).get("result") in REACHED:
                found[str(told["call"])] = float(told["at"])
    return found


def _told(line: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError:  # torn when its writer was killed
        return {}
    return found if found.get("what") == "reached" else {}


@dataclass
class Visits:
    """People of a campaign: an attempt rings once at most, nobody is rung who was reached."""

    count: int
    max_attempts: int = 3
    _campaign: int = 0

    @property
    def settings(self) -> Mapping[str, object]:
        return {"lines_campaigns": 30, "campaign_ring_for": 10}

    def staffed(self, house: House) -> AbstractAsyncContextManager[None]:
        """Everybody is SIPp's."""
        del house
        return nullcontext()

    async def come_due(self, house: House, *, since: datetime, minutes: int) -> None:
        """Make the campaign, so fast that all were called when half of the time is over."""
        del since  # see `begin`
        fast = min(20.0, max(0.1, 2 * self.count / (60 * minutes)))
        async with surveyor(house) as desk:
            content = csv_lines(people(self.count)).encode("utf-8-sig")
            brought = await posted(desk, LISTS, content=content, params={"name": "回访.csv"})
            self._campaign = await made(
                desk,
                brought["id"],
                lines=30,
                calls_per_second=fast,
                max_attempts=self.max_attempts,
            )

    async def begin(self, house: House) -> None:
        """Have the first of them called; a campaign rings evenly by itself."""
        async with surveyor(house) as desk:
            await turned(desk, self._campaign, "start")

    async def left(self, house: House) -> int:
        rows = await house.rows(
            "SELECT count(*) AS left_over FROM campaign_contacts"
            " WHERE state NOT IN ('done', 'failed', 'skipped')"
        )
        return int(rows[0]["left_over"])

    async def judged(self, house: House, invites: Sequence[Invite]) -> Judged:
        jobs, attempts = await house.rows(OF_JOBS), await house.rows(OF_ATTEMPTS)
        [campaign] = await house.rows("SELECT state FROM campaigns")
        numbers = {str(job["number"]) for job in jobs}
        faults = await faults_of(house, invites, most=self.max_attempts)
        if len(jobs) != self.count:
            faults.append(f"{len(jobs)} people are in the campaign of {self.count}")
        if campaign["state"] != "finished":
            faults.append(f"the campaign was left {campaign['state']}")
        return Judged(
            name="return visits",
            jobs=len(jobs),
            invites=sum(number in numbers for _, number in invites),
            attempts=len(attempts),
            over=counted(str(row["result"]) for row in jobs),
            faults=faults,
        )


def counted(what: Iterable[str]) -> str:
    """Return how often there is each, the most frequent first."""
    return ", ".join(f"{each} {count}" for each, count in Counter(what).most_common())
