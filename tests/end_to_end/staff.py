"""The people who work at a hotline under test: accounts made as an operator makes them.

The first start's administrator makes them over the API; each signs in with the one-time password
and chooses a password, as the product asks of everybody.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.end_to_end.house import House

ADMINISTRATOR = "1000"


@dataclass(frozen=True)
class Person:
    """Somebody with an account, and the password they chose."""

    number: str
    password: str


@dataclass
class Staff:
    """Who has an account on one hotline; made once each."""

    house: House
    people: dict[str, Person] = field(default_factory=dict)

    def hires(self, number: str, role: str = "junior-agent", *, name: str = "") -> Person:
        """Return the person of this number, with an account made now if there is none."""
        if number == ADMINISTRATOR:
            return self._administrator()
        if number not in self.people:
            wanted = {"number": number, "name": name or f"话务员{number}", "role": role}
            with self.api(ADMINISTRATOR) as api:
                answer = _persisting(lambda: api.post("/api/v1/accounts", json=wanted))
            self.people[number] = self._chosen(number, str(answer.json()["password"]))
        return self.people[number]

    @contextmanager
    def api(self, number: str) -> Iterator[httpx.Client]:
        """Give the API as somebody who is signed in there sees it."""
        person = self._administrator() if number == ADMINISTRATOR else self.people[number]
        with _signed_in(self.house.desk, number, person.password) as api:
            yield api

    def _administrator(self) -> Person:
        if ADMINISTRATOR not in self.people:
            found = _first_password(self.house.home / "run.out")
            self.people[ADMINISTRATOR] = self._chosen(ADMINISTRATOR, found)
        return self.people[ADMINISTRATOR]

    def _chosen(self, number: str, once: str) -> Person:
        chosen = "goldfish-under-umbrella"
        with _signed_in(self.house.desk, number, once) as api:
            _persisting(lambda: api.put("/api/v1/password", json={"old": once, "new": chosen}))
        return Person(number, chosen)


@contextmanager
def _signed_in(desk: str, number: str, password: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=desk, timeout=30) as api:
        who = {"number": number, "password": password}
        answer = _persisting(lambda: api.post("/api/v1/session", json=who))
        api.headers["X-CSRF-Token"] = str(answer.json()["csrf"])
        yield api
        api.delete("/api/v1/session")


def _first_password(output: Path) -> str:
    """Return the password that the first start says, which may be a while after `ready`."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := re.search(r"number 1000, one-time password (\S+)", output.read_text()):
            return found[1]
        time.sleep(0.2)  # nobody tells when a line was written to a file
    raise AssertionError(f"the first start named no administrator:\n{output.read_text()}")


def _persisting(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Return an answer; a desk that is busy (503) is asked again, as it wishes, for a while."""
    deadline = time.monotonic() + 30
    while (answer := ask()).status_code == 503 and time.monotonic() < deadline:
        time.sleep(1)  # less than Retry-After: tests are impatient
    answer.raise_for_status()
    return answer
